internal import NumberText
internal import PythonLiterals

// Text to text, and text to numbers as Python's `int`, `float` and `complex` read it.

extension Conversion {
  /// Bytes and text into each other; what is too long is cut, what is short is filled up by NULs.
  static func convertText(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    try forEachElement(source, target) { (from: TextElement, to: TextElement) throws(ArrayError) in
      for place in 0..<to.capacity {
        let point = place < from.capacity ? from.codePoint(place) : 0
        guard to.isWide || !from.isWide || point < 0x80 else {
          throw ArrayError(
            .badValue, "'ascii' codec can't encode character in position \(place): ordinal not in range(128)")
        }
        guard from.isWide || !to.isWide || point < 0x80 else {
          throw ArrayError(
            .badValue,
            "'ascii' codec can't decode byte 0x\(String(point, radix: 16)) in position \(place): ordinal not in range(128)"
          )
        }
        to.put(point, place)
      }
    }
  }

  static func convertFromText(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    let type = NumberType(target.dtype)
    let swaps = !target.dtype.isNative
    try forEachElement(source, target) { (from: TextElement, to: TextElement) throws(ArrayError) in
      // Safe: an element of the target, which `forEachElement` hands out one by one.
      let writer = unsafe Writer(base: to.base, step: 0, swaps: swaps, count: 1)
      try put(from.string, type, writer)
    }
  }

  /// NumPy leaves these readings to Python: see `int()`, `float()` and `complex()` in the library reference.
  private static func put(_ text: String, _ type: NumberType, _ writer: Writer) throws(ArrayError) {
    let trimmed = text.trimmedSpaces
    switch type {
    case .bool: writer.put(text.isEmpty ? UInt8(0) : 1, 0)
    case .int8: writer.put(UInt8(bitPattern: try integer(text, trimmed)), 0)
    case .int16: writer.put(UInt16(bitPattern: try integer(text, trimmed)), 0)
    case .int32: writer.put(UInt32(bitPattern: try integer(text, trimmed)), 0)
    case .int64: writer.put(UInt64(bitPattern: try integer(text, trimmed)), 0)
    case .uint8: writer.put(try integer(text, trimmed) as UInt8, 0)
    case .uint16: writer.put(try integer(text, trimmed) as UInt16, 0)
    case .uint32: writer.put(try integer(text, trimmed) as UInt32, 0)
    case .uint64: writer.put(try integer(text, trimmed) as UInt64, 0)
    case .float16: writer.put(HalfFloat.bits(of: try float(text, trimmed)), 0)
    case .float32: writer.put(Float(try float(text, trimmed)).bitPattern, 0)
    case .float64: writer.put(try float(text, trimmed).bitPattern, 0)
    case .extended: writer.put(try extended(text, trimmed), 0, at: 0)
    case .complex64, .complex128, .complexExtended:
      let (real, imaginary) = try complex(text, trimmed)
      switch type {
      case .complex64:
        writer.put(Float(real).bitPattern, 0)
        writer.put(Float(imaginary).bitPattern, 0, at: 4)
      case .complex128:
        writer.put(real.bitPattern, 0)
        writer.put(imaginary.bitPattern, 0, at: 8)
      default:
        writer.put(ExtendedFloat(real), 0, at: 0)
        writer.put(ExtendedFloat(imaginary), 0, at: 16)
      }
    }
  }

  private static func integer<Integer: FixedWidthInteger>(
    _ text: String, _ trimmed: String
  ) throws(ArrayError) -> Integer {
    let digits = try wholeNumber(text, trimmed)
    guard let value = Int(digits).map({ Int128($0) }) ?? UInt64(digits).map({ Int128($0) }),
      let exact = Integer(exactly: value)
    else {
      throw ArrayError(.badValue, "Python integer \(digits) out of bounds for \(numericName(Integer.self))")
    }
    return exact
  }

