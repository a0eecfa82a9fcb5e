import ByteIO
import NumPyIO
import ZipArchives

/// What `info` and `ls` tell of an archive: its members, one by one.
struct ArchiveDescription {
  struct Member {
    let zip: ZipMember
    /// The name as NumPy gives it, unless that names another.
    let name: String
    let array: ArrayDescription?
    let isSeekable: Bool
    /// Why the member cannot be read.
    let error: FormatError?

    var ratio: String {
      guard zip.uncompressedSize > 0 else { return "" }
      let permille = Int((Double(zip.compressedSize) / Double(zip.uncompressedSize) * 1000).rounded())
      return "\(permille / 10).\(permille % 10) %"
    }

    /// The CRC-32 in eight hexadecimal digits.
    private var checksum: String {
      guard zip.hasChecksum else { return "-" }
      let digits = String(zip.crc32, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// A row of the table: name, shape, dtype, size, method, ratio, CRC.
    var row: [String] {
      let size = TextTable.size(array?.byteCount ?? zip.uncompressedSize)
      return [
        Console.printable(name), array?.shapeText ?? "-",
        array?.briefDType ?? (error == nil ? "(no array)" : "(unreadable)"), size,
        zip.method.description, ratio, checksum,
      ]
    }

    var json: JSONValue {
      return .object(
        [
          ("name", .string(name)), ("method", .string(zip.method.description)),
          ("compressed_bytes", .int(zip.compressedSize)), ("file_bytes", .int(zip.uncompressedSize)),
          ("crc32", zip.hasChecksum ? .string(checksum) : .null), ("seekable", .bool(isSeekable)),
        ] + (array?.arrayFields ?? []) + (error.map { [(key: "error", value: Failure.json($0))] } ?? []))
    }
  }

  let name: String
  let fileSize: Int?
  /// `npz`, or `tar`.
  private let format: String
  let members: [Member]

  /// - Throws: The first error if no member can be read.
  init(_ archive: NPZArchive, name: String) throws(FormatError) {
    self.name = name
    fileSize = archive.zip.source.byteCount
    format = archive.zip.form == .tar ? "tar" : "npz"
    var members: [Member] = []
    try archive.prepareHeaders()
    for member in archive.zip.members where !member.isFolder {
      var array: ArrayDescription?
      var failure: FormatError?
      do throws(FormatError) {
        if try archive.isArray(member) {
          array = ArrayDescription(
            try archive.file(of: member), name: name, stored: try archive.storedOffset(of: member))
          failure = array?.cut.map { archive.located($0.error, member) }
        }
      } catch {
        if error.code == .cancelled { throw error }
        failure = error
      }
      members.append(
        Member(
          zip: member, name: archive.uniqueName(of: member), array: array, isSeekable: archive.isSeekable(member),
          error: failure))
    }
    if members.count == 1, let error = members[0].error { throw error }
    self.members = members
  }

  var text: String {
    let total = members.reduce(0) { $0 + $1.zip.uncompressedSize }
    var text = Console.printable(name) + "\n"
    var rows = [
      ["  format", "\(format), \(members.count) member\(members.count == 1 ? "" : "s")"],
      ["  bytes", TextTable.grouped(total)],
    ]
    if let fileSize { rows.append(["  file", "\(TextTable.grouped(fileSize)) bytes"]) }
    text += TextTable.aligned(rows)
    return text + TextTable.aligned(members.map { ["  " + $0.row[0]] + $0.row.dropFirst() }, rightAligned: [3, 5])
  }

  var json: JSONValue {
    .object([("file", .string(name)), ("format", .string(format)), ("members", .array(members.map(\.json)))])
  }
}
