extension RasterImage {
  /// Draws lines through points, their edges smoothed; what lies outside of `clip` is left out.
  ///
  /// Where the line crosses itself a pixel takes the largest share, not the sum, so that dense lines keep their width.
  package mutating func stroke(_ lines: [[Point]], width: Double, _ color: RGB, within clip: Rectangle) {
    let left = max(0, Int(clip.x.rounded(.down)))
    let right = min(self.width, Int(clip.right.rounded(.up)))
    let top = max(0, Int(clip.y.rounded(.down)))
    let bottom = min(height, Int(clip.bottom.rounded(.up)))
    guard left < right, top < bottom else { return }
    var mask = CoverageMask(x: left..<right, y: top..<bottom)
    for line in lines {
      if line.count == 1 { mask.add(from: line[0], to: line[0], halfWidth: max(width, 3) / 2) }
      for (start, end) in zip(line, line.dropFirst()) { mask.add(from: start, to: end, halfWidth: width / 2) }
    }
    for y in top..<bottom {
      for x in left..<right {
        let share = mask.shares[(y - top) * (right - left) + (x - left)]
        // In 32 steps, which no eye tells apart: a picture of few colours is a small file.
        if share > 0 { blend(color, share: (Int(share) + 4) & ~7, x: x, y: y) }
      }
    }
  }
}

/// How much of each pixel of a rectangle is covered, 0 to 256.
private struct CoverageMask {
  let x: Range<Int>
  let y: Range<Int>
  var shares: [UInt16]

  init(x: Range<Int>, y: Range<Int>) {
    self.x = x
    self.y = y
    shares = [UInt16](repeating: 0, count: x.count * y.count)
  }

  /// Covers what is nearer to a stretch of a line than half the line's width.
  mutating func add(from start: Point, to end: Point, halfWidth: Double) {
    guard let (start, end) = clipped(start, end, margin: halfWidth + 1) else { return }
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    // How far the line's edge is from its middle, measured along a column or a row.
    let isSteep = abs(dy) > abs(dx)
    let reach = length == 0 ? halfWidth + 1 : (halfWidth + 1) * length / max(abs(dx), abs(dy))
    let (from, to) = isSteep ? (start.y, end.y) : (start.x, end.x)
    let lines = isSteep ? y : x
    let first = max(lines.lowerBound, Int((min(from, to) - halfWidth - 1).rounded(.down)))
    let last = min(lines.upperBound - 1, Int((max(from, to) + halfWidth + 1).rounded(.up)))
    guard first <= last else { return }
    for place in first...last {
      let center = Double(place) + 0.5
      let share = to == from ? 0 : max(0, min(1, (center - from) / (to - from)))
      let middle = isSteep ? start.x + dx * share : start.y + dy * share
      let across = isSteep ? x : y
      let low = max(across.lowerBound, Int((middle - reach - 0.5).rounded(.down)))
      let high = min(across.upperBound - 1, Int((middle + reach + 0.5).rounded(.up)))
      guard low <= high else { continue }
      for other in low...high {
        let pixel = isSteep ? Point(Double(other) + 0.5, center) : Point(center, Double(other) + 0.5)
        let distance = CoverageMask.distance(of: pixel, from: start, dx, dy, length)
        let covered = max(0, min(1, halfWidth + 0.5 - distance))
        guard covered > 0 else { continue }
        let index =
          isSteep
          ? (place - y.lowerBound) * x.count + other - x.lowerBound
          : (other - y.lowerBound) * x.count + place - x.lowerBound
        shares[index] = max(shares[index], UInt16(covered * 256))
      }
    }
  }

  private static func distance(of pixel: Point, from start: Point, _ dx: Double, _ dy: Double, _ length: Double)
    -> Double
  {
    let (x, y) = (pixel.x - start.x, pixel.y - start.y)
    let along = length == 0 ? 0 : max(0, min(1, (x * dx + y * dy) / (length * length)))
    let (offX, offY) = (x - dx * along, y - dy * along)
    return (offX * offX + offY * offY).squareRoot()
  }

  /// The part of a stretch that can be seen (after Liang and Barsky), so that far ends cost nothing.
  private func clipped(_ start: Point, _ end: Point, margin: Double) -> (Point, Point)? {
    guard start.x.isFinite, start.y.isFinite, end.x.isFinite, end.y.isFinite else { return nil }
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    var (enter, leave) = (0.0, 1.0)
    let sides = [
      (-dx, start.x - (Double(x.lowerBound) - margin)), (dx, Double(x.upperBound) + margin - start.x),
      (-dy, start.y - (Double(y.lowerBound) - margin)), (dy, Double(y.upperBound) + margin - start.y),
    ]
    for (step, room) in sides {
      if step == 0 {
        if room < 0 { return nil }
      } else if step < 0 {
        enter = max(enter, room / step)
      } else {
        leave = min(leave, room / step)
      }
    }
    guard enter <= leave else { return nil }
    return (Point(start.x + enter * dx, start.y + enter * dy), Point(start.x + leave * dx, start.y + leave * dy))
  }
}
