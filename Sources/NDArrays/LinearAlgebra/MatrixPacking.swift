internal import CNumPyIOKernels

/// Copies blocks of matrices into the panels that the innermost loop reads from front to end.
///
/// A complex matrix is packed as a real one of twice the size: the left factor as it lies, real and imaginary parts
/// side by side, the right one with every number as the 2 x 2 matrix that multiplies by it. So a step, and a column of the right
/// factor, is one of real numbers here; panels and blocks begin at even ones. Offsets lie within the matrix, which is in memory:
/// they are summed without checks, so that the loops become those of vectors.
enum MatrixPacking {
  static var tileRows: Int { Int(NPYIO_TILE_ROWS) }

  /// One panel of the left factor: `tileRows` rows, column by column. Where the matrix has fewer, the last row stands for those
  /// that are missing: nobody reads what comes of them.
  @inline(__always)
  static func packLeft<Item: TileScalar>(
    _: Item.Type, _ matrix: MatrixView, firstRow: Int, steps: Range<Int>, isComplex: Bool,
    into panel: UnsafeMutablePointer<Item>
  ) {
    let height = tileRows
    let lastRow = min(height, matrix.rows - firstRow) - 1
    let size = MemoryLayout<Item>.size
    var target = unsafe panel
    for step in steps {
      let column = isComplex ? (step >> 1) &* matrix.columnStride &+ (step & 1) &* size : step &* matrix.columnStride
      for row in 0..<height {
        // Safe: the panel has `height` numbers for each step; the row and the column lie within the matrix.
        unsafe target[row] = matrix.number(
          Item.self, atOffset: (firstRow &+ min(row, lastRow)) &* matrix.rowStride &+ column)
      }
      unsafe target += height
    }
  }
}

/// The right factor's panels: `width` columns each, row by row; columns beyond the matrix are zeros.
///
/// Rows are read from front to end, over many panels, since panels are so narrow that reading one after the other would jump
/// from page to page.
@safe struct RightPanels<Item: TileScalar>: @unchecked Sendable {
  let matrix: MatrixView
  let width: Int
  let isComplex: Bool
  /// What is packed: steps, and columns that begin with a panel.
  let steps: Range<Int>
  let columns: Range<Int>
  let start: UnsafeMutablePointer<Item>

  init(
    of matrix: MatrixView, width: Int, isComplex: Bool, steps: Range<Int>, columns: Range<Int>,
    in start: UnsafeMutablePointer<Item>
  ) {
    self.matrix = matrix
    self.width = width
    self.isComplex = isComplex
    self.steps = steps
    self.columns = columns
    // Safe: only stored; the caller keeps memory of that many whole panels for as long as this is used.
    unsafe self.start = start
  }

  /// Steps, and columns, that a worker packs at a time.
  private static var taskSteps: Int { 32 }
  private static var taskColumns: Int { 1024 }
  private var taskRows: Int { (steps.count + Self.taskSteps - 1) / Self.taskSteps }
  private var taskLines: Int { (columns.count + Self.taskColumns - 1) / Self.taskColumns }

  var tasks: Int { taskRows * taskLines }

  func pack(task: Int) {
    let firstStep = steps.lowerBound + task / taskLines * Self.taskSteps
    let firstColumn = columns.lowerBound + task % taskLines * Self.taskColumns
    let steps = firstStep..<min(self.steps.upperBound, firstStep + Self.taskSteps)
    let end = min(columns.upperBound, firstColumn + Self.taskColumns)
    for column in stride(from: firstColumn, to: end, by: width) {
      let rest = columns.upperBound - column
      if rest < width { clear(from: rest, steps: steps, panelOf: column) }
    }
    let isByRows = abs(matrix.columnStride) <= abs(matrix.rowStride)
    if isComplex {
      packComplex(steps: steps, columns: firstColumn..<end, isByRows: isByRows)
    } else if isByRows {
      for step in steps { packRow(step, columns: firstColumn..<end) }
    } else {
      for column in firstColumn..<end { packColumn(column, steps: steps) }
    }
  }

  /// Where a number lies in its panel.
  @inline(__always)
  private func place(_ step: Int, _ column: Int) -> UnsafeMutablePointer<Item> {
    let (panel, place) = (column - columns.lowerBound).quotientAndRemainder(dividingBy: width)
    // Safe: the callers ask for steps and columns that are packed.
    return unsafe start + (panel * steps.count + step - steps.lowerBound) * width + place
  }

  private func clear(from first: Int, steps: Range<Int>, panelOf column: Int) {
    for step in steps {
      // Safe: the rest of a row of a panel.
      unsafe (place(step, column) + first).update(repeating: .zero, count: width - first)
    }
  }

  /// A row of a real matrix, panel by panel.
  @inline(__always)
  private func packRow(_ step: Int, columns: Range<Int>) {
    let size = MemoryLayout<Item>.size
    for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      let count = min(width, columns.upperBound - first)
      let target = unsafe place(step, first)
      let offset = step * matrix.rowStride + first * matrix.columnStride
      // Spelled apart so that the compiler sees the unit stride. Safe: the panel's row has the columns, and so has the matrix's.
      if matrix.columnStride == size {
        for column in 0..<count { unsafe target[column] = matrix.number(Item.self, atOffset: offset &+ column &* size) }
      } else {
        for column in 0..<count {
          unsafe target[column] = matrix.number(Item.self, atOffset: offset &+ column &* matrix.columnStride)
        }
      }
    }
  }

  /// A column of a real matrix.
  @inline(__always)
  private func packColumn(_ column: Int, steps: Range<Int>) {
    var target = unsafe place(steps.lowerBound, column)
    for step in steps {
      // Safe: the panel has a row for each step.
      unsafe target.pointee = matrix.number(
        Item.self, atOffset: step &* matrix.rowStride &+ column &* matrix.columnStride)
      unsafe target += width
    }
  }

  private func packComplex(steps: Range<Int>, columns: Range<Int>, isByRows: Bool) {
    let rows = steps.lowerBound / 2..<steps.upperBound / 2
    if isByRows {
      for row in rows {
        for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
          let numbers = first / 2..<min(columns.upperBound, first + width) / 2
          if matrix.columnStride == 2 * MemoryLayout<Item>.size {
            packNumbers(row: row, numbers, columnStride: 2 * MemoryLayout<Item>.size)
          } else {
            packNumbers(row: row, numbers, columnStride: matrix.columnStride)
          }
        }
      }
    } else {
      for column in columns.lowerBound / 2..<columns.upperBound / 2 {
        for row in rows { packNumbers(row: row, column..<column + 1, columnStride: matrix.columnStride) }
      }
    }
  }

  /// Complex numbers of a row, all in one panel, each as [[re, im], [-im, re]].
  @inline(__always)
  private func packNumbers(row: Int, _ columns: Range<Int>, columnStride: Int) {
    let upper = unsafe place(2 * row, 2 * columns.lowerBound)
    let offset = row * matrix.rowStride + columns.lowerBound * columnStride
    for column in 0..<columns.count {
      let real = matrix.number(Item.self, atOffset: offset &+ column &* columnStride)
      let imaginary = matrix.number(Item.self, atOffset: offset &+ column &* columnStride &+ MemoryLayout<Item>.size)
      // Safe: two rows of the panel, of which the columns lie within it.
      unsafe upper[2 * column] = real
      unsafe upper[2 * column + 1] = imaginary
      unsafe upper[width + 2 * column] = Item.negated(imaginary)
      unsafe upper[width + 2 * column + 1] = real
    }
  }
}
