internal import NumberText

/// Python's `repr` of plain values, character for character.
package enum PythonRepr {
  /// A name from a file as it may reach a terminal: what is not printable is escaped as Python would, so that no name
  /// can move the cursor or change colours.
  package static func printable(_ name: String) -> String {
    if name.unicodeScalars.allSatisfy({ isPrintable($0.value) }) { return name }
    return String(string(name).dropFirst().dropLast())
  }

  /// `repr` of a `str`: Python's choice of quotes and escapes.
  package static func string(_ text: String) -> String {
    string(codePoints: text.unicodeScalars.lazy.map(\.value))
  }

  /// `repr` of a `str` given by its code points, among which there may be lone surrogates (Python has them, Swift's
  /// strings do not).
  package static func string(codePoints: some Sequence<UInt32>) -> String {
    var hasSingle = false
    var hasDouble = false
    for point in codePoints {
      if point == 0x27 { hasSingle = true }
      if point == 0x22 { hasDouble = true }
    }
    let quote: UInt32 = hasSingle && !hasDouble ? 0x22 : 0x27
    // Bytes: what is inserted into a view of scalars costs the whole text each time.
    var text: [UInt8] = [UInt8(quote)]
    func appendHex(_ prefix: String, _ point: UInt32, digits: Int) {
      let hex = String(point, radix: 16)
      text += prefix.utf8
      text.append(contentsOf: repeatElement(0x30, count: max(0, digits - hex.utf8.count)))
      text += hex.utf8
    }
    for point in codePoints {
      switch point {
      case quote, 0x5C: text += [0x5C, UInt8(point)]
      case 0x0A: text += [0x5C, UInt8(ascii: "n")]
      case 0x0D: text += [0x5C, UInt8(ascii: "r")]
      case 0x09: text += [0x5C, UInt8(ascii: "t")]
      case 0x20..<0x7F: text.append(UInt8(point))
      default:
        if isPrintable(point), let scalar = Unicode.Scalar(point) {
          text += UTF8.encode(scalar).map { Array($0) } ?? []
        } else if point < 0x100 {
          appendHex("\\x", point, digits: 2)
        } else if point < 0x10000 {
          appendHex("\\u", point, digits: 4)
        } else {
          appendHex("\\U", point, digits: 8)
        }
      }
    }
    text.append(UInt8(quote))
    return String(decoding: text, as: UTF8.self)
  }

  /// `repr` of a `bytes`: `b'ab\x00'`.
  package static func bytes(_ bytes: some Sequence<UInt8>) -> String {
    var hasSingle = false
    var hasDouble = false
    for byte in bytes {
      if byte == 0x27 { hasSingle = true }
      if byte == 0x22 { hasDouble = true }
    }
    let quote: UInt8 = hasSingle && !hasDouble ? 0x22 : 0x27
    let hex = Array("0123456789abcdef".utf8)
    var text: [UInt8] = [UInt8(ascii: "b"), quote]
    for byte in bytes {
      switch byte {
      case quote, 0x5C: text += [0x5C, byte]
      case 0x0A: text += [0x5C, UInt8(ascii: "n")]
      case 0x0D: text += [0x5C, UInt8(ascii: "r")]
      case 0x09: text += [0x5C, UInt8(ascii: "t")]
      case 0x20..<0x7F: text.append(byte)
      default: text += [0x5C, UInt8(ascii: "x"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    text.append(quote)
    return String(decoding: text, as: UTF8.self)
  }

  /// `repr` of a `float`: the shortest digits that read back as the same value, `1e+16` and `1e-05` from there on.
  package static func float(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let digits = DecimalDigits(shortest: value)
    // float_repr_style 'short', format code 'r' (Python/pystrtod.c): exponents from -4 to 15 are written out.
    let text =
      digits.pointPosition > 16 || digits.pointPosition < -3
      ? digits.scientific(minExponentDigits: 2) : digits.positional(minFractionDigits: 1)
    return value.sign == .minus ? "-" + text : text
  }

  /// `repr` of a `complex`: `(1+2j)`, `2j`, `(-0-0j)`.
  package static func complex(_ real: Double, _ imaginary: Double) -> String {
    func part(_ value: Double) -> String {
      let text = float(value)
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    if real == 0, real.sign == .plus { return part(imaginary) + "j" }
    let sign = imaginary.sign == .minus && !imaginary.isNaN ? "" : "+"
    return "(\(part(real))\(sign)\(part(imaginary))j)"
  }

  /// Python's `str.isprintable` for one code point.
  package static func isPrintable(_ point: UInt32) -> Bool {
    if point >= 0x20, point < 0x7F { return true }
    let table = PrintableTable.nonPrintableRanges
    // The last range that begins at or before the point.
    var low = 0
    var high = table.count / 2
    while low < high {
      let middle = (low + high) / 2
      if table[middle * 2] <= point { low = middle + 1 } else { high = middle }
    }
    return low == 0 || point > table[low * 2 - 1]
  }
}
