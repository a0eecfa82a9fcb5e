/// Dots, several of which make a character: eight of braille (2 by 4), or two of ASCII (1 by 2).
struct DotGrid {
  let isBraille: Bool
  let columns: Int
  let lines: Int
  private var dots: [Bool]

  /// - Parameter columns, lines: In characters.
  init(columns: Int, lines: Int, isBraille: Bool) {
    self.columns = columns
    self.lines = lines
    self.isBraille = isBraille
    dots = [Bool](repeating: false, count: columns * lines * (isBraille ? 8 : 2))
  }

  var width: Int { isBraille ? columns * 2 : columns }
  var height: Int { isBraille ? lines * 4 : lines * 2 }

  private func has(_ x: Int, _ y: Int) -> Bool { dots[y * width + x] }

  mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    dots[y * width + x] = true
  }

  /// A straight line of dots (Bresenham's).
  mutating func draw(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
    let (dx, dy) = (abs(end.x - start.x), -abs(end.y - start.y))
    let (stepX, stepY) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
    var (x, y) = start
    var error = dx + dy
    while true {
      set(x, y)
      if x == end.x, y == end.y { return }
      let doubled = 2 * error
      if doubled >= dy {
        error += dy
        x += stepX
      }
      if doubled <= dx {
        error += dx
        y += stepY
      }
    }
  }

  /// The character of a place; `nil` if none of its dots is set.
  func letter(column: Int, line: Int) -> Unicode.Scalar? {
    guard isBraille else {
      switch (has(column, 2 * line), has(column, 2 * line + 1)) {
      case (false, false): return nil
      case (true, false): return "'"
      case (false, true): return "."
      case (true, true): return ":"
      }
    }
    // The bits of U+2800 run down the left column, then the right; the lowest dots were added last.
    let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    var code: UInt32 = 0
    for y in 0..<4 {
      for x in 0..<2 where has(2 * column + x, 4 * line + y) { code |= bits[y][x] }
    }
    return code == 0 ? nil : Unicode.Scalar(0x2800 + code)
  }
}