  /// The digits of a whole number, maybe with a sign.
  private static func wholeNumber(_ text: String, _ trimmed: String) throws(ArrayError) -> String {
    guard let digits = withoutUnderscores(trimmed), !digits.isEmpty,
      digits.utf8.drop(while: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }).allSatisfy({ 48...57 ~= $0 })
    else {
      throw ArrayError(.badValue, "invalid literal for int() with base 10: \(PythonRepr.string(text))")
    }
    return digits
  }

  private static func numericName<Integer: FixedWidthInteger>(_: Integer.Type) -> String {
    "\(Integer.isSigned ? "int" : "uint")\(Integer.bitWidth)"
  }

  private static func float(_ text: String, _ trimmed: String) throws(ArrayError) -> Double {
    guard let value = number(trimmed) else {
      throw ArrayError(.badValue, "could not convert string to float: \(PythonRepr.string(text))")
    }
    return value
  }

  /// All 64 bits of an 80-bit number's significand.
  private static func extended(_ text: String, _ trimmed: String) throws(ArrayError) -> ExtendedFloat {
    let rounded = try float(text, trimmed)
    let bytes = Array((withoutUnderscores(trimmed) ?? trimmed).utf8)
    var position = 0
    // Safe: the span is of an array that outlives the call, and bytes have no invalid values.
    let value = unsafe NumberReader.extended(bytes.span.bytes, &position)
    guard let value, position == bytes.count else {
      return ExtendedFloat(rounded)
    }
    return value
  }

  private static func complex(_ text: String, _ trimmed: String) throws(ArrayError) -> (Double, Double) {
    let malformed = ArrayError(.badValue, "complex() arg is a malformed string: \(PythonRepr.string(text))")
    var body = trimmed[...]
    if body.first == "(", body.last == ")" { body = String(body.dropFirst().dropLast()).trimmedSpaces[...] }
    guard let last = body.last else { throw malformed }
    guard last == "j" || last == "J" else {
      guard let real = number(String(body)) else { throw malformed }
      return (real, 0)
    }
    body = body.dropLast()
    // The sign of the imaginary part: the last one that does not belong to an exponent.
    var split = body.startIndex
    var index = body.endIndex
    while index > body.startIndex {
      index = body.index(before: index)
      guard body[index] == "+" || body[index] == "-" else { continue }
      if index > body.startIndex, "eE".contains(body[body.index(before: index)]) { continue }
      split = index
      break
    }
    let realText = body[..<split]
    let imaginaryText = body[split...]
    let unit: Double? = imaginaryText == "+" || imaginaryText.isEmpty ? 1 : imaginaryText == "-" ? -1 : nil
    guard let imaginary = unit ?? number(String(imaginaryText)),
      let real = realText.isEmpty ? 0 : number(String(realText))
    else { throw malformed }
    return (real, imaginary)
  }

  /// A decimal number, an infinity or a NaN, as Python's `float` reads it; no hexadecimal ones.
  private static func number(_ text: String) -> Double? {
    guard let digits = withoutUnderscores(text), let first = digits.utf8.first else { return nil }
    let body = first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? String(digits.dropFirst()) : digits
    switch body.lowercased() {
    case "inf", "infinity": return first == UInt8(ascii: "-") ? -.infinity : .infinity
    case "nan": return .nan
    default: break
    }
    guard body.utf8.allSatisfy({ 48...57 ~= $0 || [43, 45, 46, 69, 101].contains($0) }) else { return nil }
    let mantissa = body.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    guard mantissa.contains(where: { 48...57 ~= $0 }) else { return nil }
    // Swift wants a digit on both sides of the point; Python does not.
    return Double(body.hasPrefix(".") ? "0" + body : body.replacingLonePoint()).map {
      first == UInt8(ascii: "-") ? -$0 : $0
    }
  }

  /// The text without the single underscores that Python allows between digits; `nil` if one stands elsewhere.
  private static func withoutUnderscores(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "_")) else { return text }
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
      guard index > 0, index + 1 < bytes.count, 48...57 ~= bytes[index - 1], 48...57 ~= bytes[index + 1] else {
        return nil
      }
    }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }

  /// Calls `body` for every pair of elements.
  static func forEachElement(
    _ source: AnyNDArray, _ target: AnyNDArray,
    _ body: (TextElement, TextElement) throws(ArrayError) -> Void
  ) throws(ArrayError) {
    guard source.count > 0 else { return }
    let plan = LoopPlan(shape: source.shape, first: target.strides, second: source.strides, keepingOrder: true)
    try plan.forEachRowThrowing { (targetOffset: Int, sourceOffset: Int) throws(ArrayError) in
      for index in 0..<plan.inner.count {
        // Safe: the plan's offsets stay within both views, which the caller holds.
        let from = unsafe source.firstElement + sourceOffset + index * plan.inner.second
        let to = unsafe target.storage.baseAddress + target.offset + targetOffset + index * plan.inner.first
        try body(
          unsafe TextElement(UnsafeMutableRawPointer(mutating: from), source.dtype),
          unsafe TextElement(to, target.dtype))
      }
    }
    extendLifetime(source.storage)
    extendLifetime(target.storage)
  }
}

