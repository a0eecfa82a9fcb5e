import NumberText
import Testing

/// Rows of numbers written at once, against C's printf and Swift's own texts.
@Suite struct NumericRowWriterTests {
  private static func spec(_ format: String) -> PercentSpec? {
    guard case .conversion(let spec)? = PercentFormat.parts(of: format).first else { return nil }
    return spec
  }

  private static func lines<Value: BitwiseCopyable>(
    _ values: [Value], _ element: NumericRowReader.Element, _ format: String, columns: Int, before: String = "",
    between: String = ",", after: String = "\n"
  ) throws -> String {
    let conversion = try #require(NumericRowWriterTests.spec(format))
    let lines = try #require(
      NumericRowWriter(
        element, conversion, columnCount: columns, before: Array(before.utf8), between: Array(between.utf8),
        after: Array(after.utf8)))
    var text = TextBuffer(capacity: 1)
    unsafe values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe lines.append(values.count / columns, from: base, to: &text)
    }
    return String(decoding: text.array, as: UTF8.self)
  }

  private static func joined(_ texts: [String], _ columns: Int, _ before: String, _ between: String, _ after: String)
    -> String
  {
    stride(from: 0, to: texts.count, by: columns).map {
      before + texts[$0..<($0 + columns)].joined(separator: between) + after
    }.joined()
  }

  @Test func integers() throws {
    func check<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type, _ element: NumericRowReader.Element) throws {
      var generator = SystemRandomNumberGenerator()
      for columns in [1, 2, 7, 33, 70] {
        let values = (0..<(columns * 40)).map { _ in
          Value.random(in: .min ... .max, using: &generator)
            >> Value(Int.random(in: 0..<Value.bitWidth, using: &generator))
        }
        let texts = (values + [.min, .max] + Array(repeating: 0, count: columns - 1)).prefix(values.count).map {
          String($0)
        }
        let expected = NumericRowWriterTests.joined(texts, columns, "", ", ", "\r\n")
        #expect(
          try NumericRowWriterTests.lines(values, element, "%d", columns: columns, between: ", ", after: "\r\n")
            == expected)
      }
      let ends: [Value] = [.min, .max, 0, 9, 10, 99, 100]
      #expect(
        try NumericRowWriterTests.lines(ends, element, "%d", columns: 7) == ends.map { String($0) }.joined(
          separator: ",")
          + "\n")
      // Small numbers have texts of their own, as far as the separator is short.
      let small = (-1001...1001).compactMap { Value(exactly: $0) } + [.max, .min]
      for separator in ["", "\t", ", ", " | ", " -- "] {
        #expect(
          try NumericRowWriterTests.lines(small, element, "%d", columns: small.count, between: separator)
            == small.map { String($0) }.joined(separator: separator) + "\n")
      }
    }
    try check(Int8.self, .int8)
    try check(Int16.self, .int16)
    try check(Int32.self, .int32)
    try check(Int64.self, .int64)
    try check(UInt8.self, .uint8)
    try check(UInt16.self, .uint16)
    try check(UInt32.self, .uint32)
    try check(UInt64.self, .uint64)
  }

  @Test func allShortNumbers() throws {
    let values = (0..<200_000).map { Int64($0) }
    #expect(
      try NumericRowWriterTests.lines(values, .int64, "%d", columns: 1)
        == values.map { String($0) + "\n" }.joined())
  }

  @Test func floatsAsPrintfWritesThem() throws {
    var generator = SystemRandomNumberGenerator()
    for round in 0..<max(60, randomCases / 500) {
      let values = (0..<500).map { index in
        switch (index + round) % 6 {
        case 0: Double(bitPattern: generator.next())
        case 1: Double.random(in: -1000...1000, using: &generator)
        case 2: Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / 1000
        case 3: Double.random(in: -1...1, using: &generator) * 1e18
        case 4: Double(Int.random(in: -20...20, using: &generator)) / 8
        default:
          [0, -0.0, .infinity, -.infinity, .nan, 9.5, 99.5, 0.5, 1.5, .leastNonzeroMagnitude, 1e22, 1e15, 1e16]
            .randomElement() ?? 0
        }
      }
      let precision = Int.random(in: 0...20, using: &generator)
      let letter = ["e", "f", "g"][round % 3]
      let expected = NumericRowWriterTests.joined(
        values.map { $0.isNaN ? "nan" : printed("%.*" + letter, precision, $0) }, 10, "<", " ", ">\n")
      let text = try NumericRowWriterTests.lines(
        values, .double, "%.\(precision)" + letter, columns: 10, before: "<", between: " ", after: ">\n")
      #expect(text == expected, "%.\(precision)\(letter)")
      let floats = values.map { Float($0) }
      let expectedFloats = NumericRowWriterTests.joined(
        floats.map { $0.isNaN ? "nan" : printed("%.*" + letter, precision, Double($0)) }, 10, "", ",", "\n")
      #expect(try NumericRowWriterTests.lines(floats, .float, "%.\(precision)" + letter, columns: 10) == expectedFloats)
    }
  }

  @Test func shortestTextsReadBack() throws {
    var generator = SystemRandomNumberGenerator()
    var values = (0..<20_000).map { index in
      switch index % 4 {
      case 0: Double.random(in: -1...1, using: &generator)
      case 1: Double(Int.random(in: -100_000...100_000, using: &generator)) / 100
      case 2: Double.random(in: -1...1, using: &generator) * 1e14
      default: Double.random(in: -1e-6...1e-6, using: &generator)
      }
    }
    values += [0, -0.0, 1, 123456789, 12345678, 1e15, 1e16, 123456.5, 1e-4, 1e-5, 0.001, 99999999.5]
    let texts = try NumericRowWriterTests.lines(values, .double, "%s", columns: 1).split(separator: "\n").map(
      String.init)
    func digits(_ text: String) -> String {
      let mantissa = text.split(separator: "e")[0].filter { $0.isNumber }.drop { $0 == "0" }
      return String(mantissa.reversed().drop { $0 == "0" }.reversed())
    }
    for (value, text) in zip(values, texts) {
      #expect(Double(text)?.bitPattern == value.bitPattern && digits(text) == digits(value.description), "\(value)")
      // Python's repr: an exponent from 10^16 on and below 10^-4.
      #expect(text.contains("e") == (value != 0 && (abs(value) >= 1e16 || abs(value) < 1e-4)), "\(text)")
      #expect(text.contains("e") || text.contains("."))
    }
  }

  @Test func whatIsNotPlain() throws {
    for format in ["%5d", "%+d", "%.3d", "%s", "%x"] {
      let spec = try #require(NumericRowWriterTests.spec(format))
      let lines = NumericRowWriter(.int64, spec, columnCount: 1, before: [], between: [], after: [10])
      #expect((lines == nil) == (format != "%s"))
    }
    let spec = try #require(NumericRowWriterTests.spec("%d"))
    #expect(NumericRowWriter(.double, spec, columnCount: 1, before: [], between: [], after: [10]) == nil)
    #expect(
      NumericRowWriter(.int64, spec, columnCount: 1, before: Array(repeating: 32, count: 9), between: [], after: [])
        == nil)
  }
}
