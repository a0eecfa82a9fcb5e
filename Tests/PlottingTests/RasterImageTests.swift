import ByteIO
import Foundation
import Plotting
import Testing

@Suite struct RasterImageTests {
  static let white = RGB(255, 255, 255)
  static let black = RGB(0, 0, 0)

  /// How much is drawn in black on white, in dots.
  private func ink(_ picture: RasterImage) -> Double {
    let total = picture.bytes.reduce(0) { $0 + (255 - Int($1)) }
    return Double(total) / 255 / 3
  }

  @Test func linesCoverTheirLengthTimesTheirWidth() {
    let directions: [(Double, Double)] = [(80, 0), (0, 80), (60, 60), (70, 20), (10, 75), (-66, 31)]
    for (dx, dy) in directions {
      for width in [1.0, 1.5, 3] {
        var picture = RasterImage(width: 200, height: 200, filledWith: RasterImageTests.white)
        let start = Point(100.3, 99.6)
        picture.stroke(
          [[start, Point(start.x + dx, start.y + dy)]], width: width, RasterImageTests.black,
          within: Rectangle(x: 0, y: 0, width: 200, height: 200))
        // Both ends are half discs, whose edges are as wide as a dot.
        let length: Double = (dx * dx + dy * dy).squareRoot()
        let ends: Double = Double.pi * width * width / 4
        let expected = length * width + ends
        #expect((ink(picture) - expected).magnitude < expected * 0.05 + 1.5, "\(dx) \(dy) \(width): \(ink(picture))")
      }
    }
  }

  @Test func nothingIsDrawnOutsideOfTheClip() {
    var picture = RasterImage(width: 50, height: 50, filledWith: RasterImageTests.white)
    let far = Point(1e300, -1e300)
    picture.stroke(
      [[Point(-1e9, 25), Point(1e9, 25)], [Point(.nan, 0), Point(25, .infinity), far]], width: 2,
      RasterImageTests.black,
      within: Rectangle(x: 10, y: 20, width: 30, height: 10))
    for y in 0..<50 {
      for x in 0..<50 where !(10..<40).contains(x) || !(20..<30).contains(y) {
        #expect(picture[x, y] == RasterImageTests.white)
      }
    }
    #expect((ink(picture) - 60).magnitude < 1)
  }

  @Test func rectanglesCoverTheirArea() {
    var picture = RasterImage(width: 40, height: 40, filledWith: RasterImageTests.white)
    picture.fill(Rectangle(x: 3.25, y: 4.5, width: 10.5, height: 7.25), RasterImageTests.black)
    #expect((ink(picture) - 10.5 * 7.25).magnitude < 0.5)
    // What lies outside of the picture is left out.
    picture.fill(Rectangle(x: -1e12, y: -5.0, width: 1e12 + 2, height: 7), RasterImageTests.black)
    #expect((ink(picture) - 10.5 * 7.25 - 4).magnitude < 0.5)
  }

  @Test func everyLetterOfASCIILooksDifferent() {
    var looks: Set<[Bool]> = []
    for code in UInt8(ascii: " ")..<0x7F {
      let glyph = BitmapFont.glyph(Unicode.Scalar(code))
      var dots: [Bool] = []
      for row in 0..<BitmapFont.height {
        for column in 0..<BitmapFont.width { dots.append(glyph.has(column: column, row: row)) }
      }
      looks.insert(dots)
      #expect(dots.contains(true) || code == UInt8(ascii: " "))
    }
    #expect(looks.count == 95)
  }

  @Test func base64IsFoundations() {
    var bytes: [UInt8] = []
    for count in 0..<70 {
      #expect(Base64.encode(bytes) == Array(Data(bytes).base64EncodedString().utf8))
      bytes.append(UInt8(truncatingIfNeeded: count * 37 + 11))
    }
  }

  @Test func colourMapsRunFromDarkToBright() {
    for map in ColorMap.allCases {
      let brightness = (0...255).map { map.color(Double($0) / 255).brightness }
      #expect(zip(brightness, brightness.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(map.color(.nan) == map.color(0) && map.color(7) == map.color(1) && map.color(-7) == map.color(0))
    }
  }
}
