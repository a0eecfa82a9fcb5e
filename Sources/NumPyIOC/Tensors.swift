internal import ArrayBytes
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import PlatformC
internal import SafetensorsFiles

/// A safetensors file that C holds.
final class TensorsHandle: Handle {
  let file: SafetensorsFile
  private let list: TensorList

  init(_ file: SafetensorsFile) {
    self.file = file
    list = TensorList(file)
  }

  // Safe: valid as long as this object, which holds what they lie in.
  var rows: UnsafeBufferPointer<npyio_tensor> { unsafe list.rows }
  // Safe: as above.
  var metadata: UnsafeBufferPointer<UnsafePointer<CChar>?> { unsafe list.texts }

  func tensor(_ number: Int64) throws(FormatError) -> StoredTensor {
    guard let place = Int(exactly: number), file.tensors.indices.contains(place) else {
      throw FormatError(
        .badArgument, "there is no tensor \(number): the file has \(file.tensors.count)", file: file.name)
    }
    return file.tensors[place]
  }
}

/// What C is told of a file's tensors and of what stands beside them.
@safe private final class TensorList: @unchecked Sendable {
  private let table: UnsafeMutableBufferPointer<npyio_tensor>
  private let pairs: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

  init(_ file: SafetensorsFile) {
    let (tensors, metadata) = (file.tensors, file.metadata)
    // Safe: memory of this object's own, freed in `deinit` only; the texts are copies.
    unsafe table = .allocate(capacity: tensors.count)
    for (place, tensor) in tensors.enumerated() {
      let format = unsafe tensor.format.map { unsafe UnsafePointer<CChar>(strdup($0.rawValue)) } ?? nil
      unsafe table.initializeElement(
        at: place,
        to: npyio_tensor(
          name: UnsafePointer(strdup(tensor.name)), type: UnsafePointer(strdup(tensor.typeName)), format: format,
          byte_count: Int64(tensor.byteCount)))
    }
    unsafe pairs = .allocate(capacity: 2 * metadata.count)
    for (place, pair) in metadata.enumerated() {
      unsafe pairs.initializeElement(at: 2 * place, to: UnsafePointer(strdup(pair.key)))
      unsafe pairs.initializeElement(at: 2 * place + 1, to: UnsafePointer(strdup(pair.value)))
    }
  }

  deinit {
    // Safe: allocated in `init`.
    for place in 0..<(unsafe table.count) {
      unsafe free(UnsafeMutablePointer(mutating: table[place].name))
      unsafe free(UnsafeMutablePointer(mutating: table[place].type))
      unsafe free(UnsafeMutablePointer(mutating: table[place].format))
    }
    for place in 0..<(unsafe pairs.count) { unsafe free(UnsafeMutablePointer(mutating: pairs[place])) }
    unsafe table.deallocate()
    unsafe pairs.deallocate()
  }

  // Safe: valid as long as this object.
  var rows: UnsafeBufferPointer<npyio_tensor> { unsafe UnsafeBufferPointer(table) }
  // Safe: as above.
  var texts: UnsafeBufferPointer<UnsafePointer<CChar>?> { unsafe UnsafeBufferPointer(pairs) }
}

/// `npyio_tensors_open`, which `numpyio.h` describes.
@c @implementation
public func npyio_tensors_open(
  _ path: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      TensorsHandle(try SafetensorsFile(opening: unsafe text(path, "the path")))
    }
  }
}

/// `npyio_tensors_list`, which `numpyio.h` describes.
@c @implementation
public func npyio_tensors_list(
  _ file: OpaquePointer?, _ tensors: UnsafeMutablePointer<UnsafePointer<npyio_tensor>?>?,
  _ count: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them; the table lasts as long as the handle.
  unsafe call(error) { () throws(FormatError) in
    let rows = try unsafe Handle.of(file, TensorsHandle.self).rows
    guard let tensors = unsafe tensors, let count = unsafe count else { throw .noPlace }
    unsafe tensors.pointee = rows.baseAddress
    unsafe count.pointee = Int64(rows.count)
  }
}

/// `npyio_tensors_metadata`, which `numpyio.h` describes.
@c @implementation
public func npyio_tensors_metadata(
  _ file: OpaquePointer?, _ texts: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ count: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them; the texts last as long as the handle.
  unsafe call(error) { () throws(FormatError) in
    let found = try unsafe Handle.of(file, TensorsHandle.self).metadata
    guard let texts = unsafe texts, let count = unsafe count else { throw .noPlace }
    unsafe texts.pointee = found.baseAddress
    unsafe count.pointee = Int64(found.count)
  }
}

/// `npyio_tensors_read`, which `numpyio.h` describes.
@c @implementation
public func npyio_tensors_read(
  _ file: OpaquePointer?, _ tensor: Int64, _ encoded: Int32, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      let tensor = try unsafe Handle.of(file, TensorsHandle.self).tensor(tensor)
      return try ArrayHandle(encoded == 0 ? tensor.blocks().whole() : tensor.storedBlocks().whole())
    }
  }
}

/// `npyio_tensors_save`, which `numpyio.h` describes.
@c @implementation
public func npyio_tensors_save(
  _ path: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ arrays: UnsafePointer<npyio_view>?,
  _ formats: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int64,
  _ metadata: UnsafePointer<UnsafePointer<CChar>?>?, _ metadataCount: Int64, _ durability: Int32,
  _ task: OpaquePointer?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let durability = try Durability(durability)
    let path = try unsafe text(path, "the path")
    let members = try unsafe members(names, arrays, count)
    var tensors: [(name: String, blocks: any ArrayBlockSource)] = []
    for (place, member) in members.enumerated() {
      let format = unsafe formats == nil ? nil : try optionalText(formats?[place], "a format")
      do throws(FormatError) { tensors.append((member.name, try blocks(member.array, format, member.name))) } catch {
        throw error.at(member: member.name)
      }
    }
    let texts = try unsafe texts(metadata, metadataCount, "metadata")
    guard texts.count % 2 == 0 else { throw FormatError(.badArgument, "metadata are keys and values in turn") }
    // Safe: the pointer is only compared.
    let hasMetadata = unsafe metadata != nil
    let pairs = stride(from: 0, to: texts.count, by: 2).map { (key: texts[$0], value: texts[$0 + 1]) }
    let named = tensors
    try AtomicFile.write(to: path, durability: durability) { (sink: any ByteSink) throws(FormatError) in
      try SafetensorsWriter.write(named, metadata: hasMetadata ? pairs : nil, to: sink, path: path)
    }
  }
}

/// An array of the caller's as a tensor, in C order.
private func blocks(
  _ array: AnyNDArray, _ format: String?, _ name: String
) throws(FormatError) -> any ArrayBlockSource {
  let stored = MemoryBlocks(array.savesInFortranOrder ? array.packed() : array, name: name)
  guard let format else { return stored }
  guard let known = ElementFormat(rawValue: format), known.itemSize == array.dtype.itemSize else {
    throw FormatError(.badArgument, "there is no format '\(format)' of \(array.dtype.itemSize) bytes")
  }
  return EncodedBlocks(stored, known)
}
