/// How an archive's bytes are laid out.
public enum ZipLayout: Sendable, Hashable {
  /// As CPython's `zipfile` lays out what `np.savez` writes, byte for byte: every local header has a zip64 field.
  case numpy
  /// The data of stored members begins at multiples of 64, by padding in the local header's extra block; zip64 fields
  /// only where sizes need them or are not known yet. Every reader of zip files reads it.
  case aligned
}

/// What is to be written as a member, apart from its data.
public struct ZipEntry: Sendable {
  /// The member's name, up to 65,535 bytes of UTF-8 without NUL.
  public var name: String
  /// How the data is compressed.
  public var method: ZipMethod
  /// The multiple at which the data is to begin in the file, for a stored member in the layout `aligned`.
  public var alignment = 64
  /// Which byte of the data is to lie at that multiple, counted from the data's start; an npy's array comes after
  /// its header, whose length is a multiple of 64 itself.
  public var alignedByte = 0
  /// Whole extra fields for the local header.
  public var localExtra: [UInt8] = []
  /// Whole extra fields for the directory.
  public var directoryExtra: [UInt8] = []
  /// The member's comment.
  public var comment: [UInt8] = []
  /// Hours, minutes and half seconds as MS-DOS packs them; midnight, as NumPy writes.
  public var dosTime: UInt16 = 0
  /// The day as MS-DOS packs it; 1980-01-01, as NumPy writes: equal arrays give equal archives.
  public var dosDate: UInt16 = 0x0021
  /// The mode on Unix, shifted by 16; a file that its owner reads and writes, as NumPy writes.
  public var externalAttributes: UInt32 = 0o600 << 16

  /// A member of that name.
  public init(_ name: String, method: ZipMethod = .stored) {
    self.name = name
    self.method = method
  }

  /// An extra field: its number, its length and its bytes.
  ///
  /// - Precondition: none; bytes beyond 65,531, which no field can hold, are refused when the member is written.
  public static func extraField(_ id: UInt16, _ bytes: [UInt8]) -> [UInt8] {
    var field: [UInt8] = []
    field.append(number: id)
    field.append(number: UInt16(clamping: bytes.count))
    return field + bytes
  }
}

/// What is known of a member's data once it has been compressed.
public struct ZipContents: Sendable, Hashable {
  /// The checksum of the uncompressed data.
  public var crc32: UInt32
  /// How many bytes are written.
  public var compressedSize: Int
  /// How many bytes the data has.
  public var uncompressedSize: Int

  /// Describes a member's data.
  public init(crc32: UInt32, compressedSize: Int, uncompressedSize: Int) {
    self.crc32 = crc32
    self.compressedSize = compressedSize
    self.uncompressedSize = uncompressedSize
  }
}
