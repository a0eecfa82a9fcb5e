import NDArrays
import TestSupport
import Testing

/// Against NumPy's `astype`.
@Suite struct ConversionTests {
  let table: FixtureTable

  init() throws { table = try FixtureTable("conversions", folder: "dtypes") }

  /// The names of a group's results, with the name of what each is made from and the dtype it is made to.
  private func results(_ group: String) -> [(name: String, source: String, target: String)] {
    table.names.filter { $0.hasPrefix(group) && !$0.hasSuffix(" source") }.map { name in
      let parts = name.split(separator: " ", omittingEmptySubsequences: false)
      return (name, parts.dropLast().joined(separator: " ") + " source", String(parts[parts.count - 1]))
    }
  }

  @Test(arguments: [
    "number", "swapped", "dates", "large", "from", "to ", "generic", "shown", "text of", "texts",
    "wide", "high", "read", "raw",
  ])
  func asNumPyDoes(group: String) throws {
    let results = results(group)
    #expect(!results.isEmpty)
    for (name, sourceName, target) in results {
      let source = try table[sourceName]
      let dtype = try DType(target)
      let isDate = [.datetime, .timedelta].contains(source.dtype.kind)
      guard !table.isRefused(name) else {
        // NumPy's factors between far units overflow, and its texts of some units are too short for it: not here.
        if isDate { continue }
        #expect(throws: ArrayError.self, "\(name): \(source)") { try source.asType(dtype, casting: .unsafe) }
        continue
      }
      let expected = try table[name]
      guard let found = try? source.asType(dtype, casting: .unsafe) else {
        // A date that the unit cannot hold is refused; in NumPy it wraps around, and does not come back.
        if isDate, (try? expected.asType(source.dtype, casting: .unsafe))?.bytes != source.bytes { continue }
        Issue.record("refused: \(name): \(source) should become \(expected.debugDescription)")
        continue
      }
      if isDate, !isSame(found, expected) {
        // Where NumPy's product overflows its result does not come back; this one does.
        func back(_ array: AnyNDArray) -> [UInt8]? { (try? array.asType(source.dtype, casting: .unsafe))?.bytes }
        if back(found) == source.bytes, back(expected) != source.bytes { continue }
      }
      #expect(
        isSame(found, expected),
        "\(name): \(source) became \(found.debugDescription), not \(expected.debugDescription)")
    }
  }

  @Test func subarraysOfOtherShapesAreRefused() throws {
    let pairs = [
      ("(5,)f8", "(3,)f8"), ("(5,)f8", "(5,1)f4"), ("(2,)f8", "(3,)i4"), ("(5,)f8,i4", "(3,)f8,i4"),
      ("(3,)f8,i4", "(500,)f4,i4"),
    ]
    for (from, to) in pairs {
      let array = try AnyNDArray(zeros: [4], dtype: DType(from))
      #expect(throws: ArrayError.self, "\(from) to \(to)") { try array.asType(DType(to), casting: .unsafe) }
    }
    // Levels of a different structure, equal on the outside.
    let deep = try DType.subarray(of: .subarray(of: .float64, shape: [5]), shape: [2])
    let deeper = try DType.subarray(of: .subarray(of: .float32, shape: [9]), shape: [2])
    let array = try AnyNDArray(zeros: [4], dtype: deep)
    #expect(throws: ArrayError.self) { try array.asType(deeper, casting: .unsafe) }
    #expect(try array.asType(DType.subarray(of: .float32, shape: [2, 5]), casting: .unsafe).shape == [4])
  }

  @Test func everyLayoutGivesTheSame() throws {
    for (name, sourceName, target) in results("number") where name.hasSuffix("f4") || name.hasSuffix(" i2") {
      guard !table.isRefused(name) else { continue }
      let source = try table[sourceName]
      let dtype = try DType(target)
      let expected = try source.asType(dtype, casting: .unsafe)
      for layout in try layouts(of: source.reshaped([1, -1])) {
        let found = try layout.array.asType(dtype, casting: .unsafe)
        #expect(isSame(try found.reshaped(expected.shape), expected), "\(name), \(layout.name)")
        let swapped = layout.array.dtype.withByteOrder(.big)
        let big = try layout.array.asType(swapped, casting: .equiv).asType(dtype, casting: .unsafe)
        #expect(isSame(try big.reshaped(expected.shape), expected), "\(name), \(layout.name), big")
      }
    }
  }

  @Test func recordsFieldByField() throws {
    let source = try AnyNDArray(
      bytes: [1, 0, 0, 2, 3, 0, 0, 4], dtype: DType(parsing: "[('a', '<i2'), ('b', '>i2')]"), shape: [2])
    let target = try DType(parsing: "[('x', '>f4'), ('y', '<i8')]")
    let result = try source.asType(target, casting: .unsafe)
    #expect(try NDArray<Float>(result.field("x")).elements == [1, 3])
    #expect(try NDArray<Int64>(result.field("y")).elements == [2, 4])
    #expect(throws: ArrayError.self) { try source.asType(target) }
    #expect(throws: ArrayError.self) {
      try source.asType(DType(parsing: "[('x', '<f4')]"), casting: .unsafe)
    }
  }

  /// The same bytes; any NaN for a NaN; of 80-bit numbers the ten bytes that count.
  private func isSame(_ left: AnyNDArray, _ right: AnyNDArray) -> Bool {
    guard left.dtype == right.dtype, left.shape == right.shape else { return false }
    guard left.dtype.kind == .float || left.dtype.kind == .complex else { return left.bytes == right.bytes }
    let size = left.dtype.swapSize
    let (a, b) = (left.nativeByteOrder().bytes, right.nativeByteOrder().bytes)
    return stride(from: 0, to: a.count, by: size).allSatisfy { start in
      let end = start + (size == 16 ? 10 : size)
      let (one, other) = (Array(a[start..<end]), Array(b[start..<end]))
      return one == other || (isNaN(one) && isNaN(other))
    }
  }

  /// Whether the bytes of a little-endian number are a NaN's.
  private func isNaN(_ bytes: [UInt8]) -> Bool {
    switch bytes.count {
    case 2: return bytes[1] & 0x7C == 0x7C && (bytes[1] & 3 != 0 || bytes[0] != 0)
    case 10:
      return bytes[9] & 0x7F == 0x7F && bytes[8] == 0xFF
        && (bytes[7] & 0x7F != 0 || bytes[..<7] != [0, 0, 0, 0, 0, 0, 0])
    default:
      let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return bytes.count == 4 ? Float(bitPattern: UInt32(bits)).isNaN : Double(bitPattern: bits).isNaN
    }
  }
}
