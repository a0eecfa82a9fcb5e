internal import NDArrays
internal import NumberText

/// What the readers of plain rows do with a column of the text.
enum FieldAction: Sendable {
  case skip
  case number(NumericRowReader.Element)
  /// A number of this many bytes in the other byte order.
  case swapped(NumericRowReader.Element, Int)
  /// An integer that stands for a truth value: what `loadtxt` takes for one.
  case flag
  case date(FastDate)
  /// A complex number of this many bytes, as Python's own `complex` reads it.
  case complex(Int)
  /// `True` or `False` in letters of any case: what `genfromtxt` takes for a truth value.
  case truth
  /// `S`: the number of bytes; `U`: the number of code points, in this machine's byte order.
  ///
  /// Where `isASCII`, any other text is left to slower readers, which know what else is white space there.
  case bytes(Int, isASCII: Bool)
  case characters(Int, isASCII: Bool)
  /// A number of 80 bits.
  case extended

  /// `nil` for a type that these readers do not know.
  ///
  /// - Parameter asPython: Whether truth values and complex numbers are read as Python's converters do, for `genfromtxt`;
  ///   `loadtxt` has other rules.
  init?(_ dtype: DType, asPython: Bool) {
    if let element = FastRowReader.element(dtype) {
      self = .number(element)
    } else if dtype.kind == .bytes, dtype.itemSize > 0 {
      self = .bytes(dtype.itemSize, isASCII: asPython)
    } else if dtype.kind == .string, dtype.itemSize > 0, dtype.isNative {
      self = .characters(dtype.itemSize / 4, isASCII: asPython)
    } else if dtype.kind == .bool, asPython {
      self = .truth
    } else if dtype.kind == .complex, dtype.itemSize <= 16, dtype.isNative, asPython {
      self = .complex(dtype.itemSize)
    } else if !asPython, dtype.kind == .bool {
      self = .flag
    } else if !asPython, dtype.kind == .float, dtype.itemSize == 16, dtype.isNative {
      self = .extended
    } else if !asPython, let date = FastDate(dtype) {
      self = .date(date)
    } else if !asPython, !dtype.isNative, let element = FastRowReader.element(dtype.native) {
      self = .swapped(element, dtype.itemSize)
    } else {
      return nil
    }
  }

  /// Reads a number in another form than this machine's; false, and nothing moved, for what is none.
  ///
  /// - Parameter target: Room for an element of the column's type.
  @inline(__always)
  func readNumber(_ text: RawSpan, _ place: inout Int, at target: UnsafeMutableRawPointer) -> Bool {
    let start = place
    // Safe: the caller has room for an element of the column's type.
    switch self {
    case .swapped(let element, let size):
      guard unsafe element.read(text, &place, into: target) else { break }
      for index in 0..<(size / 2) {
        let other = size - 1 - index
        let low = unsafe target.load(fromByteOffset: index, as: UInt8.self)
        let high = unsafe target.load(fromByteOffset: other, as: UInt8.self)
        unsafe target.storeBytes(of: high, toByteOffset: index, as: UInt8.self)
        unsafe target.storeBytes(of: low, toByteOffset: other, as: UInt8.self)
      }
      return true
    case .flag:
      guard place < text.byteCount, let (magnitude, isNegative) = NumberReader.integer(text, &place),
        magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0)
      else { break }
      unsafe target.storeBytes(of: magnitude == 0 ? 0 : 1, as: UInt8.self)
      return true
    default: break
    }
    place = start
    return false
  }

  /// The characters that the column has room for; `nil` for what is not text.
  var textSize: Int? {
    switch self {
    case .skip, .number, .complex, .truth, .swapped, .flag, .date, .extended: nil
    case .bytes(let size, _), .characters(let size, _): size
    }
  }

  /// Stores a field that is not a real number; false if it is not a value of the kind, or not ASCII where it must be.
  ///
  /// - Parameter target: Room for an element of the column's type.
  @inline(__always)
  func store(_ text: RawSpan, _ range: Range<Int>, at target: UnsafeMutableRawPointer) -> Bool {
    let (start, end) = (range.lowerBound, range.upperBound)
    // Safe: the caller has room for an element of the column's type, and each case stores no more than its bytes.
    switch self {
    case .skip, .number: return true
    case .swapped, .flag: return false
    case .date(let date):
      guard let count = date.read(text, range) else { return false }
      unsafe target.storeBytes(of: count, as: Int64.self)
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
    case .extended:
      guard let value = FieldConversion.extended(text, range) else { return false }
      unsafe target.storeBytes(of: value.significand, as: UInt64.self)
      unsafe target.storeBytes(of: UInt64(value.signAndExponent), toByteOffset: 8, as: UInt64.self)
    case .bytes(let size, let isASCII):
      guard isASCII else {
        return FieldConversion.latin1(text, range, count: size) {
          unsafe target.storeBytes(of: $0, toByteOffset: $1, as: UInt8.self)
        }
      }
      for index in 0..<size {
        let byte = start &+ index < end ? text.byte(start &+ index) : 0
        if byte >= 0x80 { return false }
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
    case .characters(let size, let isASCII):
      guard isASCII else {
        FieldConversion.codePoints(text, range, count: size) {
          unsafe target.storeBytes(of: $0, toByteOffset: $1 &* 4, as: UInt32.self)
        }
        return true
      }
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
    for position in range {
      let byte = text.byte(position)
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
