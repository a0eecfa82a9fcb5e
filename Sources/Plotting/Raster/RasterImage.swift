/// A picture of pixels in memory, opaque, that is drawn into.
package struct RasterImage: Sendable {
  package let width: Int
  package let height: Int
  /// Three bytes a pixel, row by row from the top.
  package private(set) var bytes: [UInt8]

  /// A picture of one colour.
  ///
  /// - Parameter width, height: In pixels; at least one each is made.
  package init(width: Int, height: Int, filledWith color: RGB) {
    self.width = max(1, width)
    self.height = max(1, height)
    bytes = []
    bytes.reserveCapacity(self.width * self.height * 3)
    for _ in 0..<(self.width * self.height) {
      bytes.append(color.red)
      bytes.append(color.green)
      bytes.append(color.blue)
    }
  }

  /// The colour of a pixel; outside of the picture it is black, and stays so.
  package subscript(x: Int, y: Int) -> RGB {
    get {
      guard x >= 0, x < width, y >= 0, y < height else { return RGB(0, 0, 0) }
      let place = (y * width + x) * 3
      return RGB(bytes[place], bytes[place + 1], bytes[place + 2])
    }
    set {
      guard x >= 0, x < width, y >= 0, y < height else { return }
      let place = (y * width + x) * 3
      bytes[place] = newValue.red
      bytes[place + 1] = newValue.green
      bytes[place + 2] = newValue.blue
    }
  }

  /// Puts a colour on a pixel that covers a share (0 to 256) of it.
  package mutating func blend(_ color: RGB, share: Int, x: Int, y: Int) {
    guard share > 0 else { return }
    self[x, y] = share >= 256 ? color : self[x, y].covered(by: color, share: share)
  }

  /// Fills a rectangle whose edges may lie within pixels, which are then covered in part.
  package mutating func fill(_ rectangle: Rectangle, _ color: RGB) {
    let left = max(0, Int(rectangle.x.rounded(.down)))
    let right = min(width, Int((rectangle.x + rectangle.width).rounded(.up)))
    let top = max(0, Int(rectangle.y.rounded(.down)))
    let bottom = min(height, Int((rectangle.y + rectangle.height).rounded(.up)))
    guard left < right, top < bottom else { return }
    let columns = (left..<right).map { RasterImage.overlap($0, rectangle.x, rectangle.x + rectangle.width) }
    for y in top..<bottom {
      let share = RasterImage.overlap(y, rectangle.y, rectangle.y + rectangle.height)
      for x in left..<right {
        blend(color, share: Int((share * columns[x - left] * 256).rounded()), x: x, y: y)
      }
    }
  }

  /// The share of the pixel `place` to `place + 1` that lies between two edges.
  private static func overlap(_ place: Int, _ low: Double, _ high: Double) -> Double {
    max(0, min(Double(place + 1), high) - max(Double(place), low))
  }
}

/// A rectangle; y counts from the top.
package struct Rectangle: Sendable, Hashable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.init(x: Double(x), y: Double(y), width: Double(width), height: Double(height))
  }

  var right: Double { x + width }
  var bottom: Double { y + height }
}

/// A place in a picture; y counts from the top.
package struct Point: Sendable, Hashable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}
