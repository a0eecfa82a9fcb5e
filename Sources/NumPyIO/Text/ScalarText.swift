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

  init(_ dtype: DType, at address: UnsafeRawPointer) {
    self.dtype = dtype
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
    case (.float, 2): Double(HalfFloat.float(load(UInt16.self)))
    case (.float, 4), (.complex, 8): Double(load(Float.self))
    case (.float, 8), (.complex, 16): load(Double.self)
    case (.float, 16), (.complex, 32): extended(at: 0).doubleValue
    default: nil
    }
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
    if let fields = dtype.fields {
      try appendRecord(fields, to: &text)
      return
    }
    if dtype.subarray != nil {
      throw FormatError(.unsupported, "fields that are arrays cannot be written as text")
    }
    switch dtype.kind {
    case .bool: text.append(load(UInt8.self) == 0 ? "False" : "True")
    case .signedInteger, .unsignedInteger:
      guard let (magnitude, isNegative) = integer else { return }
      if isNegative { text.append(UInt8(ascii: "-")) }
      text.appendDecimal(magnitude)
    case .float: text.append(floatText(at: 0, keepsPoint: true))
    case .complex: text.append(complexText(inParentheses: true))
    case .bytes: text.append(PythonRepr.bytes(bytes))
    case .string: for point in codePoints { text.append(codePoint: point) }
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

  /// The shortest digits that read back; written out up to the number of digits that the type surely holds.
  private func floatText(at offset: Int, keepsPoint: Bool) -> String {
    let digits: DecimalDigits
    let isNegative: Bool
    // From this power of ten on the exponent is written.
    let limit: Int
    // Below 10^-4 too; a `Float` next to it may have the same digits and yet be below.
    var isSmall = false
    switch dtype.kind == .complex ? dtype.itemSize / 2 : dtype.itemSize {
    case 2, 4:
      let isHalf = dtype.kind == .float && dtype.itemSize == 2
      let value = isHalf ? HalfFloat.float(load(UInt16.self)) : load(Float.self, at: offset)
      guard value.isFinite else { return ScalarText.special(Double(value)) }
      digits = isHalf ? HalfFloat.shortestDigits(load(UInt16.self)) : DecimalDigits(shortest: value)
      isNegative = value.sign == .minus
      limit = isHalf ? 4 : 7
      isSmall = Double(value.magnitude) < 1e-4
    case 8:
      let value = load(Double.self, at: offset)
      guard value.isFinite else { return ScalarText.special(value) }
      digits = DecimalDigits(shortest: value)
      isNegative = value.sign == .minus
      limit = 17
      isSmall = value.magnitude < 1e-4
    default:
      let value = extended(at: offset)
      guard !value.isNaN, !value.isInfinite else { return ScalarText.special(value.doubleValue) }
      digits = value.shortestDigits
      isNegative = value.isNegative
      limit = 17
      isSmall = digits.pointPosition < -3
    }
    // A value below the limit whose digits round up to it (9999 as a half is 1e+04) is already written as one.
    let isLarge = digits.pointPosition >= limit
    var text: String
    if !digits.isZero, isLarge || isSmall {
      text = digits.scientific(minExponentDigits: 2)
    } else {
      text = digits.positional(minFractionDigits: keepsPoint ? 1 : 0)
    }
    if isNegative { text = "-" + text }
    return text
  }

  private static func special(_ value: Double) -> String { value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }

  /// `(1+2j)`, or `2j` if the real part is a positive zero.
  private func complexText(inParentheses: Bool) -> String {
    let half = dtype.itemSize / 2
    let real = floatText(at: 0, keepsPoint: false)
    let imaginary = floatText(at: half, keepsPoint: false)
    if real == "0" { return imaginary + "j" }
    let sum = real + (imaginary.hasPrefix("-") ? "" : "+") + imaginary + "j"
    return inParentheses ? "(" + sum + ")" : sum
  }

  /// A record within a row: `(1, 2.5, 'x')`.
  private func appendRecord(_ fields: [DType.Field], to text: inout TextBuffer) throws(FormatError) {
    text.append(UInt8(ascii: "("))
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(", ") }
      // Safe: a field lies within its record.
      let part = unsafe ScalarText(field.dtype, at: address + field.offset)
      switch field.dtype.kind {
      case .string: text.append(PythonRepr.string(codePoints: part.codePoints))
      case .datetime:
        text.append(UInt8(ascii: "'"))
        try part.appendStr(to: &text)
        text.append(UInt8(ascii: "'"))
      case .timedelta:
        let count = part.load(Int64.self)
        text.append(count == notATime ? "'NaT'" : String(count))
      default: try part.appendStr(to: &text)
      }
    }
    if fields.count == 1 { text.append(UInt8(ascii: ",")) }
    text.append(UInt8(ascii: ")"))
  }

  // MARK: repr

  /// Appends Python's `repr` of the element, in UTF-8: `np.float64(1.5)`.
  func appendRepr(to text: inout TextBuffer) throws(FormatError) {
    switch dtype.kind {
    case .bool: text.append(load(UInt8.self) == 0 ? "np.False_" : "np.True_")
    case .string: text.append("np.str_(" + PythonRepr.string(codePoints: codePoints) + ")")
    case .bytes: text.append("np.bytes_(" + PythonRepr.bytes(bytes) + ")")
    case .datetime, .timedelta: text.append(try dateRepr())
    case .float where dtype.itemSize == 16:
      text.append("np.longdouble('" + floatText(at: 0, keepsPoint: true) + "')")
    case .complex where dtype.itemSize == 32:
      text.append("np.clongdouble('" + complexText(inParentheses: false) + "')")
    case .complex:
      let value = complexText(inParentheses: false)
      text.append("np.\(dtype.name)(\(value))")
    case .void where dtype.isStructured:
      text.append("np.void(")
      try appendStr(to: &text)
      text.append(", dtype=" + dtype.description + ")")
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

/// Floats of 16 bits by their bits, for machines whose Swift has no `Float16`.
enum HalfFloat {
  /// The value of the bits.
  static func float(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 != 0 ? -1 : 1
    let exponent = Int(bits >> 10) & 0x1F
    let fraction = Float(bits & 0x3FF)
    if exponent == 0x1F { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * 0x1p-24 }
    return sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
  }

  /// The fewest digits that read back as the same bits; of several, the closest to the value.
  static func shortestDigits(_ bits: UInt16) -> DecimalDigits {
    let exact = DecimalDigits(exactly: Double(float(bits & 0x7FFF)))
    for count in 1...5 {
      let rounded = exact.rounded(toSignificantDigits: count)
      let text = Array(rounded.scientific().utf8)
      var position = 0
      // Safe: the span is used while the array's bytes are held.
      let back = unsafe text.withUnsafeBytes {
        NumberReader.float16Bits(unsafe RawSpan(_unsafeBytes: $0), &position)
      }
      if back == bits & 0x7FFF { return rounded }
    }
    return exact
  }
}
