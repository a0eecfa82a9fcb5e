internal import PlatformC

/// A Python `str`, which may hold lone surrogates that no Swift `String` can; a reference, whose identity a pickle keeps.
///
/// Unchecked, as ``isShared`` may change; only the reader changes it, before it hands anything out.
public struct PickleString: @unchecked Sendable {
  /// Bytes behind a header, in one piece of memory: most pickles are many short strings.
  private final class Storage: ManagedBuffer<Header, UInt8> {}

  private struct Header {
    /// The place in a pickler's memo: a ``MemoCell``. The first field.
    var memo: UInt64 = 0
    /// How many bytes there are, above two bits: so that short strings are small.
    private var bits: UInt64

    init(count: Int, hasLoneSurrogates: Bool, isShared: Bool) {
      bits = UInt64(count) << 2 | (hasLoneSurrogates ? 2 : 0) | (isShared ? 1 : 0)
    }

    var count: Int { Int(bits >> 2) }
    /// Whether the bytes are no UTF-8, as they hold surrogates encoded like any other code point.
    var hasLoneSurrogates: Bool { bits & 2 != 0 }
    /// Whether equal strings of this kind are one object to the pickler, as equal literals are in Python.
    var isShared: Bool {
      get { bits & 1 != 0 }
      set { bits = bits & ~1 | (newValue ? 1 : 0) }
    }
  }

  private let storage: Storage

  /// Copies bytes that are known to be what the header says.
  @inline(__always)
  private init(_ bytes: UnsafeBufferPointer<UInt8>, hasLoneSurrogates: Bool, isShared: Bool) {
    let buffer = Storage.create(minimumCapacity: bytes.count) { _ in
      Header(count: bytes.count, hasLoneSurrogates: hasLoneSurrogates, isShared: isShared)
    }
    // Safe: `create` makes an object of the class that it is asked of, with room for the bytes.
    storage = unsafe unsafeDowncast(buffer, to: Storage.self)
    if let start = bytes.baseAddress {
      unsafe storage.withUnsafeMutablePointerToElements { unsafe $0.initialize(from: start, count: bytes.count) }
    }
  }

  /// A string.
  ///
  /// - Parameter isShared: Whether the pickler treats it as the same object as any equal string that is shared as
  ///   well, which is what Python does with literals and names. Strings that were read are not: they are the same
  ///   where the pickle said so.
  public init(_ text: String, isShared: Bool = true) {
    var text = text
    // Safe: the bytes are copied within the call.
    self = text.withUTF8 { unsafe PickleString($0, hasLoneSurrogates: false, isShared: isShared) }
  }

  /// Decodes UTF-8 in which surrogates may stand alone (Python's `surrogatepass`); `nil` if it is not that.
  public init?(utf8 bytes: some Collection<UInt8>, isShared: Bool = true) {
    // Safe: the bytes are copied within the call.
    let made = unsafe Array(bytes).withUnsafeBufferPointer { unsafe PickleString(utf8: $0, isShared: isShared) }
    guard let made else { return nil }
    self = made
  }

  /// Decodes UTF-8 as above.
  @inline(__always)
  init?(utf8 bytes: UnsafeBufferPointer<UInt8>, isShared: Bool) {
    // Safe: the bytes are read, and copied, within the call.
    if unsafe PickleString.isASCII(bytes) {
      unsafe self.init(bytes, hasLoneSurrogates: false, isShared: isShared)
    } else {
      guard let hasLoneSurrogates = unsafe PickleString.hasLoneSurrogates(bytes) else { return nil }
      unsafe self.init(bytes, hasLoneSurrogates: hasLoneSurrogates, isShared: isShared)
    }
  }

  /// A string of code points, lone surrogates among them; values beyond U+10FFFF are left out.
  public init(codePoints: [UInt32], isShared: Bool = true) {
    var bytes: [UInt8] = []
    for point in codePoints where point <= 0x10FFFF { PickleString.appendUTF8(point, to: &bytes) }
    // Safe: the bytes are read, and copied, within the call; the encoder above leaves nothing to refuse.
    self = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe PickleString(
        bytes, hasLoneSurrogates: PickleString.hasLoneSurrogates(bytes) ?? false, isShared: isShared)
    }
  }

  /// Validation costs more than the rest; most keys need none.
  @inline(__always)
  private static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
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

  /// Whether bytes hold surrogates that stand alone; `nil` if they are not even UTF-8 with such.
  private static func hasLoneSurrogates(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
    // Safe: the bytes are read within the calls.
    if unsafe String(validating: bytes, as: UTF8.self) != nil { return false }
    return unsafe codePoints(surrogatePass: bytes) == nil ? nil : true
  }

  /// Makes a string that is being read the same object as equal literals.
  // Safe: the header is initialised, and lives as long as the storage; nobody else has the string yet.
  func markShared() { unsafe storage.withUnsafeMutablePointerToHeader { unsafe $0.pointee.isShared = true } }

  // Not by `header`, which checks each access.
  @inline(__always)
  private func withHeader<Result>(_ body: (borrowing Header) -> Result) -> Result {
    // Safe: the header is initialised, and lives as long as the storage, which is held.
    unsafe storage.withUnsafeMutablePointerToHeader { unsafe body($0.pointee) }
  }

  @inline(__always)
  func withMemoCell<Result>(_ body: (borrowing MemoCell) -> Result) -> Result {
    // Safe: the word is the header's first field, and lives as long as the storage, which is held.
    unsafe storage.withUnsafeMutablePointerToHeader { header in
      body(unsafe MemoCell(UnsafeMutableRawPointer(header).assumingMemoryBound(to: UInt64.self)))
    }
  }

  @inline(__always)
  var isShared: Bool { withHeader { $0.isShared } }

  /// What the string is known by to the pickler.
  var identity: AnyObject { storage }

  /// Whether two are the same object.
  static func === (left: PickleString, right: PickleString?) -> Bool { left.storage === right?.storage }

  /// Whether the string holds a surrogate that Swift's strings cannot.
  public var hasLoneSurrogates: Bool { withHeader { $0.hasLoneSurrogates } }

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
  var utf8Count: Int { withHeader { $0.count } }

  /// Calls `body` with the bytes, surrogates encoded like any other code point.
  @inline(__always)
  package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    // Safe: the header says how many bytes there are; they live as long as the storage, which is held.
    unsafe storage.withUnsafeMutablePointers { header, bytes in
      unsafe body(UnsafeBufferPointer(start: bytes, count: header.pointee.count))
    }
  }

  /// Whether two strings have the same code points. Swift's `==` would take `é` and `e` + accent for the same.
  @inline(__always)
  func hasSameCodePoints(as other: PickleString) -> Bool {
    if storage === other.storage { return true }
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
