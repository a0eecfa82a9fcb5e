internal import ArrayBytes
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPYFormat
internal import NPZFormat
internal import ZipArchives

/// An array in a file, or in a member of an archive, of which parts are read.
final class FileHandle: DescribedHandle {
  /// Where the array is.
  enum Place {
    case file
    case member(NPZArchive, ZipMember)
  }

  let file: NPYFile
  private let place: Place

  init(_ file: NPYFile, in place: Place) throws(FormatError) {
    self.file = file
    self.place = place
    let header = file.header
    var flags = header.isFortranOrder ? NPYIO_FORTRAN_ORDER : NPYIO_C_ORDER
    if header.dtype.hasObjects { flags |= NPYIO_OBJECTS }
    if header.isFromPython2 { flags |= NPYIO_PYTHON2 }
    // A dtype that is a subarray gives the array more axes.
    let (dtype, inner) = header.dtype.flattenedSubarray ?? (header.dtype, [])
    let description = try Description(
      dtype: dtype, shape: header.shape + inner,
      strides: header.strides + Layout.strides(inner, itemSize: dtype.itemSize), flags: flags)
    // Safe: there are no bytes in memory.
    unsafe description.place(data: nil, offset: file.dataOffset, end: file.dataOffset + header.dataByteCount)
    super.init(description)
  }

  func read() throws(FormatError) -> AnyNDArray {
    switch place {
    case .file: try file.read()
    case .member(let archive, let member): try archive.array(member.name)
    }
  }

  func map(copyOnWrite: Bool) throws(FormatError) -> AnyNDArray {
    switch place {
    case .member(let archive, let member): return try archive.mapped(member.name, copyOnWrite: copyOnWrite)
    case .file:
      guard let map = try file.source.mapped(copyOnWrite ? .copyOnWrite : .readOnly) else {
        throw FormatError(.unsupported, "only a file that was opened by its path can be mapped", file: file.source.name)
      }
      try NPYFile.requireNonObject(file.header, file.source)
      return try AnyNDArray(
        mapped: map, offset: file.dataOffset, dtype: file.header.dtype, shape: file.header.shape,
        fortran: file.header.isFortranOrder)
    }
  }

  func slice(_ selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    do throws(FormatError) { return try file.read(slice: selections) } catch { throw located(error) }
  }

  /// Reads rows by their numbers, one piece of the source each.
  func take(_ rows: [Int]) throws(FormatError) -> AnyNDArray {
    do throws(FormatError) { return try file.read(rows: rows) } catch { throw located(error) }
  }

  /// Makes sure that the file is still as long as its header says, which it was when it was opened.
  func check() throws(FormatError) {
    guard let source = file.source as? FileSource else { return }
    try source.requireLength(file.dataOffset + file.header.dataByteCount)
  }

  private func located(_ error: FormatError) -> FormatError {
    if case .member(let archive, let member) = place { archive.located(error, member) } else { error }
  }
}

extension AxisSelection {
  init(_ index: npyio_index) throws(FormatError) {
    switch Int(index.kind) {
    case NPYIO_INDEX: self = .index(Int(index.start))
    case NPYIO_SLICE:
      self = .slice(
        start: Int(index.bounds) & NPYIO_HAS_START != 0 ? Int(index.start) : nil,
        stop: Int(index.bounds) & NPYIO_HAS_STOP != 0 ? Int(index.stop) : nil, step: Int(index.step))
    case NPYIO_ELLIPSIS: self = .ellipsis
    case NPYIO_NEW_AXIS: self = .newAxis
    default: throw FormatError(.badArgument, "there is no index of kind \(index.kind)")
    }
  }
}

/// `npyio_file_open`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_open(
  _ source: OpaquePointer?, _ offset: Int64, _ limits: UnsafePointer<npyio_limits>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    guard offset >= 0 else { throw FormatError(.badArgument, "a negative offset") }
    try unsafe give(out) { () throws(FormatError) in
      let source = try unsafe Handle.of(source, SourceHandle.self).source
      return try unsafe FileHandle(NPYFile(source, at: Int(offset), limits: LoadLimits(limits)), in: .file)
    }
  }
}

/// `npyio_file_info`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_info(
  _ file: OpaquePointer?, _ out: UnsafeMutablePointer<npyio_info>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in try unsafe Handle.of(file, FileHandle.self).describe(out) }
}

/// `npyio_file_read`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_read(
  _ file: OpaquePointer?, _ task: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      try ArrayHandle(unsafe Handle.of(file, FileHandle.self).read())
    }
  }
}

/// `npyio_file_map`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_map(
  _ file: OpaquePointer?, _ copyOnWrite: Int32, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      try ArrayHandle(
        unsafe Handle.of(file, FileHandle.self).map(copyOnWrite: copyOnWrite != 0), flags: NPYIO_MAPPED)
    }
  }
}

/// `npyio_file_check`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_check(_ file: OpaquePointer?, _ error: UnsafeMutablePointer<npyio_error>?) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in try unsafe Handle.of(file, FileHandle.self).check() }
}

/// `npyio_file_slice`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_slice(
  _ file: OpaquePointer?, _ indices: UnsafePointer<npyio_index>?, _ count: Int32, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    var selections: [AxisSelection] = []
    for index in try unsafe list(indices, count, "indices") { selections.append(try AxisSelection(index)) }
    try unsafe give(out) { () throws(FormatError) in
      try ArrayHandle(unsafe Handle.of(file, FileHandle.self).slice(selections))
    }
  }
}

/// `npyio_file_take`, which `numpyio.h` describes.
@c @implementation
public func npyio_file_take(
  _ file: OpaquePointer?, _ rows: UnsafePointer<Int64>?, _ count: Int64, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let rows = try unsafe integers(rows, count, "rows")
    try unsafe give(out) { () throws(FormatError) in try ArrayHandle(unsafe Handle.of(file, FileHandle.self).take(rows))
    }
  }
}
