import Foundation
import Plotting
import Testing

@Suite struct AxisTests {
  /// Ranges of every size, on both sides of zero and across it.
  static let ranges: [(Double, Double)] = {
    var ranges: [(Double, Double)] = [
      (0, 1), (-1, 1), (0, .greatestFiniteMagnitude), (-1.7e308, 1.7e308), (1, 1.0000001),
    ]
    for exponent in stride(from: -300.0, through: 300, by: 7.3) {
      let size = Foundation.pow(10, exponent)
      ranges += [(0, size), (-2 * size, size * 3.3), (size, size * 1.37), (-size, -size / 9)]
    }
    return ranges
  }()

  @Test(arguments: [1, 2, 3, 5, 8, 12])
  func ticksAreRoundWithinTheirAxisAndNotTooMany(count: Int) throws {
    for (low, high) in AxisTests.ranges {
      let ticks = Axis(low, high).ticks(atMost: count)
      #expect(ticks.count <= count)
      // From five on a step of 1, 2 or 5 always leaves two.
      #expect(ticks.count >= 2 || count < 5)
      let slack = (high - low).magnitude * 1e-6
      for tick in ticks {
        #expect(tick.value >= low - slack && tick.value <= high + slack)
        // What the label says is where the tick stands.
        let said = try #require(Double(tick.label))
        #expect((said - tick.value).magnitude <= max(high.magnitude, low.magnitude) * 1e-4)
      }
      #expect(Set(ticks.map(\.label)).count == ticks.count)
    }
  }

  @Test func stepsAreOneTwoOrFive() throws {
    for (low, high) in AxisTests.ranges where high < 1e300 && high - low > 1e-290 {
      let values = Axis(low, high).ticks(atMost: 7).map(\.value)
      guard values.count >= 2 else { continue }
      let step = values[1] - values[0]
      let digit = step / Foundation.pow(10, Foundation.floor(Foundation.log10(step) + 1e-6))
      #expect([1, 2, 5].contains { (digit - $0).magnitude < 1e-3 }, "\(low)...\(high): \(step)")
    }
  }

  @Test func indicesHaveNoFractions() {
    for count in 1...60 {
      let ticks = Axis(-0.5, Double(count) - 0.5, .integer).ticks(atMost: 9)
      #expect(!ticks.isEmpty && ticks.allSatisfy { Int($0.label) != nil && $0.value == $0.value.rounded() })
    }
  }

  @Test func logarithmsHaveTicksAtPowersOfTen() throws {
    for (low, high) in [(0.5, 2e6), (1e-8, 1e8), (3e-300, 7e300), (1, 10)] {
      let ticks = Axis(low, high, .logarithmic).ticks(atMost: 8)
      #expect((2...8).contains(ticks.count))
      for tick in ticks {
        let exponent = Foundation.log10(try #require(Double(tick.label)))
        #expect((exponent - exponent.rounded()).magnitude < 1e-9)
      }
    }
    // Less than a decade: still something to read.
    #expect(Axis(2, 7, .logarithmic).ticks(atMost: 6).count >= 2)
  }

  @Test func positionsRunFromZeroToOne() {
    for (low, high) in AxisTests.ranges {
      let axis = Axis(low, high)
      #expect(axis.position(low) == 0 && (axis.position(high) - 1).magnitude < 1e-9)
    }
    #expect((Axis(1, 100, .logarithmic).position(10) - 0.5).magnitude < 1e-12)
    // Neighbours among the smallest numbers.
    #expect(Axis(0, .leastNonzeroMagnitude).position(.leastNonzeroMagnitude) == 1)
  }

  @Test func momentsAreThoseOfTheCalendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    // Days since 1970 from 1600 on, where Foundation's calendar is Gregorian as well.
    for start in stride(from: -135_000, to: 200_000, by: 4321) {
      let scale = DateScale(unit: .seconds(86_400), origin: start * 86_400)
      for length in [5.0, 40, 400, 5000] {
        for tick in Axis(0, length, .date(scale)).ticks(atMost: 8) {
          let date = Date(timeIntervalSince1970: (Double(start) + tick.value) * 86_400)
          let parts = calendar.dateComponents([.year, .month, .day, .hour], from: date)
          let numbers = tick.label.split(separator: "-").compactMap { Int($0) }
          // Times of a day, and days among them.
          if tick.label.count == 5 { continue }
          #expect(numbers.first == parts.year && parts.hour == 0, "\(tick)")
          #expect(numbers.count < 2 ? parts.month == 1 : numbers[1] == parts.month)
          #expect(numbers.count < 3 ? parts.day == 1 : numbers[2] == parts.day)
        }
      }
    }
  }
}
