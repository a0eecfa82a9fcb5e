import PythonLiterals
import Testing

/// Against Python's `repr`.
@Suite struct ReprTests {
  let lines: [[Substring]]

  init() throws { lines = try fixtureLines("repr") }

  private func forEach(_ kind: String, _ body: (_ value: [UInt8], _ expected: [UInt8]) -> Void) {
    var count = 0
    for line in lines where line[0] == kind {
      body(bytes(hex: line[1]), bytes(hex: line[2]))
      count += 1
    }
    #expect(count > 5)
  }

  private func double(_ bytes: some Sequence<UInt8>) -> Double {
    Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  @Test func floats() {
    forEach("float") { value, expected in
      #expect(Array(PythonRepr.float(double(value)).utf8) == expected, "\(double(value))")
    }
  }

  @Test func complexNumbers() {
    forEach("complex") { value, expected in
      let text = PythonRepr.complex(double(value[..<8]), double(value[8...]))
      #expect(Array(text.utf8) == expected, "\(text) is not \(String(decoding: expected, as: UTF8.self))")
    }
  }

  @Test func strings() {
    forEach("string") { value, expected in
      let points = stride(from: 0, to: value.count, by: 4).map { place in
        value[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
      }
      let text = PythonRepr.string(codePoints: points)
      #expect(Array(text.utf8) == expected, "\(text) is not \(String(decoding: expected, as: UTF8.self))")
    }
    #expect(PythonRepr.string("it's") == #""it's""#)
  }

  @Test func byteStrings() {
    forEach("bytes") { value, expected in
      #expect(Array(PythonRepr.bytes(value).utf8) == expected)
    }
  }

  @Test func printableCodePoints() throws {
    let changes = try #require(lines.last { $0[0] == "printable" })[2].split(separator: ",").compactMap { UInt32($0) }
    #expect(changes.count > 1000)
    var found: [UInt32] = []
    for point in UInt32(1)..<0x110000 where PythonRepr.isPrintable(point) != PythonRepr.isPrintable(point - 1) {
      found.append(point)
    }
    #expect(!PythonRepr.isPrintable(0))
    #expect(found == changes)
  }
}
