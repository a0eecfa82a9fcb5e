internal import NDArrays
internal import NumberText

/// Values that converters made, as NumPy assigns Python objects to elements.
extension FieldConversion {
  /// Stores what a converter made, as NumPy assigns a Python object to an element.
  func store(_ value: TextValue) -> Bool {
    if case .text(let text) = value { return storeObjectText(Array(text.utf8)) }
    switch dtype.kind {
    case .bool:
      switch value {
      case .integer(let number): put(number == 0 ? 0 : 1 as UInt8)
      case .number(let number): put(number == 0 ? 0 : 1 as UInt8)
      case .complex(let real, let imaginary): put(real == 0 && imaginary == 0 ? 0 : 1 as UInt8)
      case .bool(let truth): put(truth ? 1 : 0 as UInt8)
      case .text: return false
      }
      return true
    case .signedInteger, .unsignedInteger: return storeInteger(value)
    case .float, .complex:
      let (real, imaginary) = FieldConversion.parts(value)
      if dtype.kind == .float {
        guard case .complex = value else { return storeParts(real, nil) }
        return false
      }
      return storeParts(real, imaginary)
    case .bytes, .string:
      // Numbers become their `str`.
      let text = Array(FieldConversion.description(value).utf8)
      // Safe: the span is used while the array's bytes are held.
      return unsafe text.withUnsafeBytes { store(unsafe RawSpan(_unsafeBytes: $0), 0..<$0.count) }
    case .timedelta:
      guard case .integer(let number) = value else { return false }
      put(UInt64(bitPattern: Int64(number)))
      return true
    case .datetime, .void, .object: return false
    }
  }

  private static func parts(_ value: TextValue) -> (Double, Double) {
    switch value {
    case .integer(let number): (Double(number), 0)
    case .number(let number): (number, 0)
    case .complex(let real, let imaginary): (real, imaginary)
    case .bool(let truth): (truth ? 1 : 0, 0)
    case .text: (.nan, 0)
    }
  }

  /// Python's `str` of a value.
  static func description(_ value: TextValue) -> String {
    switch value {
    case .integer(let number): String(number)
    case .number(let number): PythonNumberText.description(number)
    case .complex(let real, let imaginary): PythonNumberText.description(real, imaginary)
    case .bool(let truth): truth ? "True" : "False"
    case .text(let text): text
    }
  }

  private func storeInteger(_ value: TextValue) -> Bool {
    let number: Int
    switch value {
    case .integer(let integer): number = integer
    case .bool(let truth): number = truth ? 1 : 0
    case .number(let float):
      // As C casts: towards zero; what does not fit is refused.
      guard let integer = Int(exactly: float.rounded(.towardZero)) else { return false }
      number = integer
    case .complex, .text: return false
    }
    let bits = dtype.itemSize * 8
    let fits: Bool
    if dtype.kind == .unsignedInteger {
      fits = number >= 0 && (bits == 64 || number >> bits == 0)
    } else {
      fits = bits == 64 || (number >= -(1 << (bits - 1)) && number < 1 << (bits - 1))
    }
    guard fits else { return false }
    putInteger(UInt64(bitPattern: Int64(number)))
    return true
  }

  private func storeParts(_ real: Double, _ imaginary: Double?) -> Bool {
    let size = imaginary == nil ? dtype.itemSize : dtype.itemSize / 2
    for (index, part) in [real, imaginary].compactMap({ $0 }).enumerated() {
      switch size {
      case 2: put(HalfFloat.bits(of: part))
      case 4: put(Float(part).bitPattern, at: index * 4)
      case 8: put(part.bitPattern, at: index * 8)
      default: putExtended(ExtendedFloat(part), at: index * 16)
      }
    }
    return true
  }

  /// A text that a converter gave: numbers are read as Python's own functions read them.
  private func storeObjectText(_ text: [UInt8]) -> Bool {
    switch dtype.kind {
    case .float:
      guard let value = PythonNumberText.double(text) else { return false }
      // All 64 bits of an 80-bit number, where the text is one as C reads it.
      // Safe: the span is used while the array's bytes are held.
      if dtype.itemSize == 16, unsafe text.withUnsafeBytes({ store(unsafe RawSpan(_unsafeBytes: $0)) }) { return true }
      return storeParts(value, nil)
    case .complex:
      guard let (real, imaginary) = PythonNumberText.complex(text) else { return false }
      return storeParts(real, imaginary)
    case .signedInteger, .unsignedInteger:
      if let value = PythonNumberText.integer(text) { return storeInteger(.integer(value)) }
      // The upper half of 64 bits without a sign.
      guard dtype.kind == .unsignedInteger, dtype.itemSize == 8, PythonNumberText.isInteger(text),
        let (magnitude, isNegative) = PythonNumberText.unsigned(text), !isNegative
      else { return false }
      put(magnitude)
      return true
    default:
      // Safe: the span is used while the array's bytes are held.
      return unsafe text.withUnsafeBytes { store(unsafe RawSpan(_unsafeBytes: $0), 0..<$0.count) }
    }
  }
}
