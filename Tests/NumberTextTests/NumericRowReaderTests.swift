import NumberText
import Testing

/// Tables of numbers read right out of the text, against Swift's own reading of each field.
@Suite struct NumericRowReaderTests {
  /// What came of reading a table: the rows and where reading stopped.
  private static func read<Value: BitwiseCopyable>(
    _ text: String, _ element: NumericRowReader.Element, _: Value.Type, delimiter: UInt8, columns: Int, capacity: Int
  ) -> (values: [Value], position: Int) {
    let bytes = Array(text.utf8)
    var values: [Value] = []
    var position = 0
    let room = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, capacity * columns * MemoryLayout<Value>.size), alignment: 16)
    defer { unsafe room.deallocate() }
    unsafe bytes.withUnsafeBytes { buffer in
      let rows = NumericRowReader(element, delimiter: delimiter, columnCount: columns)
      let count = unsafe rows.read(RawSpan(_unsafeBytes: buffer), &position, into: room, capacity: capacity)
      for index in 0..<(count * columns) {
        values.append(
          unsafe room.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self))
      }
    }
    return (values, position)
  }

  /// A number of random size, so that all lengths and signs come next to each other.
  private static func random<Value: FixedWidthInteger>(
    _: Value.Type, _ generator: inout some RandomNumberGenerator, longest: Int
  ) -> Value {
    Value.random(in: .min ... .max, using: &generator)
      >> Value(Int.random(in: (Value.bitWidth - longest)..<Value.bitWidth, using: &generator))
  }

  private static func check<Value: FixedWidthInteger & BitwiseCopyable>(
    _: Value.Type, _ element: NumericRowReader.Element
  ) {
    var generator = SystemRandomNumberGenerator()
    for round in 0..<200 {
      let columns = Int.random(in: 1...12, using: &generator)
      let rowCount = Int.random(in: 0...120, using: &generator)
      let delimiter: UInt8 = [44, 9, 59, 32, 0][round % 5]
      let mark = delimiter == 0 ? (round % 2 == 0 ? " " : "\t") : String(UnicodeScalar(delimiter))
      let longest = Int.random(in: 1...Value.bitWidth, using: &generator)
      var lines: [String] = []
      var values: [Value] = []
      for _ in 0..<rowCount {
        let row = (0..<columns).map { _ in random(Value.self, &generator, longest: longest) }
        values += row
        lines.append(row.map { String($0) }.joined(separator: mark) + "\n")
      }
      let table = lines.joined()
      let all = read(table, element, Value.self, delimiter: delimiter, columns: columns, capacity: rowCount)
      #expect(all.values == values && all.position == table.utf8.count)
      // No more rows than there is room for.
      let some = read(table, element, Value.self, delimiter: delimiter, columns: columns, capacity: rowCount / 2)
      #expect(some.values == Array(values[..<(rowCount / 2 * columns)]))
      #expect(some.position == lines[..<(rowCount / 2)].joined().utf8.count)
      guard rowCount > 0 else { continue }
      // One row that is not plain is given back, with all after it.
      let place = Int.random(in: 0..<rowCount, using: &generator)
      let odd =
        [
          "x\n", "\n", columns == 1 && delimiter == 0 ? "x\n" : "1\(mark)\n", "# 1\n",
          String(repeating: "1\(mark)", count: columns) + "1\n",
          String(repeating: "9", count: 40) + "\n", "-\n", "1-1\n", "--1\n", "1.5\n", "1e3\n",
          (columns > 1 ? String(repeating: "1\(mark)", count: columns - 2) : "") + (columns > 1 ? "1\n" : "1 1\n"),
        ].randomElement(using: &generator) ?? "x\n"
      let mixed = (lines[..<place] + [odd] + lines[place...]).joined()
      let got = read(mixed, element, Value.self, delimiter: delimiter, columns: columns, capacity: rowCount + 1)
      #expect(
        got.values == Array(values[..<(place * columns)])
          && got.position == lines[..<place].joined().utf8.count, "\(odd) among \(columns) columns")
    }
  }

  @Test func integersOfAllWidths() {
    NumericRowReaderTests.check(Int8.self, .int8)
    NumericRowReaderTests.check(Int16.self, .int16)
    NumericRowReaderTests.check(Int32.self, .int32)
    NumericRowReaderTests.check(Int64.self, .int64)
    NumericRowReaderTests.check(UInt8.self, .uint8)
    NumericRowReaderTests.check(UInt16.self, .uint16)
    NumericRowReaderTests.check(UInt32.self, .uint32)
    NumericRowReaderTests.check(UInt64.self, .uint64)
  }

  @Test func lineEndsAndSpaces() {
    for (text, delimiter) in [
      ("1,2\r\n3,4\r\n", 44), ("1,2\n3,4", 44), ("1 ,2\n3, 4 \n", 44), ("+1,2\n3,+4\n", 44), ("1  2\n 3\t4 \n", 0),
      ("1,2\r3,4\r", 44),
    ] as [(String, UInt8)] {
      // Far enough after the start that numbers may be read by blocks.
      for padding in [0, 1, 30, 100] {
        let head = String(repeating: delimiter == 0 ? "7 8\n" : "7,8\n", count: padding)
        let got = NumericRowReaderTests.read(
          head + text, .int64, Int64.self, delimiter: delimiter, columns: 2, capacity: padding + 2)
        #expect(got.values == (0..<padding).flatMap { _ in [7, 8] } + [1, 2, 3, 4], "\(text)")
      }
    }
  }

  @Test func whatDoesNotFit() {
    for (text, count) in [("127\n128\n", 1), ("-128\n-129\n", 1), ("0\n-0\n", 2), ("300\n", 0)] {
      for padding in [0, 50] {
        let got = NumericRowReaderTests.read(
          String(repeating: "1\n", count: padding) + text, .int8, Int8.self, delimiter: 44, columns: 1,
          capacity: padding + 2)
        #expect(got.values.count == padding + count, "\(text)")
      }
    }
  }
}
