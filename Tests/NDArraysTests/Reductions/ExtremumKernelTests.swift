import NDArrays
import Testing

/// The smallest and largest of packed numbers, against the standard library's, for every length around those of vectors.
@Suite struct ExtremumKernelTests {
  private func check<Number: ReducibleElement & Comparable>(_ make: (Int) -> Number) throws {
    for count in [1, 2, 3, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 4095, 4097] {
      for place in Set([0, 1, count / 2, count - 2, count - 1]) where place >= 0 && place < count {
        var items = (0..<count).map { make(20 + ($0 &* 7919) % 50) }
        for extreme in [make(3), make(99)] {
          items[place] = extreme
          // One item is skipped, so that the bytes are not aligned.
          for skipped in [0, 1] where count > skipped {
            let part = Array(items[skipped...])
            let array = try NDArray(items, shape: [count]).slice([.range(lower: skipped, upper: count)])
            #expect(try array.min() == part.min()!)
            #expect(try array.max() == part.max()!)
          }
        }
      }
    }
  }

  @Test func integers() throws {
    try check { Int8($0) }
    try check { Int16($0) - 60 }
    try check { Int32($0) &* -70_000 }
    try check { Int64($0) &* 7_000_000_000 }
    try check { UInt8($0 + 100) }
    try check { UInt16($0) &* 600 }
    try check { UInt32($0) &* 40_000_000 }
    try check { UInt64($0) &* 180_000_000_000_000_000 }
  }

  @Test func floats() throws {
    try check { Float($0) - 60 }
    try check { Double($0) - 60 }
  }

  @Test(arguments: [1, 5, 64, 200, 5000]) func notANumberWins(_ count: Int) throws {
    for place in Set([0, count / 3, count - 1]) {
      var items = (0..<count).map { Double($0) }
      items[place] = .nan
      #expect(try NDArray(items, shape: [count]).min().isNaN)
      #expect(try NDArray(items, shape: [count]).max().isNaN)
    }
  }

  @Test func infinitiesAreNumbers() throws {
    for value in [Double.infinity, -.infinity] {
      let array = try NDArray([Double](repeating: value, count: 300), shape: [300])
      #expect(try array.min() == value)
      #expect(try array.max() == value)
    }
  }

  @Test func truthIsFoundAnywhere() throws {
    for place in [0, 4095, 4096, 9999] {
      var items = [Bool](repeating: false, count: 10_000)
      items[place] = true
      #expect(try NDArray(items, shape: [10_000]).max())
      #expect(try NDArray(items.map { !$0 }, shape: [10_000]).min() == false)
    }
  }
}