extension String {
  /// `1.` and `1.e5` as `1.0` and `1.0e5`.
  fileprivate func replacingLonePoint() -> String {
    guard let point = firstIndex(of: ".") else { return self }
    let next = index(after: point)
    if next < endIndex, self[next].isNumber { return self }
    return String(self[..<next]) + "0" + String(self[next...])
  }
}

/// One element of `S` or `U`: its characters, NULs at the end included.
@safe struct TextElement {
  let base: UnsafeMutableRawPointer
  let isWide: Bool
  let swaps: Bool
  let capacity: Int

  /// - Parameter base: An element of the dtype, which stays valid as long as this value is used.
  @unsafe init(_ base: UnsafeMutableRawPointer, _ dtype: DType) {
    // Safe: only stored; what the parameter says holds for every use.
    unsafe self.base = base
    isWide = dtype.kind == .string
    swaps = !dtype.isNative
    capacity = isWide ? dtype.itemSize / 4 : dtype.itemSize
  }

  /// The code point (or byte) at a place below `capacity`.
  func codePoint(_ place: Int) -> UInt32 {
    // Safe: the element has `capacity` characters.
    guard isWide else { return UInt32(unsafe base.load(fromByteOffset: place, as: UInt8.self)) }
    let point = unsafe base.loadUnaligned(fromByteOffset: place * 4, as: UInt32.self)
    return swaps ? point.byteSwapped : point
  }

  func put(_ point: UInt32, _ place: Int) {
    // Safe: as above.
    if isWide {
      unsafe base.storeBytes(of: swaps ? point.byteSwapped : point, toByteOffset: place * 4, as: UInt32.self)
    } else {
      unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: point), toByteOffset: place, as: UInt8.self)
    }
  }

  /// The characters before the NULs at the end; what Unicode does not know becomes U+FFFD.
  var string: String {
    var count = capacity
    while count > 0, codePoint(count - 1) == 0 { count -= 1 }
    var text = String.UnicodeScalarView()
    for place in 0..<count { text.append(Unicode.Scalar(codePoint(place)) ?? "\u{FFFD}") }
    return String(text)
  }
}

extension Conversion {
  /// Numbers and dates become what `str` prints of each; what is too long is cut, as NumPy cuts it, but for dates, which it
  /// refuses.
  static func convertToText(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    guard source.dtype.fields == nil, source.dtype.subarray == nil, source.dtype.kind != .void else {
      throw ArrayError(.unsupported, "there is no conversion from \(source.dtype.debugDescription) to text")
    }
    guard source.count > 0 else { return }
    let plan = LoopPlan(shape: source.shape, first: target.strides, second: source.strides, keepingOrder: true)
    try plan.forEachRowThrowing { (targetOffset: Int, sourceOffset: Int) throws(ArrayError) in
      for index in 0..<plan.inner.count {
        let element = AnyNDArray(
          uncheckedDType: source.dtype, shape: [], strides: [],
          offset: source.offset + sourceOffset + index * plan.inner.second, storage: source.storage)
        let text = PrintedScalar.text(of: element, options: PrintOptions())
        // Safe: the plan's offsets stay within the target, which the caller holds.
        let base = unsafe target.storage.baseAddress + target.offset + targetOffset + index * plan.inner.first
        let field = unsafe TextElement(base, target.dtype)
        if source.dtype.kind == .datetime, text.unicodeScalars.count > field.capacity {
          throw ArrayError(
            .badValue,
            "The string provided for NumPy ISO datetime formatting was too short, with length \(field.capacity)")
        }
        var points = text.unicodeScalars.makeIterator()
        for place in 0..<field.capacity { field.put(points.next()?.value ?? 0, place) }
      }
    }
    extendLifetime(target.storage)
  }
}
