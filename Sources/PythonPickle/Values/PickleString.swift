internal import PlatformC

/// A Python `str`, which may hold lone surrogates that no Swift `String` can; a reference, whose identity a pickle keeps.
///
/// Strings that were read share memory, up to 16 KB, with others of the same pickle, which lives as long as any of them.
public struct PickleString: Sendable {
  let object: ByteObject

  /// A string of an object, which holds UTF-8, or surrogates and says so.
  @inline(__always)
  init(_ object: ByteObject) { self.object = object }

  /// Copies bytes that are known to be what the flags say.
  private init(_ bytes: UnsafeBufferPointer<UInt8>, _ flags: ByteObject.Flags) {
    // Safe: the bytes are copied within the call.
    object = unsafe ByteObject(copying: UnsafeRawBufferPointer(bytes), flags)
  }

  /// A string.
  ///
  /// - Parameter isShared: Whether the pickler treats it as the same object as any equal string that is shared as
  ///   well, which is what Python does with literals and names. Strings that were read are not: they are the same
  ///   where the pickle said so.
  public init(_ text: String, isShared: Bool = true) {
    var text = text
    // Safe: the bytes are copied within the call.
    self = text.withUTF8 { unsafe PickleString($0, isShared ? .isShared : []) }
  }

  /// Decodes UTF-8 in which surrogates may stand alone (Python's `surrogatepass`); `nil` if it is not that.
  public init?(utf8 bytes: some Collection<UInt8>, isShared: Bool = true) {
    // Safe: the bytes are copied within the call.
    let made = unsafe Array(bytes).withUnsafeBufferPointer { unsafe PickleString(utf8: $0, isShared: isShared) }
    guard let made else { return nil }
    self = made
  }

  /// Decodes UTF-8 as above.
  private init?(utf8 bytes: UnsafeBufferPointer<UInt8>, isShared: Bool) {
    // Safe: the bytes are read, and copied, within the calls.
    guard var flags = unsafe PickleString.flags(ofUTF8: bytes) else { return nil }
    if isShared { flags.insert(.isShared) }
    unsafe self.init(bytes, flags)
  }

  /// What is to be noted of bytes; `nil` for those that are no UTF-8, not even with surrogates that stand alone.
  @inline(__always)
  static func flags(ofUTF8 bytes: UnsafeBufferPointer<UInt8>) -> ByteObject.Flags? {
    // Safe: the bytes are read within the calls.
    if unsafe PickleString.isASCII(bytes) { return [] }
    guard let hasLoneSurrogates = unsafe PickleString.hasLoneSurrogates(bytes) else { return nil }
    return hasLoneSurrogates ? .hasLoneSurrogates : []
  }

  /// A string of code points, lone surrogates among them; values beyond U+10FFFF are left out.
  public init(codePoints: [UInt32], isShared: Bool = true) {
    var bytes: [UInt8] = []
    for point in codePoints where point <= 0x10FFFF { PickleString.appendUTF8(point, to: &bytes) }
    // Safe: the bytes are read, and copied, within the call; the encoder above leaves nothing to refuse.
    self = unsafe bytes.withUnsafeBufferPointer { bytes in
      var flags = unsafe PickleString.flags(ofUTF8: bytes) ?? []
      if isShared { flags.insert(.isShared) }
      return unsafe PickleString(bytes, flags)
    }
  }

