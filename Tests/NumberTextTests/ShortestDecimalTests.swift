import NumberText
import Testing

/// The shortest digits against Swift's own `description`, an algorithm of its own (SwiftDtoa), and against reading back.
@Suite struct ShortestDecimalTests {
  /// The digits and the place of the point in a decimal text.
  static func digits(of text: String) -> DecimalDigits {
    let parts = text.split(separator: "e")
    let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let digits = number.joined().utf8.map { $0 &- 48 }
    return DecimalDigits(digits: digits, pointPosition: number[0].utf8.count + exponent)
  }

  @Test func doublesAsSwiftPrintsThem() {
    var generator = SystemRandomNumberGenerator()
    var wrong: [Double] = []
    for index in 0..<randomCases {
      let value: Double
      switch index % 5 {
      case 0: value = Double(bitPattern: generator.next())
      case 1: value = Double.random(in: -1000...1000, using: &generator)
      case 2: value = Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / 1000
      // Powers of two, whose neighbour below is nearer than the one above, and what stands beside them.
      case 3:
        let power = Double(
          sign: .plus, exponent: Int.random(in: -1074...1023, using: &generator), significand: 1)
        value = [power, power.nextUp, power.nextDown][index % 3]
      default: value = Double(UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64(index % 64))
      }
      guard value.isFinite else { continue }
      if DecimalDigits(shortest: value) != ShortestDecimalTests.digits(of: value.magnitude.description) {
        wrong.append(value)
      }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test func floatsAsSwiftPrintsThem() {
    var generator = SystemRandomNumberGenerator()
    var wrong: [Float] = []
    for index in 0..<randomCases {
      let power = Float(sign: .plus, exponent: Int.random(in: -149...127, using: &generator), significand: 1)
      let value = index % 4 == 0 ? power : Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      guard value.isFinite else { continue }
      if DecimalDigits(shortest: value) != ShortestDecimalTests.digits(of: value.magnitude.description) {
        wrong.append(value)
      }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  /// All halves: the digits read back, and no text of one digit less does.
  @Test func allHalves() {
    for bits in UInt16(1)..<0x7C00 {
      let shortest = DecimalDigits(ShortestDecimal(float16Bits: bits))
      let count = shortest.digits.count
      #expect(parse(shortest.scientific()) { NumberReader.float16Bits($0, &$1) }.value == bits)
      guard count > 1 else { continue }
      let number = shortest.digits.dropLast().reduce(0) { $0 * 10 + Int($1) }
      let power = shortest.pointPosition - (count - 1)
      for candidate in [number, number + 1] {
        let back = parse("\(candidate)e\(power)") { NumberReader.float16Bits($0, &$1) }.value
        #expect(back != bits, "\(candidate)e\(power) reads back as \(bits)")
      }
    }
  }

  @Test func textAsPythonWritesIt() {
    func text(_ value: Double) -> String {
      var buffer = TextBuffer()
      buffer.append(
        ShortestDecimal(value),
        TextBuffer.ShortestStyle(largestExponent: 16, isSmall: value < 1e-4, minFractionDigits: 1))
      return String(decoding: buffer.array, as: UTF8.self)
    }
    // What CPython's repr gives.
    for expected in [
      "0.0", "1.0", "0.5", "10.0", "123456.789", "0.0001", "1e-05", "1.5e-07", "5e-324", "1e+16", "9999999999999998.0",
      "1234567890123456.8", "1.7976931348623157e+308", "0.1", "0.30000000000000004", "100000.0", "1e+22", "0.00012",
      "2.2250738585072014e-308", "123456789012345.0", "1e+100", "1.2e+100",
    ] {
      #expect(text(Double(expected) ?? .nan) == expected)
    }
  }
}
