internal import PickledArrays
internal import ArrayBytes
package import ByteIO
internal import NDArrays
package import PythonPickle

/// A PyTorch file before 1.6: pickles of a magic number, the protocol, the system and the object, then the list of the
/// storages' keys and the storages themselves, each a count of elements and the elements (`torch/serialization.py`,
/// `_legacy_save`).
package enum TorchStream {
  /// The pickle of the magic number, at protocol 2, which all of PyTorch's releases write.
  package static let magic: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// Reads the object; tensors become arrays when they are asked for.
  ///
  /// - Parameter map: The file, if it is mapped.
  /// - Returns: What it holds, the protocol of its pickle, and where the last storage ends.
  package static func read(
    _ source: any ByteSource, _ base: PickleReader.Options, map: MappedFile?
  ) throws(FormatError) -> (value: PickleValue, version: Int, end: Int) {
    // The storages are read out of their order.
    let source =
      source.isSeekable
      ? source : MemorySource(try source.readWhole(limit: base.limits.inflatedBytes), name: source.name)
    let places = Places()
    let storages = TorchStorages(byteOrder: .little) { key throws(FormatError) in
      guard let range = places.ranges[key] else {
        throw FormatError(.notFound, "the file has no storage '\(key)'", file: source.name)
      }
      return try bytes(source, range, map)
    }
    var reader = PickleReader(source, at: magic.count, options: base)
    guard try reader.read().int == 1001 else {
      throw FormatError(.unsupported, "a PyTorch stream of another protocol than 1001", file: source.name)
    }
    if try reader.read()["little_endian"]?.bool == false {
      throw FormatError(.unsupported, "a PyTorch stream of a big-endian machine", file: source.name)
    }
    var options = Torch.options(base, storages)
    let load = options.persistentLoad
    options.persistentLoad = { id throws(FormatError) in
      let value = try load?(id) ?? .none
      if let storage = value.object?.convertible as? TorchStorage { places.add(storage) }
      return value
    }
    var objects = PickleReader(source, at: reader.position, options: options)
    let value = try objects.read()
    let version = objects.protocolVersion
    var keys = PickleReader(source, at: objects.position, options: base)
    guard let list = try keys.read().items else {
      throw FormatError(.malformed, "no list of storages", file: source.name, offset: keys.position)
    }
    let end = try places.locate(list, in: source, from: keys.position)
    return (value, version, end)
  }

  private static func bytes(
    _ source: any ByteSource, _ range: Range<Int>, _ map: MappedFile?
  ) throws(FormatError) -> TorchStorages.Bytes {
    if let map, range.upperBound <= map.count {
      // Safe: the mapping outlives the storage, which holds it.
      let memory = unsafe ArrayStorage(
        borrowing: map.baseAddress, byteCount: map.count, owner: map, isWritable: map.access != .readOnly)
      return TorchStorages.Bytes(memory: memory, offset: range.lowerBound, count: range.count)
    }
    var reader = ByteReader(source, at: range.lowerBound)
    let array = try AnyNDArray(readingFrom: &reader, dtype: .uint8, shape: [range.count], fortran: false)
    return TorchStorages.Bytes(memory: array.storage, offset: array.offset, count: range.count)
  }

  /// Where the storages lie in the stream.
  private final class Places {
    private(set) var ranges: [String: Range<Int>] = [:]
    private var itemSizes: [String: Int] = [:]

    func add(_ storage: TorchStorage) { itemSizes[storage.key] = storage.type.dtype.itemSize }

    /// Finds the storages that lie one behind the other; returns where the last ends.
    func locate(_ keys: [PickleValue], in source: any ByteSource, from start: Int) throws(FormatError) -> Int {
      var position = start
      for value in keys {
        guard let key = PickledArray.text(value) ?? value.int.map(String.init), let size = itemSizes[key],
          ranges[key] == nil
        else {
          throw FormatError(
            .malformed, "the list of storages names \(value.repr(limit: 60)), which no tensor has", file: source.name)
        }
        let bytes = try source.readBytes(at: position, count: 8, "a storage's count")
        let count = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let count = Int(exactly: count), let total = source.byteCount,
          case let (length, overflow) = count.multipliedReportingOverflow(by: size), !overflow,
          length <= total - position - 8
        else {
          throw FormatError(
            .truncated, "a storage of \(count) elements goes beyond the file's end", file: source.name,
            offset: position)
        }
        ranges[key] = (position + 8)..<(position + 8 + length)
        position += 8 + length
      }
      return position
    }
  }
}
