internal import NDArrays
internal import NumberText

/// What stands in a column of numbers where the text has none.
struct FieldGap: Sendable {
  /// The number's bytes, as many as it has.
  let bits: UInt64
  let byteCount: Int
  /// Whether words are gaps as well, rather than empty fields only.
  let takesWords: Bool

  /// Whether a byte begins a word that is no number: numbers begin with letters in `inf` and `nan` only.
  @inline(__always)
  static func isWord(_ byte: UInt8) -> Bool {
    let letter = byte & 0xDF
    return letter >= 0x41 && letter <= 0x5A && letter != 0x49 && letter != 0x4E
  }

  func store(at target: UnsafeMutableRawPointer) {
    unsafe withUnsafeBytes(of: bits) { bytes in
      // Safe: the caller has room for a number of the column's type, which has so many bytes.
      if let start = bytes.baseAddress { unsafe target.copyMemory(from: start, byteCount: byteCount) }
    }
  }
}

/// What the readers of plain rows do with a column of the text.
enum FieldAction: Sendable {
  case skip
  case number(NumberRows.Element)
  /// A complex number as Python's own `complex` reads it, of so many bytes.
  case complex(Int)
  /// `True` or `False` in letters of any case: what `genfromtxt` takes for a truth value.
  case truth
  /// `S`: so many bytes; `U`: so many code points in this machine's byte order.
  case bytes(Int)
  case characters(Int)

  /// `nil` for a type that these readers do not know.
  ///
  /// - Parameter asPython: Whether truth values and complex numbers are read as Python's converters do, for `genfromtxt`;
  ///   `loadtxt` has other rules.
  init?(_ dtype: DType, asPython: Bool) {
    if let element = FastRows.element(dtype) {
      self = .number(element)
    } else if dtype.kind == .bytes, dtype.itemSize > 0 {
      self = .bytes(dtype.itemSize)
    } else if dtype.kind == .string, dtype.itemSize > 0, dtype.isNative {
      self = .characters(dtype.itemSize / 4)
    } else if dtype.kind == .bool, asPython {
      self = .truth
    } else if dtype.kind == .complex, dtype.itemSize <= 16, dtype.isNative, asPython {
      self = .complex(dtype.itemSize)
    } else {
      return nil
    }
  }

  /// The characters that the column has room for; `nil` for what is no text.
  var textSize: Int? {
    switch self {
    case .skip, .number, .complex, .truth: nil
    case .bytes(let size), .characters(let size): size
    }
  }

  /// Stores a field that is no real number; false if it is not ASCII, or no value of the kind.
  ///
  /// - Parameter target: Room for an element of the column's type.
  @inline(__always)
  func store(_ text: RawSpan, _ range: Range<Int>, at target: UnsafeMutableRawPointer) -> Bool {
    let (start, end) = (range.lowerBound, range.upperBound)
    switch self {
    case .skip, .number: return true
    case .complex(let size):
      guard let (real, imaginary) = PythonNumberText.plainComplex(text, range) else { return false }
      if size == 16 {
        unsafe target.storeBytes(of: real, as: Double.self)
        unsafe target.storeBytes(of: imaginary, toByteOffset: 8, as: Double.self)
      } else {
        unsafe target.storeBytes(of: Float(real), as: Float.self)
        unsafe target.storeBytes(of: Float(imaginary), toByteOffset: 4, as: Float.self)
      }
    case .truth:
      guard let truth = FieldAction.truth(text, range) else { return false }
      unsafe target.storeBytes(of: truth ? 1 : 0, as: UInt8.self)
    case .bytes(let size):
      for index in 0..<size {
        let byte = start &+ index < end ? text.byte(start &+ index) : 0
        if byte >= 0x80 { return false }
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
    case .characters(let size):
      for index in 0..<size {
        let byte = start &+ index < end ? text.byte(start &+ index) : 0
        if byte >= 0x80 { return false }
        unsafe target.storeBytes(of: UInt32(byte), toByteOffset: index &* 4, as: UInt32.self)
      }
    }
    return true
  }

  private static func truth(_ text: RawSpan, _ range: Range<Int>) -> Bool? {
    var word: UInt64 = 0
    guard range.count == 4 || range.count == 5 else { return nil }
    for place in range {
      let byte = text.byte(place)
      guard (0x41...0x5A).contains(byte & 0xDF) else { return nil }
      word = word &<< 8 | UInt64(byte & 0xDF)
    }
    switch word {
    case 0x54_52_55_45: return true
    case 0x46_41_4C_53_45: return false
    default: return nil
    }
  }
}
