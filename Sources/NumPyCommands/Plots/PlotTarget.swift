import NumPyIO
import Plotting

/// What a plot is drawn on, as far as it decides how much of the data can be told apart.
enum PlotTarget {
  /// A picture of dots or vectors in a file.
  case picture(width: Int?, height: Int?, scale: Int, isVector: Bool)
  /// A picture of dots, no larger than this, in a terminal with graphics.
  case graphics(width: Int, height: Int, scale: Int)
  /// A terminal's letters.
  case letters(width: Int, height: Int, style: TerminalStyle)
  /// No picture but its numbers.
  case numbers(width: Int?, height: Int?)

  /// How many columns a line or a histogram has.
  var columns: Int {
    switch self {
    case .picture(let width, _, let scale, _): max(32, (width ?? 800 * scale) - 80 * scale)
    case .graphics(let width, _, let scale): max(32, width - 80 * scale)
    case .letters(let width, _, let style): max(8, (width - 8) * (style.isUnicode ? 2 : 1))
    case .numbers(let width, _): width ?? 1000
    }
  }

  /// How many bins a histogram has room for.
  var mostBins: Int {
    switch self {
    case .picture, .graphics, .numbers: 100
    case .letters(let width, _, _): max(8, min(100, width - 10))
    }
  }

  /// Where a grid's cells lie.
  func grid(columns: Int, rows: Int, isImage: Bool) -> PlotGrid {
    switch self {
    case .picture(let width, let height, let scale, let isVector):
      let layout = CellLayout(
        width: width, height: height, isLimit: false, scale: scale, columns: columns, rows: rows, isImage: isImage,
        isVector: isVector)
      return PlotGrid(columns: layout.columns, rows: layout.rows, picture: layout, letters: nil)
    case .graphics(let width, let height, let scale):
      let layout = CellLayout(
        width: width, height: height, isLimit: true, scale: scale, columns: columns, rows: rows, isImage: isImage,
        isVector: false)
      return PlotGrid(columns: layout.columns, rows: layout.rows, picture: layout, letters: nil)
    case .letters(let width, let height, let style):
      let cells = TerminalCells(
        width: width, height: height, columns: columns, rows: rows, isImage: isImage, style: style)
      return PlotGrid(columns: cells.dotsAcross, rows: cells.dotsDown, picture: nil, letters: cells)
    case .numbers(let width, let height):
      return PlotGrid(columns: width ?? 64, rows: height ?? 64, picture: nil, letters: nil)
    }
  }
}

/// How many cells a grid has room for, and where they lie.
struct PlotGrid {
  let columns: Int
  let rows: Int
  let picture: CellLayout?
  let letters: TerminalCells?
}

/// A figure, with what belongs to it.
struct Plot {
  let figure: Figure
  let grid: PlotGrid?
  /// The numbers of the picture, for `--json`.
  let json: [(key: String, value: JSONValue)]
}
