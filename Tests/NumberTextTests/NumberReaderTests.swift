import NumberText
import Testing
import PlatformC

@Suite struct NumberReaderTests {
  static func double(_ text: String) -> Double? {
    let (value, end) = parse(text) { NumberReader.double($0, &$1) }
    return end == text.utf8.count ? value : nil
  }
  static func float(_ text: String) -> Float? {
    let (value, end) = parse(text) { NumberReader.float($0, &$1) }
    return end == text.utf8.count ? value : nil
  }

  static let hard = [
    "0", "-0", "0.0", "1", "1.", ".5", "1e5", "1E+5", "1e-5", "1e400", "-1e400", "1e-400", "5e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324", "2.2250738585072011e-308", "2.2250738585072014e-308",
    "2.225073858507201136057e-308",
    "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "9007199254740993",
    "9007199254740992.5", "9007199254740993.00000000000000000000000000001",
    "9007199254740992.99999999999999999999999",
    "0.1", "0.3", "123456789012345678901234567890", "1e22", "1e23", "8.5e22",
    "6.631236871469758276785396630275963e-310",
    "7.2057594037927933e16", "3.2378839133029012895883524125015321748630094231829e-322",
    "1.0e-999999999999999999999999",
    "1e999999999999999999999", "0e999999999999999",
    "0.00000000000000000000000000000000000000000000000123456789",
    "1.00000005960464477539062499", "1.00000005960464477539062500", "1.00000005960464477539062501",
    "16777217",
    "3.4028235677973366e38", "3.4028235e38", "1.4e-45", "7e-46", "7.1e-46", "1.17549435e-38", "1.1754942e-38",
    "0.000000000000000000000000000000000000011754943", "4503599627370497.5", "4503599627370496.5",
    "1125899906842624.125",
    "6104632519463.5", "8675309e-30", "18446744073709551615", "18446744073709551616", "99999999999999999999",
    "0." + String(repeating: "0", count: 400) + "1", String(repeating: "1", count: 1000),
    "1" + String(repeating: "0", count: 308),
    "1" + String(repeating: "0", count: 309), "inf", "-inf", "Infinity", "+INFINITY",
    "2.47032822920623272088284396434110686182529901307162382212792841250337753635104375932649918180817996189898282347722858865463328355177969898199387398005390939063150356595155702263922908583924491051844359318028499365361525003193704576782492193656236698636584807570015857692699037063119282795585513329278343384093519780155312465972635795746227664652728272200563740064854999770965994704540208281662262378573934507363390079677305775067501763246736009689513405355374585166611342237666786041621596804619144672918403005300575308490487653917113865916462395249126236538818796362393732804238910186723484976682350898633885879256283027559956575244555072551893136908362547791869486679949683240497058210285131854513962138377228261454376934125320985913276672363281251e-324",
  ]

  @Test func hardNumbers() {
    for text in NumberReaderTests.hard {
      let (double, float) = unsafe (strtod(text, nil), strtof(text, nil))
      #expect(NumberReaderTests.double(text) == double, "\(text)")
      #expect(NumberReaderTests.float(text) == float, "\(text)")
      #expect(NumberReaderTests.double("-" + text.drop { $0 == "-" || $0 == "+" })?.sign == .minus, "\(text)")
    }
    #expect(NumberReaderTests.double("nan")?.isNaN == true)
  }

  @Test func whatIsNoNumber() {
    for text in [
      "", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1_000", "1,5", "--1", " 1", "1 ", "in", "na", "1.5.2",
      "infx",
    ] {
      #expect(NumberReaderTests.double(text) == nil, "\(text)")
    }
  }

  @Test func randomTexts() {
    var generator = SystemRandomNumberGenerator()
    var wrong: [String] = []
    for index in 0..<randomCases {
      let text: String
      switch index % 4 {
      case 0:
        let value = Double(bitPattern: generator.next())
        guard value.isFinite else { continue }
        text = printed("%.*e", Int.random(in: 0...20, using: &generator), value)
      case 1:
        // Halfway between two neighbours, and right beside it.
        let bits = UInt64.random(in: 0..<0x7FE0_0000_0000_0000, using: &generator)
        let low = Double(bitPattern: bits)
        let exponent = Int32.random(in: -60...60, using: &generator)
        let middle = scalbn(Double(bits | 1 << 53), exponent) + 0 * low
        text = printed("%.*f", 60, middle)
      case 2:
        let digits = UInt64.random(in: 0...UInt64.max, using: &generator)
        text = "\(digits)e\(Int.random(in: -345...300, using: &generator))"
      default:
        text = printed(
          "%.*e", Int.random(in: 5...10, using: &generator),
          Double(Float(bitPattern: UInt32.random(in: 0..<0x7F00_0000))))
      }
      let (double, float) = unsafe (strtod(text, nil), strtof(text, nil))
      if NumberReaderTests.double(text) != double { wrong.append(text) }
      if NumberReaderTests.float(text) != float { wrong.append("float " + text) }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test func integers() {
    var generator = SystemRandomNumberGenerator()
    for index in 0..<5000 {
      let value = UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64(index % 64)
      for text in ["\(value)", "-\(value)", "+000\(value)", "0000000000000000000000000000\(value)"] {
        let (parsed, position) = parse(text + ",") { NumberReader.integer($0, &$1) }
        #expect(
          parsed?.magnitude == value && parsed?.isNegative == (text.first == "-")
            && position == text.utf8.count)
      }
    }
    for text in ["", "-", "x", "18446744073709551616", "99999999999999999999999"] {
      #expect(parse(text) { NumberReader.integer($0, &$1) }.value == nil)
    }
  }

  @Test func otherWidths() {
    func half(_ text: String) -> UInt16? { parse(text) { NumberReader.float16Bits($0, &$1) }.value }
    #expect(half("65504") == 0x7BFF)
    #expect(half("65519.99") == 0x7BFF)
    #expect(half("65520") == 0x7C00)
    #expect(half("6e-8") == 1)
    #expect(half("0.1") == 0x2E66)
    #expect(half("-inf") == 0xFC00)
    func extended(_ text: String) -> ExtendedFloat? { parse(text) { NumberReader.extended($0, &$1) }.value }
    // 0.1L is 0xc.ccccccccccccccdp-7, as gcc has it.
    #expect(extended("0.1") == ExtendedFloat(significand: 0xCCCC_CCCC_CCCC_CCCD, signAndExponent: 0x3FFB))
    #expect(extended("-1.5") == ExtendedFloat(significand: 0xC000_0000_0000_0000, signAndExponent: 0xBFFF))
    #expect(extended("1e4000")?.isInfinite == false)
    #expect(extended("1e5000")?.isInfinite == true)
    #expect(extended("0")?.isZero == true)
  }
}

/// Calls a reader at the start of a text; gives its value and where it stopped.
func parse<Value>(_ text: String, _ body: (RawSpan, inout Int) -> Value?) -> (value: Value?, end: Int) {
  let bytes = Array(text.utf8)
  var position = 0
  // Safe: the span is used while the array's bytes are held.
  let value = unsafe bytes.withUnsafeBytes { body(unsafe RawSpan(_unsafeBytes: $0), &position) }
  return (value, position)
}
