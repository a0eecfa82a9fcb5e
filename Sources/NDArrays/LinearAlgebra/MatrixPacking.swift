internal import CNumPyIOKernels

/// Copies blocks of matrices into the panels that the innermost loop reads from front to end.
///
/// A complex matrix is packed as a real one of twice the size: the left factor as it lies, real and imaginary parts
/// side by side, the right one with every number as the 2 x 2 matrix that multiplies by it.
enum MatrixPacking {
  static var tileRows: Int { Int(NPYIO_TILE_ROWS) }

  /// One panel of the left factor: `tileRows` rows, column by column; rows beyond the matrix are zeros.
  ///
  /// - Parameter steps: The columns, counted in real numbers.
  @inline(__always)
  static func packLeft<Item: TileScalar>(
    _: Item.Type, _ matrix: MatrixView, firstRow: Int, steps: Range<Int>, isComplex: Bool,
    into panel: UnsafeMutablePointer<Item>
  ) {
    let height = tileRows
    let rows = min(height, matrix.rows - firstRow)
    for row in 0..<rows {
      // Safe: the panel has `tileRows` numbers for each step, and the matrix has the rows and columns that are asked of it.
      var target = unsafe panel + row
      if isComplex {
        for step in steps {
          unsafe target.pointee = matrix.number(Item.self, firstRow + row, step >> 1, part: step & 1)
          unsafe target += height
        }
      } else {
        for step in steps {
          unsafe target.pointee = matrix.number(Item.self, firstRow + row, step)
          unsafe target += height
        }
      }
    }
    for row in rows..<height {
      for step in 0..<steps.count { unsafe panel[step * height + row] = .zero }
    }
  }

  /// One panel of the right factor: `width` columns, row by row; columns beyond the matrix are zeros.
  @inline(__always)
  static func packRight<Item: TileScalar>(
    _: Item.Type, _ matrix: MatrixView, firstColumn: Int, steps: Range<Int>, width: Int, isComplex: Bool,
    into panel: UnsafeMutablePointer<Item>
  ) {
    let columns = min(width, (isComplex ? 2 * matrix.columns : matrix.columns) - firstColumn)
    if isComplex {
      for step in steps {
        let target = unsafe panel + (step - steps.lowerBound) * width
        for column in 0..<columns {
          // [[re, im], [-im, re]]: equal parts on the diagonal.
          let part = (step ^ (firstColumn + column)) & 1
          let number = matrix.number(Item.self, step >> 1, (firstColumn + column) >> 1, part: part)
          unsafe target[column] = part == 1 && step & 1 == 1 ? Item.negated(number) : number
        }
      }
    } else if abs(matrix.columnStride) <= abs(matrix.rowStride) {
      for step in steps {
        let target = unsafe panel + (step - steps.lowerBound) * width
        if matrix.columnStride == MemoryLayout<Item>.size {
          // Spelled apart so that the compiler sees the unit stride. Safe: the columns lie within the matrix.
          let source = unsafe matrix.start + step * matrix.rowStride + firstColumn * MemoryLayout<Item>.size
          for column in 0..<columns {
            unsafe target[column] =
              source.loadUnaligned(
                fromByteOffset: column * MemoryLayout<Item>.size, as: Item.self
              )
          }
        } else {
          for column in 0..<columns {
            unsafe target[column] = matrix.number(Item.self, step, firstColumn + column)
          }
        }
      }
    } else {
      for column in 0..<columns {
        var target = unsafe panel + column
        for step in steps {
          unsafe target.pointee = matrix.number(Item.self, step, firstColumn + column)
          unsafe target += width
        }
      }
    }
    if columns < width {
      for step in 0..<steps.count {
        for column in columns..<width { unsafe panel[step * width + column] = .zero }
      }
    }
  }
}
