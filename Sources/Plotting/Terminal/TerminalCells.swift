/// Where a grid of cells lies in a terminal: known before the data, as ``CellLayout``.
package struct TerminalCells: Sendable {
  /// How many dots the cells are drawn with, across and down.
  package let dotsAcross: Int
  package let dotsDown: Int
  /// The characters that the numbers of the rows take.
  let labelWidth: Int

  /// - Parameters:
  ///   - width, height: The terminal's characters and lines.
  ///   - columns, rows: The grid's elements.
  package init(width: Int, height: Int, columns: Int, rows: Int, isImage: Bool, style: TerminalStyle) {
    labelWidth = String(max(0, rows - 1)).utf8.count + 1
    let (across, down) = (Double(max(1, columns)), Double(max(1, rows)))
    let roomWidth = Double(max(1, width - labelWidth - 2))
    // Title, subtitle, axis, labels, colours and a note.
    let roomHeight = Double(max(1, height - (isImage ? 5 : 7))) * (style.hasHalfBlocks ? 2 : 1)
    // A character is about twice as high as wide; half of one is square.
    let aspect = style.hasHalfBlocks ? 1.0 : 2.0
    let ratio = across / down
    if isImage || (ratio >= 0.25 && ratio <= 4) {
      var size = min(roomWidth / (across * aspect), roomHeight / down)
      if size >= 1 { size = size.rounded(.down) }
      if isImage { size = min(size, max(1, (32 / max(across, down)).rounded(.down))) }
      dotsAcross = max(1, Int((across * size * aspect).rounded()))
      dotsDown = max(1, Int((down * size).rounded()))
    } else {
      dotsAcross = Int(roomWidth >= across ? (roomWidth / across).rounded(.down) * across : roomWidth)
      dotsDown = Int(roomHeight >= down ? min((roomHeight / down).rounded(.down), 4) * down : roomHeight)
    }
  }
}