  /// A string of the code points up to 255 that bytes are.
  init(latin1 bytes: [UInt8], isShared: Bool) {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 2)
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else {
        text.append(0xC0 | byte >> 6)
        text.append(0x80 | byte & 0x3F)
      }
    }
    // Safe: the bytes are copied within the call; they are UTF-8.
    self = unsafe text.withUnsafeBufferPointer { unsafe PickleString($0, isShared ? .isShared : []) }
  }

  /// Validation costs more than the rest; most keys need none.
  @inline(__always)
  static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    var (place, bits): (Int, UInt64) = (0, 0)
    // Safe: whole words within the bytes are read, and then the bytes that are left.
    while place + 8 <= raw.count {
      bits |= unsafe raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      place += 8
    }
    while place < raw.count {
      bits |= UInt64(unsafe raw[place])
      place += 1
    }
    return bits & 0x8080_8080_8080_8080 == 0
  }

  /// Whether all characters are ASCII.
  // Safe: the bytes are read within the closure.
  var isASCII: Bool { unsafe withUTF8 { unsafe PickleString.isASCII($0) } }

  /// Whether bytes hold surrogates that stand alone; `nil` if they are not even UTF-8 with such.
  private static func hasLoneSurrogates(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
    // Safe: the bytes are read within the calls.
    if unsafe String(validating: bytes, as: UTF8.self) != nil { return false }
    return unsafe codePoints(surrogatePass: bytes) == nil ? nil : true
  }

  /// What the string is known by as long as it lives.
  package var identity: UInt { object.identity }

  /// Makes a string that is being read the same object as equal literals.
  func markShared() { object.markShared() }

  @inline(__always)
  var isShared: Bool { object.flags.contains(.isShared) }

  /// Whether two are the same object.
  static func === (left: PickleString, right: PickleString?) -> Bool {
    right.map { left.object === $0.object } ?? false
  }

  /// Whether the string holds a surrogate that Swift's strings cannot.
  public var hasLoneSurrogates: Bool { object.flags.contains(.hasLoneSurrogates) }

  /// The text, copied; lone surrogates are replaced by U+FFFD.
  public var text: String {
    guard hasLoneSurrogates else {
      // Safe: the bytes are copied within the closure.
      return unsafe withUTF8 { unsafe String(decoding: $0, as: UTF8.self) }
    }
    var text = String.UnicodeScalarView()
    for point in codePoints { text.append(Unicode.Scalar(point) ?? "\u{FFFD}") }
    return String(text)
  }

  /// The code points.
  public var codePoints: [UInt32] {
    // Safe: the bytes are read within the closure.
    unsafe withUTF8 { unsafe PickleString.codePoints(surrogatePass: $0) ?? [] }
  }

  /// The first code points, and whether these are all: of a long string no more is looked at than is asked for.
  func codePoints(upTo count: Int) -> (points: [UInt32], isWhole: Bool) {
    // Safe: the bytes are read within the closure. No code point has more than four.
    unsafe withUTF8 { bytes in
      var end = count < bytes.count / 4 ? 4 * count + 4 : bytes.count
      // Back to where a code point begins.
      while end > 0, end < bytes.count, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
      let part = unsafe UnsafeBufferPointer(rebasing: bytes[..<end])
      let points = unsafe PickleString.codePoints(surrogatePass: part) ?? []
      return points.count <= count && end == bytes.count ? (points, true) : (Array(points.prefix(count)), false)
    }
  }

  /// The length of ``withUTF8(_:)``'s bytes.
  @inline(__always)
  package var utf8Count: Int { object.count }

  /// Calls `body` with the bytes, surrogates encoded like any other code point.
  @inline(__always)
  package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    // Safe: the bytes are lent for the call.
    unsafe object.withBytes { unsafe body($0.assumingMemoryBound(to: UInt8.self)) }
  }

  /// Whether two strings have the same code points. Swift's `==` would take `é` and `e` + accent for the same.
  @inline(__always)
  func hasSameCodePoints(as other: PickleString) -> Bool {
    if object === other.object { return true }
    guard utf8Count == other.utf8Count else { return false }
    // Safe: the bytes, as many in both, are compared within the closures.
    return unsafe withUTF8 { left in
      unsafe other.withUTF8 { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return true }
        return unsafe memcmp(left, right, utf8Count) == 0
      }
    }
  }

  /// Whether the string has the same bytes as a text, without a copy of either.
  func isText(_ text: String) -> Bool {
    // Safe: the bytes are compared within the closure.
    guard text.utf8.count == utf8Count else { return false }
    var text = text
    return text.withUTF8 { text in
      unsafe withUTF8 { bytes in
        guard let left = bytes.baseAddress, let right = text.baseAddress else { return true }
        return unsafe memcmp(left, right, bytes.count) == 0
      }
    }
  }

  private static func appendUTF8(_ point: UInt32, to bytes: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (point >> shift & 0x3F)) }
    switch point {
    case ..<0x80: bytes.append(UInt8(point))
    case ..<0x800: bytes += [UInt8(0xC0 | point >> 6), tail(0)]
    case ..<0x10000: bytes += [UInt8(0xE0 | point >> 12), tail(6), tail(0)]
    default: bytes += [UInt8(0xF0 | point >> 18), tail(12), tail(6), tail(0)]
    }
  }

  /// The code points of UTF-8 with `surrogatepass`; `nil` for anything that Python's decoder refuses.
  private static func codePoints(surrogatePass bytes: some Collection<UInt8>) -> [UInt32]? {
    var points: [UInt32] = []
    var rest = bytes.makeIterator()
    while let first = rest.next() {
      let length: Int
      var point: UInt32
      switch first {
      case ..<0x80:
        points.append(UInt32(first))
        continue
      case 0xC2..<0xE0: (length, point) = (1, UInt32(first & 0x1F))
      case 0xE0..<0xF0: (length, point) = (2, UInt32(first & 0x0F))
      case 0xF0..<0xF5: (length, point) = (3, UInt32(first & 0x07))
      default: return nil
      }
      for _ in 0..<length {
        guard let next = rest.next(), next & 0xC0 == 0x80 else { return nil }
        point = point << 6 | UInt32(next & 0x3F)
      }
      let smallest: [UInt32] = [0x80, 0x800, 0x10000]
      guard point >= smallest[length - 1], point <= 0x10FFFF else { return nil }
      points.append(point)
    }
    return points
  }
}
