internal import PickledArrays
internal import ArrayBytes
package import ByteIO
internal import NDArrays
package import PythonPickle
internal import ZipArchives

/// A PyTorch file before 0.1.10 (2017): a tar archive of `storages`, `tensors` and `pickle` (`torch/serialization.py`,
/// `legacy_load`).
package enum TorchTar {
  /// The names of the archive's parts.
  package static let parts = ["storages", "tensors", "pickle"]

  /// Reads the object; its tensors' elements are read with it.
  ///
  /// - Returns: What it holds, the protocol of its pickle, and where in the source what the parts hold ends.
  package static func read(
    _ source: any ByteSource, _ base: PickleReader.Options
  ) throws(FormatError) -> (value: PickleValue, version: Int, ends: [String: Int]) {
    let source =
      source.isSeekable
      ? source : MemorySource(try source.readWhole(limit: base.limits.inflatedBytes), name: source.name)
    let members = try members(of: source)
    func start(_ name: String) throws(FormatError) -> Int {
      guard let range = members[name] else {
        throw FormatError(.wrongKind, "a tar archive without PyTorch's '\(name)'", file: source.name)
      }
      return range.lowerBound
    }
    let parts = Parts()
    var ends: [String: Int] = [:]
    do throws(FormatError) {
      var storages = PickleReader(source, at: try start("storages"), options: base)
      try parts.readStorages(&storages)
      ends["storages"] = storages.position
      var tensors = PickleReader(source, at: try start("tensors"), options: base)
      try parts.readTensors(&tensors)
      ends["tensors"] = tensors.position
    } catch { throw error.at(file: source.name) }
    var options = base
    options.persistentLoad = { id throws(FormatError) in
      // Classes come with their source, which nobody needs.
      if let container = id.tuple, let type = container.first { return type }
      guard let object = parts.objects[try Parts.key(id)] else { throw bad("a tensor that is not there") }
      return object
    }
    var reader = PickleReader(source, at: try start("pickle"), options: options)
    let value = try reader.read()
    ends["pickle"] = reader.position
    return (value, reader.protocolVersion, ends)
  }

  static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a PyTorch archive of 2017: \(what)") }

  /// Where the parts of the archive lie, by their names.
  private static func members(of source: any ByteSource) throws(FormatError) -> [String: Range<Int>] {
    let archive = try ZipArchive(source, scanning: .tar)
    var members: [String: Range<Int>] = [:]
    for member in archive.members { members[member.name] = try archive.dataRange(of: member) }
    return members
  }

  /// The bytes of the storages, by their keys.
  private final class Contents {
    var bytes: [String: TorchStorages.Bytes] = [:]
  }

  /// What the archive's parts are by the numbers under which they refer to each other.
  private final class Parts {
    var objects: [String: PickleValue] = [:]
    private var storages: [String: TorchStorage] = [:]

    static func key(_ value: PickleValue) throws(FormatError) -> String {
      if let text = PickledArray.text(value) { return text }
      switch value {
      case .int(let number): return String(number)
      case .bigInt(let number): return number.decimal() ?? ""
      default: throw bad("a \(value.typeName) as a number")
      }
    }

    private func count(_ reader: inout PickleReader) throws(FormatError) -> Int {
      guard let count = try reader.read().int, count >= 0 else { throw bad("no count") }
      return count
    }

    /// A count, then that number of triples of key, location and class, each followed by the elements; then the views.
    func readStorages(_ reader: inout PickleReader) throws(FormatError) {
      let contents = Contents()
      let all = TorchStorages(byteOrder: .little) { key throws(FormatError) in
        guard let bytes = contents.bytes[key] else { throw bad("no storage '\(key)'") }
        return bytes
      }
      for _ in 0..<(try count(&reader)) {
        guard let parts = try reader.read().tuple, parts.count == 3, let type = parts[2].global,
          let scalar = TorchScalarType(storageClass: type.name)
        else { throw bad("a storage of a class that is not known") }
        let key = try Parts.key(parts[0])
        let count = try reader.number(bytes: 8)
        let (size, overflow) = count.multipliedReportingOverflow(by: scalar.dtype.itemSize)
        guard count >= 0, !overflow else { throw bad("a storage of \(count) elements") }
        contents.bytes[key] = try Parts.memory(of: try reader.rawBytes(size))
        storages[key] = TorchStorage(type: scalar, key: key, start: 0, count: count, storages: all)
      }
      guard let views = try reader.read().items else { throw bad("no list of views") }
      for view in views {
        guard let parts = view.items, parts.count == 4, let root = storages[try Parts.key(parts[1])],
          let start = parts[2].int, let count = parts[3].int, start >= 0, count >= 0, start <= root.count,
          count <= root.count - start
        else { throw bad("a view that does not lie within its storage") }
        storages[try Parts.key(parts[0])] = TorchStorage(
          type: root.type, key: root.key, start: start, count: count, storages: all)
      }
      for (key, storage) in storages { objects[key] = .object(PickleObject(storage)) }
    }

    /// A count, then that number of triples of key, storage and class, each followed by dimensions, lengths, strides and the
    /// offset.
    func readTensors(_ reader: inout PickleReader) throws(FormatError) {
      for _ in 0..<(try count(&reader)) {
        guard let parts = try reader.read().tuple, parts.count == 3, let storage = storages[try Parts.key(parts[1])]
        else {
          throw bad("a tensor without a storage")
        }
        let axes = try reader.number(bytes: 4)
        _ = try reader.number(bytes: 4)
        guard axes >= 0, axes <= Layout.maxAxes else { throw bad("a tensor of \(axes) axes") }
        var shape: [Int] = []
        var strides: [Int] = []
        for _ in 0..<axes { shape.append(try reader.number(bytes: 8)) }
        for _ in 0..<axes { strides.append(try reader.number(bytes: 8)) }
        let tensor = try TorchTensor(
          storage: storage, type: storage.type, offset: try reader.number(bytes: 8), shape: shape, strides: strides)
        objects[try Parts.key(parts[0])] = .object(PickleObject(tensor))
      }
    }

    private static func memory(of bytes: PickleBytes) throws(FormatError) -> TorchStorages.Bytes {
      guard let memory = bytes.memory else {
        let array = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
          try AnyNDArray(bytes: bytes.array, dtype: .uint8, shape: [bytes.count])
        }
        return TorchStorages.Bytes(memory: array.storage, offset: array.offset, count: bytes.count)
      }
      // Safe: the memory lives as long as the storage, which holds it, and nobody writes to it.
      let storage = unsafe ArrayStorage(borrowing: memory.baseAddress, byteCount: memory.count, owner: memory)
      return TorchStorages.Bytes(memory: storage, offset: 0, count: memory.count)
    }
  }
}

extension PickleReader {
  /// A little-endian number after the last pickle.
  fileprivate mutating func number(bytes count: Int) throws(FormatError) -> Int {
    let bytes = try rawBytes(count).array
    let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return count == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(Int64(bitPattern: bits))
  }
}
