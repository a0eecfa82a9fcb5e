import ByteIO

/// The fields of an "extra" block: a number, a length, and that many bytes each.
struct ExtraFields {
  /// The numbers of the fields that this module knows.
  enum ID {
    static let zip64: UInt16 = 0x0001
    /// Info-ZIP's name in UTF-8, beside a name in the old encoding.
    static let unicodePath: UInt16 = 0x7075
    /// Padding that moves the data to a multiple of some number, as Android's `zipalign` writes it.
    static let alignment: UInt16 = 0xD935
  }

  private(set) var fields: [(id: UInt16, bytes: ArraySlice<UInt8>)] = []

  /// No fields.
  init() {}

  /// Splits a block into its fields. Up to three bytes may be left over, which some tools pad with.
  ///
  /// - Throws: `malformed` if a field claims more bytes than there are.
  init(_ bytes: ArraySlice<UInt8>) throws(FormatError) {
    var reader = RecordReader(bytes)
    while reader.remaining >= 4, let id: UInt16 = reader.number(), let count: UInt16 = reader.number() {
      guard let content = reader.take(Int(count)) else {
        throw FormatError(
          .malformed, "an extra field claims \(count) bytes where \(reader.remaining) are left")
      }
      fields.append((id, content))
    }
  }

  /// The one field of that number, if there is any.
  ///
  /// - Throws: `malformed` if it stands twice.
  func only(_ id: UInt16) throws(FormatError) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for field in fields where field.id == id {
      guard found == nil else { throw FormatError(.malformed, "an extra field stands twice") }
      found = field.bytes
    }
    return found
  }

  /// The block without the fields of those numbers.
  func encoded(leavingOut ids: [UInt16]) -> [UInt8] {
    var block: [UInt8] = []
    for field in fields where !ids.contains(field.id) {
      block.append(number: field.id)
      block.append(number: UInt16(field.bytes.count))
      block += field.bytes
    }
    return block
  }
}

/// The numbers of a header that outgrow 32 bits, as the header and its zip64 field hold them together.
struct Zip64Numbers: Equatable {
  var uncompressedSize: UInt64
  var compressedSize: UInt64
  var offset: UInt64

  /// Resolves the 32-bit numbers of a header: all ones means that the zip64 field holds the number.
  ///
  /// A field that is there although the header needs none of it, or longer than the header needs, must tell the
  /// same numbers: readers differ in whom they believe, so a contradiction is an error.
  ///
  /// - Parameter offset: The 32-bit offset, or `nil` in a local header, which has none.
  init(uncompressed: UInt32, compressed: UInt32, offset: UInt32?, field: ArraySlice<UInt8>?)
    throws(FormatError)
  {
    uncompressedSize = UInt64(uncompressed)
    compressedSize = UInt64(compressed)
    self.offset = UInt64(offset ?? 0)
    guard let field else { return }
    let needed = [uncompressed, compressed, offset ?? 0].filter { $0 == .max }.count
    var reader = RecordReader(field)
    if field.count == 8 * needed || field.count == 8 * needed + 4 {
      if uncompressed == .max, let value: UInt64 = reader.number() { uncompressedSize = value }
      if compressed == .max, let value: UInt64 = reader.number() { compressedSize = value }
      if offset == .max, let value: UInt64 = reader.number() { self.offset = value }
    } else {
      // Longer than needed: all numbers in their places, as some writers do.
      guard let first: UInt64 = reader.number() else { throw Zip64Numbers.lie() }
      guard uncompressed == .max || first == UInt64(uncompressed) else { throw Zip64Numbers.lie() }
      uncompressedSize = first
      if let second: UInt64 = reader.number() {
        guard compressed == .max || second == UInt64(compressed) else { throw Zip64Numbers.lie() }
        compressedSize = second
      } else if compressed == .max {
        throw Zip64Numbers.lie()
      }
      if let third: UInt64 = reader.number() {
        guard offset == nil || offset == .max || third == self.offset else { throw Zip64Numbers.lie() }
        if offset == .max { self.offset = third }
      } else if offset == .max {
        throw Zip64Numbers.lie()
      }
    }
  }

  private static func lie() -> FormatError {
    FormatError(.malformed, "the zip64 field contradicts the header it belongs to")
  }
}
