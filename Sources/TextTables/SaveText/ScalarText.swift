internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import NumberText
internal import PythonLiterals

/// One element of an array as text: what Python's `str` and `repr` make of NumPy's scalars.
///
/// Elements are in this machine's byte order; their address need not be aligned.
@safe struct ScalarText {
  let dtype: DType
  /// Valid for `dtype.itemSize` bytes as long as the caller holds the array.
  let address: UnsafeRawPointer

  /// The type by which `repr` calls the element: in the byte order of the array that it comes from.
  private let declared: DType

  init(_ dtype: DType, declared: DType? = nil, at address: UnsafeRawPointer) {
    self.dtype = dtype
    self.declared = declared ?? dtype
    // Safe: only kept here; the caller holds the array while the element is read.
    unsafe self.address = address
  }

  @inline(__always)
  func load<Value: BitwiseCopyable>(_: Value.Type, at offset: Int = 0) -> Value {
    // Safe: every caller reads within the element's bytes, and any bits make such a value.
    unsafe address.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }

  // MARK: Values

  /// An integer or boolean; `nil` for other kinds.
  var integer: (magnitude: UInt64, isNegative: Bool)? {
    let signed: Int64
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return (load(UInt8.self) == 0 ? 0 : 1, false)
    case (.unsignedInteger, 1): return (UInt64(load(UInt8.self)), false)
    case (.unsignedInteger, 2): return (UInt64(load(UInt16.self)), false)
    case (.unsignedInteger, 4): return (UInt64(load(UInt32.self)), false)
    case (.unsignedInteger, _): return (load(UInt64.self), false)
    case (.signedInteger, 1): signed = Int64(load(Int8.self))
    case (.signedInteger, 2): signed = Int64(load(Int16.self))
    case (.signedInteger, 4): signed = Int64(load(Int32.self))
    case (.signedInteger, _): signed = load(Int64.self)
    default: return nil
    }
    return (signed.magnitude, signed < 0)
  }

  /// A float, or the real part of a complex number, as a `Double`; `nil` for other kinds.
  var double: Double? {
    switch (dtype.kind, dtype.itemSize) {
    case (.float, 2): HalfFloat.double(load(UInt16.self))
    case (.float, 4), (.complex, 8): Double(load(Float.self))
    case (.float, 8), (.complex, 16): load(Double.self)
    case (.float, 16), (.complex, 32): extended(at: 0).doubleValue
    default: nil
    }
  }

  /// Whether a number of 80 bits is another one than the double nearest to it.
  func isRounded(to double: Double) -> Bool {
    let number = extended(at: 0)
    return !number.isNaN && number != ExtendedFloat(double)
  }

  func extended(at offset: Int) -> ExtendedFloat {
    ExtendedFloat(
      significand: load(UInt64.self, at: offset), signAndExponent: load(UInt16.self, at: offset + 8))
  }

  /// The bytes of a `S` or `V` element, the zeros at the end of an `S` left out.
  var bytes: [UInt8] {
    var bytes = (0..<dtype.itemSize).map { load(UInt8.self, at: $0) }
    if dtype.kind == .bytes { while bytes.last == 0 { bytes.removeLast() } }
    return bytes
  }

  /// The code points of a `U` element, the zeros at the end left out.
  var codePoints: [UInt32] {
    var points = (0..<(dtype.itemSize / 4)).map { load(UInt32.self, at: $0 * 4) }
    while points.last == 0 { points.removeLast() }
    return points
  }

  // MARK: str

  /// Appends Python's `str` of the element, in UTF-8.
  func appendStr(to text: inout TextBuffer) throws(FormatError) {
    if dtype.isStructured || dtype.subarray != nil {
      text.append(try printed.formatted(.str))
      return
    }
    switch dtype.kind {
    case .bool: text.append(load(UInt8.self) == 0 ? "False" : "True")
    case .signedInteger, .unsignedInteger:
      guard let (magnitude, isNegative) = integer else { return }
      if isNegative { text.append(UInt8(ascii: "-")) }
      text.appendDecimal(magnitude)
    case .float: appendFloat(at: 0, keepsPoint: true, to: &text)
    case .complex: appendComplex(inParentheses: true, to: &text)
    case .bytes: text.append(PythonRepr.bytes(bytes))
    case .string: appendCodePoints(to: &text)
    case .datetime, .timedelta: text.append(try dateText())
    case .void: text.append(voidText)
    case .object: throw FormatError(.unsupported, "objects cannot be written as text")
    }
  }

  private func dateText() throws(FormatError) -> String {
    let count = load(Int64.self)
    let unit = dtype.dateUnit ?? .generic
    if dtype.kind == .timedelta { return DateText.duration(count, unit) }
    guard let text = DateText.moment(count, unit) else {
      throw FormatError(.badValue, "Cannot convert a NumPy datetime value other than NaT with generic units")
    }
    return text
  }

  private var voidText: String {
    let hex = Array("0123456789ABCDEF".unicodeScalars)
    var text = "b'"
    for byte in bytes {
      text += "\\x"
      text.unicodeScalars.append(hex[Int(byte >> 4)])
      text.unicodeScalars.append(hex[Int(byte & 15)])
    }
    return text + "'"
  }

  /// Appends the characters of a `U` element, the zeros at the end left out.
  private func appendCodePoints(to text: inout TextBuffer) {
    var count = dtype.itemSize / 4
    while count > 0, load(UInt32.self, at: count * 4 - 4) == 0 { count -= 1 }
    for index in 0..<count { text.append(codePoint: load(UInt32.self, at: index * 4)) }
  }

  /// Appends the shortest digits that read back; written out up to the number of digits that the type surely holds.
  private func appendFloat(at offset: Int, keepsPoint: Bool, to text: inout TextBuffer) {
    switch dtype.kind == .complex ? dtype.itemSize / 2 : dtype.itemSize {
    case 2:
      let bits = load(UInt16.self)
      let value = HalfFloat.double(bits)
      guard text.appendSpecial(value) else { return }
      text.append(
        ShortestDecimal(float16Bits: bits),
        TextBuffer.ShortestStyle(
          largestExponent: 3, isSmall: value.magnitude < 1e-4, minFractionDigits: keepsPoint ? 1 : 0))
    case 4: text.appendText(load(Float.self, at: offset), keepsPoint: keepsPoint)
    case 8: text.appendText(load(Double.self, at: offset), keepsPoint: keepsPoint)
    default:
      let value = extended(at: offset)
      guard !value.isNaN, !value.isInfinite else {
        _ = text.appendSpecial(value.doubleValue)
        return
      }
      let digits = value.shortestDigits
      if value.isNegative { text.append(UInt8(ascii: "-")) }
      text.append(
        !digits.isZero && (digits.pointPosition >= 17 || digits.pointPosition < -3)
          ? digits.scientific(minExponentDigits: 2) : digits.positional(minFractionDigits: keepsPoint ? 1 : 0))
    }
  }

  /// Appends `(1+2j)`, or `2j` if the real part is a positive zero.
  private func appendComplex(inParentheses: Bool, to text: inout TextBuffer) {
    let start = text.count
    if inParentheses { text.append(UInt8(ascii: "(")) }
    let real = text.count
    appendFloat(at: 0, keepsPoint: false, to: &text)
    if text.count == real + 1, text[real] == 48 {
      text.truncate(to: start)
      appendFloat(at: dtype.itemSize / 2, keepsPoint: false, to: &text)
      text.append(UInt8(ascii: "j"))
      return
    }
    text.append(UInt8(ascii: "+"))
    let imaginary = text.count
    appendFloat(at: dtype.itemSize / 2, keepsPoint: false, to: &text)
    if text[imaginary] == UInt8(ascii: "-") {
      // The minus takes the place of the plus.
      text.truncate(to: imaginary - 1)
      appendFloat(at: dtype.itemSize / 2, keepsPoint: false, to: &text)
    }
    text.append(inParentheses ? "j)" : "j")
  }

  /// An element that is an array or a record as an array, of no axes for a record: so NumPy prints them.
  private var printed: AnyNDArray {
    get throws(FormatError) {
      let (element, shape) = dtype.subarray ?? (dtype, [])
      let bytes = (0..<dtype.itemSize).map { load(UInt8.self, at: $0) }
      return try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in
        try AnyNDArray(bytes: bytes, dtype: element, shape: shape)
          .asType(declared.subarray?.dtype ?? declared, casting: .equiv)
      }
    }
  }

  // MARK: repr

  /// Appends Python's `repr` of the element, in UTF-8: `np.float64(1.5)`.
  func appendRepr(to text: inout TextBuffer) throws(FormatError) {
    if dtype.subarray != nil {
      text.append(try printed.formatted(.repr))
      return
    }
    switch dtype.kind {
    case .bool: text.append(load(UInt8.self) == 0 ? "np.False_" : "np.True_")
    case .string: text.append("np.str_(" + PythonRepr.string(codePoints: codePoints) + ")")
    case .bytes: text.append("np.bytes_(" + PythonRepr.bytes(bytes) + ")")
    case .datetime, .timedelta: text.append(try dateRepr())
    case .float where dtype.itemSize == 16:
      text.append("np.longdouble('")
      appendFloat(at: 0, keepsPoint: true, to: &text)
      text.append("')")
    case .complex where dtype.itemSize == 32:
      text.append("np.clongdouble('")
      appendComplex(inParentheses: false, to: &text)
      text.append("')")
    case .complex:
      text.append("np.\(dtype.name)(")
      appendComplex(inParentheses: false, to: &text)
      text.append(UInt8(ascii: ")"))
    case .void where dtype.isStructured:
      text.append("np.void(")
      try appendStr(to: &text)
      text.append(", dtype=" + declared.description + ")")
    case .void: text.append("np.void(" + voidText + ")")
    default:
      text.append("np.\(dtype.name)(")
      try appendStr(to: &text)
      text.append(UInt8(ascii: ")"))
    }
  }

  private func dateRepr() throws(FormatError) -> String {
    let count = load(Int64.self)
    let unit = dtype.dateUnit ?? .generic
    let notation = unit.notation.dropFirst().dropLast()
    if dtype.kind == .timedelta {
      let value = count == notATime ? "'NaT'" : String(count)
      return notation.isEmpty ? "np.timedelta64(\(value))" : "np.timedelta64(\(value),'\(notation)')"
    }
    let value = try dateText()
    // The text alone tells the unit unless it is a multiple, hours, or not a time.
    if count == notATime { return "np.datetime64('NaT','\(notation.isEmpty ? "generic" : String(notation))')" }
    let needsUnit = unit.count > 1 || unit.unit == .hour
    return needsUnit ? "np.datetime64('\(value)','\(notation)')" : "np.datetime64('\(value)')"
  }
}

extension TextBuffer {
  /// Appends the sign of a finite number, or all of one that is not; returns whether it is finite.
  @inline(__always)
  fileprivate mutating func appendSpecial(_ value: Double) -> Bool {
    if value.isFinite {
      if value.sign == .minus { append(UInt8(ascii: "-")) }
      return true
    }
    append(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
    return false
  }
}
