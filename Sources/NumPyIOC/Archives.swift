internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPZFormat
internal import Locks
internal import ZipArchives

/// An archive that C holds.
@safe final class ArchiveHandle: Handle {
  let archive: NPZArchive
  /// The table of members for C, made when it is asked for.
  private let table: Lock<MemberTable?> = Lock(nil)

  init(_ archive: NPZArchive) { self.archive = archive }

  /// The member of a number.
  ///
  /// - Throws: ``FormatError`` with code `notFound`.
  func member(_ number: Int64) throws(FormatError) -> ZipMember {
    let members = archive.zip.members
    guard number >= 0, number < members.count else {
      throw FormatError(
        .notFound, "there is no member \(number): the archive has \(members.count)", file: archive.zip.source.name)
    }
    return members[Int(number)]
  }

  /// The array of a member, to be read in parts.
  func file(_ number: Int64) throws(FormatError) -> FileHandle {
    let member = try member(number)
    return try FileHandle(archive.file(of: member), in: .member(archive, member))
  }

  /// The table of members, which lasts as long as this object.
  func members(withOffsets: Bool) throws(FormatError) -> UnsafeBufferPointer<npyio_member> {
    try unsafe table.withLock { (table: inout MemberTable?) throws(FormatError) in
      if table == nil { table = MemberTable(archive.zip.members) }
      if withOffsets { try table?.findOffsets(archive) }
      // Safe: the table is never replaced, and freed with this object only.
      return unsafe table?.rows ?? UnsafeBufferPointer(start: nil, count: 0)
    }
  }
}

/// What C is told of an archive's members.
@safe private final class MemberTable: @unchecked Sendable {
  private let members: [ZipMember]
  private let table: UnsafeMutableBufferPointer<npyio_member>
  private let names: UnsafeMutablePointer<CChar>
  private var hasOffsets = false

  init(_ members: [ZipMember]) {
    self.members = members
    let size = members.reduce(0) { $0 + $1.name.utf8.count + 1 }
    // Safe: memory of this object's own for all that is written to it; freed in `deinit` only.
    unsafe table = .allocate(capacity: members.count)
    unsafe names = .allocate(capacity: max(1, size))
    var next = unsafe names
    for (place, member) in members.enumerated() {
      let start = unsafe next
      for byte in member.name.utf8 {
        unsafe next.initialize(to: CChar(bitPattern: byte))
        unsafe next += 1
      }
      unsafe next.initialize(to: 0)
      unsafe next += 1
      unsafe table.initializeElement(
        at: place,
        to: npyio_member(
          name: start, compressed_size: Int64(member.compressedSize), uncompressed_size: Int64(member.uncompressedSize),
          offset: -1, method: Int32(member.method.rawValue), is_folder: member.isFolder ? 1 : 0))
    }
  }

  deinit {
    // Safe: allocated in `init`.
    unsafe table.deallocate()
    unsafe names.deallocate()
  }

  /// The rows of the table.
  // Safe: valid as long as this object.
  var rows: UnsafeBufferPointer<npyio_member> { unsafe UnsafeBufferPointer(table) }

  /// Finds where the data of stored members begin, which needs a look at each of them.
  func findOffsets(_ archive: NPZArchive) throws(FormatError) {
    guard !hasOffsets else { return }
    for (place, member) in members.enumerated() where !member.isFolder {
      let offset = try archive.storedOffset(of: member)
      // Safe: a place within the table.
      unsafe table[place].offset = Int64(offset ?? -1)
    }
    hasOffsets = true
  }
}

/// `npyio_archive_open`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_open(
  _ source: OpaquePointer?, _ limits: UnsafePointer<npyio_limits>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      ArchiveHandle(try unsafe NPZArchive(Handle.of(source, SourceHandle.self).source, limits: LoadLimits(limits)))
    }
  }
}

/// `npyio_archive_members`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_members(
  _ archive: OpaquePointer?, _ withOffsets: Int32, _ members: UnsafeMutablePointer<UnsafePointer<npyio_member>?>?,
  _ count: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    guard let members = unsafe members, let count = unsafe count else {
      throw FormatError(.badArgument, "there is no place for the members")
    }
    let rows = try unsafe Handle.of(archive, ArchiveHandle.self).members(withOffsets: withOffsets != 0)
    unsafe members.pointee = rows.baseAddress
    unsafe count.pointee = Int64(rows.count)
  }
}

/// `npyio_archive_file`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_file(
  _ archive: OpaquePointer?, _ member: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in try unsafe Handle.of(archive, ArchiveHandle.self).file(member) }
  }
}

/// `npyio_archive_read`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_read(
  _ archive: OpaquePointer?, _ member: Int64, _ task: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      let handle = try unsafe Handle.of(archive, ArchiveHandle.self)
      return try ArrayHandle(handle.archive.array(handle.member(member).name))
    }
  }
}

/// `npyio_archive_bytes`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_bytes(
  _ archive: OpaquePointer?, _ member: Int64, _ task: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      let handle = try unsafe Handle.of(archive, ArchiveHandle.self)
      return try ArrayHandle(handle.archive.bytes(of: handle.member(member).name, map: nil, isChecked: true))
    }
  }
}
