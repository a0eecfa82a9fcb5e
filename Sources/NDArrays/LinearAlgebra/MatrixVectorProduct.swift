internal import ParallelLoops

/// A matrix times a column: bound by reading the matrix once, so it is read as it lies, without packing.
struct MatrixVectorProduct<Item: TileScalar> {
  let matrix: MatrixView
  /// One column, of as many rows as the matrix has columns.
  let vector: MatrixView
  /// Whether numbers are summed strictly one after the other.
  let isSummedInOrder: Bool

  /// How many numbers are summed in one go; longer rows are cut at multiples of it, whatever the number of workers.
  private static var piece: Int { 1 << 15 }

  /// Writes `matrix.rows` items.
  func write(to target: MatrixTarget<Item>, onAllCores: Bool) {
    let steps = matrix.columns
    let storage = ArrayStorage(uninitializedByteCount: steps * MemoryLayout<Item>.size)
    // Safe: new memory of that many numbers, held until the end of this function.
    let start = unsafe storage.baseAddress.bindMemory(to: Item.self, capacity: steps)
    for step in 0..<steps { unsafe (start + step).initialize(to: vector.number(Item.self, step, 0)) }
    let packed = unsafe MatrixTarget(start)

    if abs(matrix.columnStride) > abs(matrix.rowStride), matrix.rows > 1 {
      Parallel.forEachRange(of: matrix.rows, grain: onAllCores ? 64 + (1 << 16) / steps : .max) {
        (range: Range<Int>) throws(Never) in
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 1024) {
          addColumns(first..<min(range.upperBound, first + 1024), packed, to: target)
        }
      }
    } else if matrix.rows == 1, steps > 2 * Self.piece, !isSummedInOrder, onAllCores {
      let pieces = (steps + Self.piece - 1) / Self.piece
      let sums = ArrayStorage(uninitializedByteCount: pieces * MemoryLayout<Item>.size)
      // Safe: as above; every piece writes its own sum.
      let partial = unsafe MatrixTarget(sums.baseAddress.bindMemory(to: Item.self, capacity: pieces))
      Parallel.forEach(pieces) { (piece: Int) throws(Never) in
        let first = piece * Self.piece
        unsafe partial.start[piece] = dot(0, first..<min(steps, first + Self.piece), packed)
      }
      var sum = Item.zero
      for piece in 0..<pieces { sum = unsafe Item.sum(sum, partial.start[piece]) }
      unsafe target.start.initialize(to: sum)
      extendLifetime(sums)
    } else {
      Parallel.forEachRange(of: matrix.rows, grain: onAllCores ? 1 + (1 << 16) / steps : .max) {
        (range: Range<Int>) throws(Never) in
        for row in range {
          // Safe: every row has its own place in the target.
          unsafe (target.start + row).initialize(to: dot(row, 0..<steps, packed))
        }
      }
    }
    extendLifetime(storage)
  }

  /// A part of a row times the same part of the vector.
  @inline(__always)
  private func dot(_ row: Int, _ steps: Range<Int>, _ vector: MatrixTarget<Item>) -> Item {
    var step = steps.lowerBound
    var sum = Item.zero
    if !isSummedInOrder {
      // Eight sums, so that no addition waits for the one before.
      var (s0, s1, s2, s3) = (Item.zero, Item.zero, Item.zero, Item.zero)
      var (s4, s5, s6, s7) = (Item.zero, Item.zero, Item.zero, Item.zero)
      let size = MemoryLayout<Item>.size
      if matrix.columnStride == size {
        while step + 8 <= steps.upperBound {
          // Safe: eight items from `step` on lie within the row and the vector.
          let from = unsafe matrix.start + row * matrix.rowStride + step * size
          let x = unsafe vector.start + step
          unsafe s0 = Item.adding(from.loadUnaligned(as: Item.self), times: x[0], to: s0)
          unsafe s1 = Item.adding((from + size).loadUnaligned(as: Item.self), times: x[1], to: s1)
          unsafe s2 = Item.adding((from + 2 * size).loadUnaligned(as: Item.self), times: x[2], to: s2)
          unsafe s3 = Item.adding((from + 3 * size).loadUnaligned(as: Item.self), times: x[3], to: s3)
          unsafe s4 = Item.adding((from + 4 * size).loadUnaligned(as: Item.self), times: x[4], to: s4)
          unsafe s5 = Item.adding((from + 5 * size).loadUnaligned(as: Item.self), times: x[5], to: s5)
          unsafe s6 = Item.adding((from + 6 * size).loadUnaligned(as: Item.self), times: x[6], to: s6)
          unsafe s7 = Item.adding((from + 7 * size).loadUnaligned(as: Item.self), times: x[7], to: s7)
          step += 8
        }
      }
      sum = Item.sum(
        Item.sum(Item.sum(s0, s4), Item.sum(s1, s5)), Item.sum(Item.sum(s2, s6), Item.sum(s3, s7)))
    }
    while step < steps.upperBound {
      // Safe: the step lies within the vector.
      sum = unsafe Item.adding(matrix.number(Item.self, row, step), times: vector.start[step], to: sum)
      step += 1
    }
    return sum
  }

  /// The matrix's columns, each times a number, added up for some rows: for matrices whose columns run on in memory.
  @inline(__always)
  private func addColumns(_ rows: Range<Int>, _ vector: MatrixTarget<Item>, to target: MatrixTarget<Item>) {
    let storage = ArrayStorage(uninitializedByteCount: rows.count * MemoryLayout<Item>.size)
    // Safe: new memory of that many sums, held until the end of this function.
    let sums = unsafe storage.baseAddress.bindMemory(to: Item.self, capacity: rows.count)
    unsafe sums.initialize(repeating: .zero, count: rows.count)
    for step in 0..<matrix.columns {
      let factor = unsafe vector.start[step]
      if matrix.rowStride == MemoryLayout<Item>.size {
        // Spelled apart so that the compiler sees the unit stride. Safe: the rows lie within the matrix.
        let from =
          unsafe matrix.start + step * matrix.columnStride + rows.lowerBound * MemoryLayout<Item>.size
        for index in 0..<rows.count {
          let item = unsafe from.loadUnaligned(fromByteOffset: index * MemoryLayout<Item>.size, as: Item.self)
          unsafe sums[index] = Item.adding(item, times: factor, to: sums[index])
        }
      } else {
        for index in 0..<rows.count {
          let number = matrix.number(Item.self, rows.lowerBound + index, step)
          unsafe sums[index] = Item.adding(number, times: factor, to: sums[index])
        }
      }
    }
    for index in 0..<rows.count {
      unsafe (target.start + rows.lowerBound + index).initialize(to: sums[index])
    }
    extendLifetime(storage)
  }
}
