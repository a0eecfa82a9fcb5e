import ByteIO
import PythonPickle
import Testing

/// What takes long, or much memory, where a pickle repeats one thing or holds a large one.
@Suite struct LargeValueTests {
  /// Floats keep no identity in a pickle, so that in Python every NaN is a key of its own.
  @Test func keysThatAreNotNumbers() throws {
    let count = 200_000
    let dict = PickleDict()
    let start = ContinuousClock.now
    for index in 0..<count { try dict.set(index % 2 == 0 ? .float(.nan) : .float(-.nan), to: .int(index)) }
    try dict.set(.int(0), to: .string("zero"))
    for index in 1..<1_000 { try dict.set(.float(Double(index)), to: .int(-index)) }
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(dict.count == count + 1_000)
    #expect(dict[.float(.nan)] == nil)
    #expect(dict[.float(0)] == .string("zero"))
    #expect(dict[.int(999)] == .int(-999))
    // All keys are found still, once one is gone.
    dict[.int(500)] = nil
    #expect(dict.count == count + 999)
    #expect(dict[.int(500)] == nil && dict[.bool(true)] == .int(-1))
    let set = try PickleSet((0..<count).map { _ in .float(.nan) } + [.int(1), .float(1), .bool(true)])
    #expect(set.count == count + 1)
    #expect(!set.contains(.float(.nan)) && set.contains(.int(1)))
  }

  @Test func equalityOfSetsWithNaN() throws {
    let sets = try (0..<2).map { _ in try PickleValue.set(PickleSet([.float(.nan), .int(3)])) }
    #expect(sets[0] == sets[1])
    #expect(sets[0].hashValue == sets[1].hashValue)
  }

  @Test func reprOfLargeValuesIsBounded() throws {
    let size = 30_000_000
    let text = String(repeating: "añ", count: size / 3)
    let bytes = PickleBytes([UInt8](repeating: 0, count: size))
    for value in [PickleValue.string(text), .bytes(bytes), .byteArray(bytes), .list([.bytes(bytes), .int(1)])] {
      for limit in [Int.min, 0, 70, 5_000] {
        let repr = value.repr(limit: limit)
        #expect(repr.hasSuffix("…"))
        #expect(repr.utf8.count < 4 * (max(0, limit) + 2_000))
      }
    }
    #expect(PickleValue.string(text).repr(limit: 70).hasPrefix("'añañaña"))
    // What passes the limit by little is printed to its end.
    #expect(PickleValue.list([.string("abc"), .bytes(PickleBytes([1]))]).repr(limit: .max) == #"['abc', b'\x01']"#)
    #expect(PickleValue.string(String(repeating: "x", count: 100)).repr(limit: 70).utf8.count > 100)
  }
}
