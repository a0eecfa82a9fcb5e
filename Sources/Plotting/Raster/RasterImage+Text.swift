extension RasterImage {
  /// Writes a line of text, its upper left corner at a place.
  ///
  /// - Parameter scale: How many pixels a pixel of the font becomes, in both directions.
  package mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ color: RGB) {
    var left = x
    for scalar in text.unicodeScalars {
      let glyph = BitmapFont.glyph(scalar)
      for row in 0..<BitmapFont.height {
        for column in 0..<BitmapFont.width where glyph.has(column: column, row: row) {
          for pixel in 0..<(scale * scale) {
            self[left + column * scale + pixel % scale, y + row * scale + pixel / scale] = color
          }
        }
      }
      if scale > 1 { smooth(glyph, x: left, y: y, scale: scale, color) }
      left += BitmapFont.advance * scale
    }
  }

  /// Fills the inner corners of diagonal strokes by half, so that enlarged characters have no steps.
  private mutating func smooth(_ glyph: BitmapFont.Glyph, x: Int, y: Int, scale: Int, _ color: RGB) {
    for row in 0..<BitmapFont.height {
      for column in 0..<BitmapFont.width where !glyph.has(column: column, row: row) {
        for (sideX, sideY) in [(-1, -1), (1, -1), (-1, 1), (1, 1)] {
          guard glyph.has(column: column + sideX, row: row), glyph.has(column: column, row: row + sideY),
            !glyph.has(column: column + sideX, row: row + sideY)
          else { continue }
          // The triangle at the corner between the two neighbours.
          for line in 0..<scale {
            for place in 0..<(scale - line) {
              let dotX = sideX < 0 ? place : scale - 1 - place
              let dotY = sideY < 0 ? line : scale - 1 - line
              let share = place == scale - line - 1 ? 128 : 256
              blend(color, share: share, x: x + column * scale + dotX, y: y + row * scale + dotY)
            }
          }
        }
      }
    }
  }
}
