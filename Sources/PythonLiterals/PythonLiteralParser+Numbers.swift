extension PythonLiteralParser {
  /// An integer or float with any number of signs before it.
  mutating func parseNumber() throws(PythonLiteralError) -> PythonLiteral {
    var isNegative = false
    var signs = 0
    while let byte = current, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
      if byte == UInt8(ascii: "-") { isNegative.toggle() }
      signs += 1
      position += 1
      skipSpace()
    }
    // literal_eval takes one sign only.
    guard signs <= 1 else { throw error("malformed number") }
    let start = position
    while let byte = current, isNumberByte(byte, after: start) { position += 1 }
    var word = Array(text[start..<position])
    if allowsLong, let last = word.last, last == UInt8(ascii: "L") || last == UInt8(ascii: "l") { word.removeLast() }
    let number = String(decoding: word, as: UTF8.self)
    guard let plain = PythonLiteralParser.removingUnderscores(number) else {
      throw error("invalid number '\(number)'", at: start)
    }
    let lower = plain.lowercased()
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
      guard let value = integer(lower.dropFirst(2), radix: radix, isNegative: isNegative) else {
        throw error("invalid number '\(number)'", at: start)
      }
      return value
    }
    if lower.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), !lower.isEmpty {
      guard lower.first != "0" || lower.utf8.allSatisfy({ $0 == 48 }) else {
        throw error("leading zeros in decimal integer literals are not permitted", at: start)
      }
      if let value = Int((isNegative ? "-" : "") + lower) { return .int(value) }
      return .bigInt((isNegative ? "-" : "") + lower)
    }
    guard lower.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || "+-.e".utf8.contains($0) }), let value = Double(lower)
    else { throw error("invalid number '\(number)'", at: start) }
    return .float(isNegative ? -value : value)
  }

  private func isNumberByte(_ byte: UInt8, after start: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."):
      return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard position > start else { return false }
      let isHex = text[start] == 48 && start + 1 < text.count && text[start + 1] | 0x20 == UInt8(ascii: "x")
      return !isHex && text[position - 1] | 0x20 == UInt8(ascii: "e")
    default: return false
    }
  }

  /// The value of digits to a base of 2, 8 or 16; `nil` if there are others among them, or more than 1000.
  private func integer(_ text: Substring, radix: Int, isNegative: Bool) -> PythonLiteral? {
    let digits = text.compactMap(\.hexDigitValue)
    guard !digits.isEmpty, digits.count == text.count, digits.count <= 1000, digits.allSatisfy({ $0 < radix }) else {
      return nil
    }
    // In limbs of nine decimal digits, the lowest first.
    var limbs = [0]
    for digit in digits {
      var carry = digit
      for index in limbs.indices {
        let sum = limbs[index] * radix + carry
        limbs[index] = sum % 1_000_000_000
        carry = sum / 1_000_000_000
      }
      if carry > 0 { limbs.append(carry) }
    }
    var decimal = isNegative && limbs != [0] ? "-" : ""
    decimal += String(limbs[limbs.count - 1])
    for limb in limbs.dropLast().reversed() { decimal += String(String(1_000_000_000 + limb).dropFirst()) }
    return Int(decimal).map { .int($0) } ?? .bigInt(decimal)
  }

  /// `1_000` is 1000; an underscore stands between digits, or after a prefix such as `0x`.
  private static func removingUnderscores(_ number: String) -> String? {
    guard number.contains("_") else { return number }
    let characters = Array(number)
    let hasPrefix = characters[0] == "0" && characters.count > 1 && "xXoObB".contains(characters[1])
    for (index, character) in characters.enumerated() where character == "_" {
      guard index > 0, index + 1 < characters.count else { return nil }
      let isBehindPrefix = hasPrefix && index == 2
      guard isBehindPrefix || isDigit(characters[index - 1], hasPrefix), isDigit(characters[index + 1], hasPrefix)
      else {
        return nil
      }
    }
    return number.filter { $0 != "_" }
  }

  private static func isDigit(_ character: Character, _ isHex: Bool) -> Bool {
    isHex ? character.isHexDigit : character.isWholeNumber
  }
}
