internal import NumberText
internal import RealModule

/// Numbers beside ticks, as short as they can be told apart.
package enum NumberLabel {
  /// The labels of multiples of a step, all with the same digits after the point and the same power of ten.
  static func labels(_ values: [Double], step: Ticks.Step) -> [String] {
    let largest = values.map(\.magnitude).max() ?? 0
    guard largest > 0 else { return values.map { _ in "0" } }
    let exponent = Int((Double.log10(largest) + 1e-9).rounded(.down))
    let mantissaDigits = max(0, exponent - step.exponent)
    if exponent >= 6 || exponent <= -4, mantissaDigits <= 4 {
      let unit = Ticks.Step(digit: 1, exponent: exponent)
      return values.map { value in
        value == 0 ? "0" : fixed(scaled(value, by: unit), digits: mantissaDigits) + "e\(exponent)"
      }
    }
    let digits = max(0, -step.exponent)
    guard digits <= 17, exponent < 17 else { return values.map(short) }
    return values.map { fixed($0, digits: digits) }
  }

  private static func scaled(_ value: Double, by unit: Ticks.Step) -> Double {
    // In two steps where the power of ten alone is beyond the doubles.
    unit.exponent < -300
      ? value * 1e300 / Ticks.Step.powerOfTen(unit.exponent + 300)
      : unit.exponent < 0 ? value * Ticks.Step.powerOfTen(-unit.exponent) : value / unit.value
  }

  /// A number alone, with no more than five digits: `1234.5`, `1.2e-07`.
  package static func short(_ value: Double) -> String { general(value, digits: 5) }

  /// A number alone, with no more than that many digits.
  package static func general(_ value: Double, digits: Int) -> String {
    var buffer = TextBuffer()
    buffer.appendGeneral(value == 0 ? 0 : value, TextBuffer.FloatStyle(precision: digits))
    return shortExponent(String(decoding: buffer.array, as: UTF8.self))
  }

  /// `1`, `100`, `0.01`, `1e6`.
  static func powerOfTen(_ exponent: Int) -> String {
    switch exponent {
    case 0..<6: "1" + String(repeating: "0", count: exponent)
    case -3..<0: "0." + String(repeating: "0", count: -exponent - 1) + "1"
    default: "1e\(exponent)"
    }
  }

  static func fixed(_ value: Double, digits: Int) -> String {
    var buffer = TextBuffer()
    buffer.appendFixed(value, TextBuffer.FloatStyle(precision: digits))
    let text = String(decoding: buffer.array, as: UTF8.self)
    // What rounds to zero has no sign.
    return text.hasPrefix("-") && !text.contains { $0 >= "1" && $0 <= "9" } ? String(text.dropFirst()) : text
  }

  /// `1e+06` as `1e6`.
  private static func shortExponent(_ text: String) -> String {
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
      return text
    }
    return text[..<mark] + "e\(exponent)"
  }
}
