/// A Python `str`, which may hold lone surrogates that no Swift `String` can.
///
/// Unchecked, as ``isShared`` may change; only the reader changes it, before it hands anything out.
public final class PickleString: @unchecked Sendable {
  /// The text; lone surrogates are replaced by U+FFFD.
  public let text: String
  /// UTF-8 with lone surrogates encoded like any other code point, where the text has some.
  let surrogateBytes: [UInt8]?
  /// Whether equal strings of this kind are one object to the pickler, as equal literals are in Python.
  private(set) var isShared: Bool

  /// A string.
  ///
  /// - Parameter isShared: Whether the pickler treats it as the same object as any equal string that is shared as
  ///   well, which is what Python does with literals and names. Strings that were read are not: they are the same
  ///   where the pickle said so.
  public init(_ text: String, isShared: Bool = true) {
    self.text = text
    surrogateBytes = nil
    self.isShared = isShared
  }

  /// Decodes UTF-8 in which surrogates may stand alone (Python's `surrogatepass`); `nil` if it is not that.
  public init?(utf8 bytes: some Collection<UInt8>, isShared: Bool = true) {
    self.isShared = isShared
    // Validation costs more than the rest; most keys need none.
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    if let text = isASCII ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self) {
      self.text = text
      surrogateBytes = nil
      return
    }
    guard let points = PickleString.codePoints(surrogatePass: bytes) else { return nil }
    var text = String.UnicodeScalarView()
    for point in points { text.append(Unicode.Scalar(point) ?? "\u{FFFD}") }
    self.text = String(text)
    surrogateBytes = Array(bytes)
  }

  /// A string of code points, lone surrogates among them; values beyond U+10FFFF are left out.
  public convenience init(codePoints: [UInt32], isShared: Bool = true) {
    var bytes: [UInt8] = []
    for point in codePoints where point <= 0x10FFFF { PickleString.appendUTF8(point, to: &bytes) }
    // Made by the encoder above, which leaves nothing to refuse.
    if let text = String(validating: bytes, as: UTF8.self) {
      self.init(text, isShared: isShared)
    } else {
      self.init(surrogates: bytes, isShared: isShared)
    }
  }

  private init(surrogates bytes: [UInt8], isShared: Bool) {
    var text = String.UnicodeScalarView()
    for point in PickleString.codePoints(surrogatePass: bytes) ?? [] {
      text.append(Unicode.Scalar(point) ?? "\u{FFFD}")
    }
    self.text = String(text)
    surrogateBytes = bytes
    self.isShared = isShared
  }

  /// Makes a string that is being read the same object as equal literals.
  func markShared() { isShared = true }

  /// Whether the string holds a surrogate that Swift's strings cannot.
  public var hasLoneSurrogates: Bool { surrogateBytes != nil }

  /// The code points.
  public var codePoints: [UInt32] {
    if let surrogateBytes { return PickleString.codePoints(surrogatePass: surrogateBytes) ?? [] }
    return text.unicodeScalars.map(\.value)
  }

  /// The first code points, and whether these are all: of a long string no more is looked at than is asked for.
  func codePoints(upTo count: Int) -> (points: [UInt32], isWhole: Bool) {
    if surrogateBytes != nil {
      let points = codePoints
      return points.count <= count ? (points, true) : (Array(points.prefix(count)), false)
    }
    let scalars = text.unicodeScalars
    let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex) ?? scalars.endIndex
    return (scalars[..<end].map(\.value), end == scalars.endIndex)
  }

  /// The length of ``withUTF8(_:)``'s bytes.
  var utf8Count: Int { surrogateBytes?.count ?? text.utf8.count }

  /// Calls `body` with the bytes, surrogates encoded like any other code point.
  package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let surrogateBytes {
      // Safe: the buffer is used within the call only.
      return unsafe surrogateBytes.withUnsafeBufferPointer { unsafe body($0) }
    }
    // Swift's own strings lend their bytes; ones of Objective-C are copied.
    if let result = unsafe text.utf8.withContiguousStorageIfAvailable({ unsafe body($0) }) { return result }
    var text = text
    return text.withUTF8 { unsafe body($0) }
  }

  /// Whether two strings have the same code points. Swift's `==` would take `é` and `e` + accent for the same.
  func hasSameCodePoints(as other: PickleString) -> Bool {
    if self === other { return true }
    guard utf8Count == other.utf8Count else { return false }
    // Safe: the bytes are compared within the closures.
    return unsafe withUTF8 { left in unsafe other.withUTF8 { right in unsafe left.elementsEqual(right) } }
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
