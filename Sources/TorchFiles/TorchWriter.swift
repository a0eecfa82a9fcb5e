package import ArrayBytes
package import ByteIO
package import NDArrays
internal import NPZFormat
internal import PickledArrays
internal import PythonPickle
internal import ZipArchives

/// Writes a dictionary of tensors as PyTorch's `torch.save` does since 1.6: a zip archive of a pickle and the storages, which
/// `torch.load` opens with `weights_only`, too.
package enum TorchWriter {
  /// The folder that all members lie in.
  private static let folder = "archive/"

  private struct Tensor {
    let name: String
    let type: TorchScalarType
    let blocks: any ArrayBlockSource
    let count: Int

    /// - Parameter source: The elements, in C order and of known length.
    init(_ name: String, _ source: any ArrayBlockSource) throws(FormatError) {
      self.name = name
      let dtype = source.descriptor.dtype
      count = source.descriptor.count ?? 0
      if let encoded = source.encoded {
        if let type = TorchScalarType(encoded.format) {
          (self.type, blocks) = (type, encoded)
          return
        }
        guard let type = TorchScalarType(encoded.format.dtype) else { throw TorchWriter.unsupported(dtype) }
        (self.type, blocks) = (type, try encoded.decoded())
        return
      }
      guard let type = TorchScalarType(dtype) else { throw TorchWriter.unsupported(dtype) }
      self.type = type
      blocks = dtype.byteOrder == .big ? CastBlocks(source, to: dtype.withByteOrder(.little)) ?? source : source
    }
  }

  package static func unsupported(_ dtype: DType) -> FormatError {
    FormatError(.unsupported, "PyTorch has no type for elements of \(dtype)")
  }

  /// Writes the file.
  ///
  /// - Parameter tensors: The elements by their names, in C order and of known length. Texts become Python's.
  /// - Throws: ``FormatError``: `unsupported` for elements that PyTorch has no type for, `alreadyExists` if a name stands
  ///   twice.
  package static func write(
    _ tensors: [(name: String, blocks: any ArrayBlockSource)], to sink: any ByteSink, path: String
  ) throws(FormatError) {
    let dict = PickleDict()
    var known: Set<NameKey> = []
    var all: [Tensor] = []
    for (name, blocks) in tensors {
      do throws(FormatError) {
        guard known.insert(NameKey(name)).inserted else {
          throw FormatError(.alreadyExists, "two tensors have the same name", file: path)
        }
        if let text = try texts(of: blocks) {
          try dict.set(.string(name), to: text)
          continue
        }
        let tensor = try Tensor(name, blocks)
        try dict.set(.string(name), to: pickled(tensor, key: String(all.count)))
        all.append(tensor)
      } catch { throw error.at(member: name) }
    }
    let writer = try NPZWriter(to: sink, compression: .none, layout: .aligned)
    try writer.add(file: folder + "data.pkl", bytes: Pickle.bytes(of: .dict(dict), protocol: 2))
    try writer.add(file: folder + "byteorder", bytes: Array("little".utf8))
    for (number, tensor) in all.enumerated() {
      do throws(FormatError) { try writer.add(file: folder + "data/\(number)", elements: tensor.blocks) } catch {
        throw error.at(member: tensor.name)
      }
    }
    try writer.add(file: folder + "version", bytes: Array("3\n".utf8))
    try writer.close()
  }

  /// A text, or a list of them, of which PyTorch has no tensors, but which its files may hold; `nil` for all else.
  private static func texts(of blocks: any ArrayBlockSource) throws(FormatError) -> PickleValue? {
    let shape = blocks.descriptor.shape
    guard blocks.descriptor.dtype.kind == .string, shape.count <= 1 else { return nil }
    let array = try blocks.whole()
    let items = try blocks.wrapping { () throws(ArrayError) in try ObjectArray(array).items }
    return shape.isEmpty ? items.first : .list(PickleList(items))
  }

  /// The call that makes the tensor, of a storage that the pickle names.
  private static func pickled(_ tensor: Tensor, key: String) -> PickleValue {
    let shape = tensor.blocks.descriptor.shape
    var strides: [Int] = []
    var step = 1
    for length in shape.reversed() {
      strides.append(step)
      // Of a tensor without elements the others may be of any length.
      step = step.multipliedReportingOverflow(by: max(1, length)).partialValue
    }
    let storage: PickleValue
    let count: Int
    if let name = tensor.type.storageClass {
      (storage, count) = (.global("torch", name), tensor.count)
    } else {
      (storage, count) = (.global("torch.storage", "UntypedStorage"), tensor.count * tensor.type.dtype.itemSize)
    }
    let id = PickleValue.tuple([
      .string("storage"), storage, .string(key), .string("cpu"), .integer(count),
    ])
    var arguments: [PickleValue] = [
      .persistent(PicklePersistentID(id)), .integer(Int(0)), .tuple(shape.map { .integer($0) }),
      .tuple(strides.reversed().map { .integer($0) }), .bool(false),
      .object(PickleObject("collections", "OrderedDict")),
    ]
    guard tensor.type.storageClass == nil else {
      return .object(PickleObject("torch._utils", "_rebuild_tensor_v2", arguments))
    }
    // Types that are younger than classes of storages are named.
    arguments.append(.global("torch", tensor.type.name))
    return .object(PickleObject("torch._utils", "_rebuild_tensor_v3", arguments))
  }
}
