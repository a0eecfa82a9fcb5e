import ByteIO

/// A member of an archive, as the directory describes it.
///
/// Nothing here has been compared with the member itself yet; ``ZipArchive/dataRange(of:)`` does that.
public struct ZipMember: Sendable {
  /// The name: any text at all, `..`, slashes and control characters included. A key, never a path.
  public internal(set) var name: String
  /// The name's bytes as the file holds them.
  public internal(set) var nameBytes: [UInt8]
  /// How the data is compressed.
  public internal(set) var method: ZipMethod
  /// The general purpose bits of the directory: encryption, data descriptor, UTF-8 names.
  public internal(set) var flags: UInt16
  /// The checksum of the uncompressed data.
  public internal(set) var crc32: UInt32
  /// How many bytes the data takes in the file.
  public internal(set) var compressedSize: Int
  /// How many bytes the data has uncompressed, as the directory claims.
  public internal(set) var uncompressedSize: Int
  /// Where the local header begins, in bytes from the source's start (prepended bytes are counted).
  public internal(set) var headerOffset: Int
  /// The extra block of the directory, all fields.
  public internal(set) var extra: [UInt8]
  /// The member's comment, bytes of no stated encoding; most archives have none.
  public internal(set) var comment: [UInt8]
  /// The time of the last change in MS-DOS's format: hours, minutes and half seconds.
  public internal(set) var dosTime: UInt16
  /// The day of the last change in MS-DOS's format; 0x0021 is 1980-01-01.
  public internal(set) var dosDate: UInt16
  /// The system that made the member and the version of the specification it followed.
  public internal(set) var versionMadeBy: UInt16
  /// The version of the specification that a reader must know, in tenths.
  public internal(set) var versionNeeded: UInt16
  /// The mode of the file on Unix, shifted by 16, and MS-DOS's attributes.
  public internal(set) var externalAttributes: UInt32
  /// Where the member must have ended: at the next one's header, or at the directory.
  var boundary: Int
  /// Where the data lies, if that is known without a header to be compared with a directory: in a tar archive, or where
  /// the directory is lost.
  var knownData: Range<Int>?
  /// Whether the file ends within the data, or before what would tell its end.
  public internal(set) var isCut = false
  /// Whether there is a checksum of the data.
  public internal(set) var hasChecksum = true

  /// Whether the data is encrypted, which is not read.
  public var isEncrypted: Bool {
    flags & (Flags.encrypted | Flags.strongEncryption | Flags.maskedHeaders) != 0
  }
  /// Whether checksum and sizes follow the data, since they were not known when the header was written.
  public var hasDataDescriptor: Bool { flags & Flags.dataDescriptor != 0 }
  /// Whether the name represents a folder.
  public var isFolder: Bool { nameBytes.last == UInt8(ascii: "/") }

  /// Whether the name is unfit to be a path below some folder: it is empty, absolute, leads upwards, begins with the
  /// root of a drive, or holds a backslash or a control character. A program that unpacks members should refuse such a name.
  public var isUnsafeAsPath: Bool { name.isUnsafeAsPath }

  /// The field of the extra block with a given number, as private fields are looked up.
  ///
  /// - Returns: The field's bytes without number and length, or `nil` if it is not there.
  public func extraField(_ id: UInt16) -> [UInt8]? {
    guard let fields = try? ExtraFields(extra[...]), let field = try? fields.only(id) else { return nil }
    return Array(field)
  }
}

/// The general purpose bits that matter here.
enum Flags {
  static let encrypted: UInt16 = 1 << 0
  static let lzmaEndMarker: UInt16 = 1 << 1
  static let dataDescriptor: UInt16 = 1 << 3
  static let patched: UInt16 = 1 << 5
  static let strongEncryption: UInt16 = 1 << 6
  static let utf8: UInt16 = 1 << 11
  static let maskedHeaders: UInt16 = 1 << 13
}
