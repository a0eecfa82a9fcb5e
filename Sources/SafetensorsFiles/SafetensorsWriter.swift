package import ArrayBytes
package import ByteIO
internal import JSONSyntax
package import NDArrays

/// Writes a safetensors file as the Python package writes it, byte for byte: tensors by type, then by name.
package enum SafetensorsWriter {
  /// A tensor to be written.
  private struct Tensor {
    let name: String
    let type: SafetensorsType
    let blocks: any ArrayBlockSource

    /// Whether elements lie without gaps between them, of less than a byte each.
    var isPacked: Bool { type.bits % 8 != 0 }

    /// - Parameter source: The elements, in C order and of known length.
    /// - Throws: ``FormatError`` with code `unsupported` if the format has no such type.
    init(_ name: String, _ source: any ArrayBlockSource) throws(FormatError) {
      self.name = name
      let dtype = source.descriptor.dtype
      if let encoded = source.encoded, let type = SafetensorsType(encoded.format),
        (source.descriptor.count ?? 0).multipliedReportingOverflow(by: type.bits).partialValue % 8 == 0
      {
        (self.type, blocks) = (type, encoded)
      } else if let encoded = source.encoded, let type = SafetensorsType(encoded.format.dtype) {
        (self.type, blocks) = (type, try encoded.decoded())
      } else if let type = SafetensorsType(dtype) {
        self.type = type
        // Files are little-endian.
        blocks = dtype.byteOrder == .big ? CastBlocks(source, to: dtype.withByteOrder(.little)) ?? source : source
      } else {
        throw SafetensorsWriter.unsupported(dtype)
      }
    }
  }

  /// Whether the format has a type for elements that NumPy has no dtype for: others are written as the numbers that they are.
  package static func hasType(for format: ElementFormat) -> Bool { SafetensorsType(format) != nil }

  /// The error for elements that the format has no type for.
  package static func unsupported(_ dtype: DType) -> FormatError {
    var error = FormatError(.unsupported, "safetensors have no type for elements of \(dtype)")
    switch dtype.kind {
    case .float: error.commandHint = "--astype f8 makes them double precision"
    case .complex: error.commandHint = "--astype c8 makes them single precision"
    case .datetime, .timedelta: error.commandHint = "--astype i8 makes them the counts of their unit"
    case .void where dtype.fields != nil: error.hint = "name one of the fields"
    default: break
    }
    return error
  }

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - tensors: The elements by their names, in C order and of known length.
  ///   - metadata: `nil` for a file that says nothing of any: the Python package keeps that apart from having none.
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name stands twice, `badArgument` for one that the format
  ///   keeps for itself.
  package static func write(
    _ tensors: [(name: String, blocks: any ArrayBlockSource)], metadata: [(key: String, value: String)]?,
    to sink: any ByteSink, path: String
  ) throws(FormatError) {
    var typed: [Tensor] = []
    for (name, blocks) in tensors {
      do throws(FormatError) { typed.append(try Tensor(name, blocks)) } catch { throw error.at(member: name) }
    }
    let tensors = try sorted(typed, path)
    var entries: [String] = []
    if let metadata {
      let pairs = metadata.map { quoted($0.key) + ":" + quoted($0.value) }
      entries.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
    }
    var end = 0
    for tensor in tensors {
      let descriptor = tensor.blocks.descriptor
      guard let count = descriptor.byteCount, let bits = descriptor.count?.multipliedFullWidth(by: tensor.type.bits),
        bits.high == 0
      else { throw .overflow("tensor") }
      let size = tensor.isPacked ? Int(bits.low / 8) : count
      let start = end
      end = try end.checkedAdding(size)
      let shape = descriptor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}"
      )
    }
    let text = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    let length = (text.count + 7) / 8 * 8
    guard length <= SafetensorsHeader.maxLength else {
      throw FormatError(
        .limitExceeded,
        "the header would have \(length) bytes, more than the \(SafetensorsHeader.maxLength) that are read",
        file: path)
    }
    try ByteProgress.operation(.writing, path, total: 8 + length + end, counting: .sink) { () throws(FormatError) in
      try sink.write((0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
      try sink.write(text)
      try sink.write(repeating: UInt8(ascii: " "), count: length - text.count)
      for tensor in tensors {
        do throws(FormatError) {
          // Four elements of six bits are whole bytes.
          try tensor.blocks.forEachRun(inUnitsOf: 4) { (run: AnyNDArray) throws(FormatError) in
            if tensor.isPacked {
              try sink.write(PackedBits.packed(run, bits: tensor.type.bits))
            } else {
              try run.writeBytes(to: sink)
            }
          }
        } catch { throw error.at(member: tensor.name) }
      }
    }
  }

  /// The tensors in the order of files: the widest types first, of one type by the bytes of the names.
  private static func sorted(_ tensors: [Tensor], _ path: String) throws(FormatError) -> [Tensor] {
    var known: Set<NameKey> = []
    for tensor in tensors {
      guard known.insert(NameKey(tensor.name)).inserted else {
        throw FormatError(.alreadyExists, "two tensors have the same name", file: path, member: tensor.name)
      }
      guard tensor.name != "__metadata__" else {
        throw FormatError(
          .badArgument, "safetensors keep this name for their metadata; another name helps", file: path,
          member: tensor.name)
      }
    }
    return tensors.sorted { left, right in
      if left.type != right.type { return left.type.rank > right.type.rank }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  private static func quoted(_ text: String) -> String { JSONQuoting.serde.quoted(text) }
}

extension SafetensorsType {
  /// The type of elements that NumPy has, in either byte order.
  init?(_ dtype: DType) {
    let native = dtype.withByteOrder(.little)
    guard let known = SafetensorsType.allCases.first(where: { $0.elements == .dtype(native) }) else { return nil }
    self = known
  }

  /// The type of elements that NumPy lacks.
  init?(_ format: ElementFormat) {
    let known = SafetensorsType.allCases.first { type in
      switch type.elements {
      case .format(let other), .packed(let other, _): other == format
      case .dtype, .blocks: false
      }
    }
    guard let known else { return nil }
    self = known
  }
}
