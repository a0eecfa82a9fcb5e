import NumPyIO
import Testing

/// Random arrays, which differ at every run: what can be said of them is their bounds and their mean.
@Suite struct RandomArrayTests {
  /// The numbers are within their bounds and spread evenly: their mean lies within six standard errors.
  private func draw<Element: NumericArrayElement & BinaryFloatingPoint>(_: Element.Type)
  where Element.RawSignificand: FixedWidthInteger {
    let count = 200_000
    for numbers in [
      NDArray<Element>.random(in: -1..<3, shape: [2, count / 2]),
      NDArray<Element>.random(in: -1...3, shape: [2, count / 2]),
    ] {
      #expect(numbers.shape == [2, count / 2])
      #expect(numbers.allSatisfy { $0 >= -1 && $0 <= 3 })
      let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(count)
      #expect(abs(mean - 1) < 6 * 4 / (12 * Double(count)).squareRoot())
      #expect(Set(numbers.elements.prefix(100)).count > 50)
    }
  }

  @Test func randomNumbers() {
    draw(Double.self)
    draw(Float.self)
    #if !(os(macOS) && arch(x86_64))
      draw(Float16.self)
    #endif
    #expect(NDArray<Double>.random(in: 2..<2.0.nextUp, shape: [3]) == [2, 2, 2])
  }
}
