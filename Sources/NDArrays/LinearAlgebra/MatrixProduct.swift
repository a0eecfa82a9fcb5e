internal import CNumPyIOKernels
internal import ParallelLoops

/// The product of two matrices, as Goto and van de Geijn lay it out: both factors are packed block by block into
/// panels that stay in the caches, and tiles of the result are summed in registers.
///
/// Every element is summed in the order of the steps, whatever the number of workers, so results can be repeated.
struct MatrixProduct<Item: TileScalar> {
  /// Steps per block: two vectors of the right panel for that many steps fit the nearest cache.
  private static var blockSteps: Int { 256 }
  /// The most rows, or columns, that are packed at a time; bounds the memory for packing.
  private static var blockSide: Int { 3072 }
  /// Rows that a worker takes at a time: they stay in the second cache.
  private static var taskRows: Int { 96 }
  /// Below this many multiplications packing costs more than it saves.
  static var smallWork: Int { 2048 }
  /// Up to this size the right matrix is not packed: it stays in the second cache.
  private static var unpackedBytes: Int { 1 << 17 }
  /// How many multiplications are worth another thread.
  private static var sharedWork: Int { 1 << 19 }

  let left: MatrixView
  let right: MatrixView
  let isComplex: Bool
  /// Whether numbers are summed strictly one after the other: where they are rounded, and NumPy does so.
  var isSummedInOrder = false
  var onAllCores = true
  /// The width of vectors in bytes.
  var vectorWidth = npyio_vector_width()

  private var parts: Int { isComplex ? 2 : 1 }

  /// Writes the product to memory of `left.rows * right.columns` items (twice as many for complex numbers).
  func write(to target: MatrixTarget<Item>) {
    let (rows, columns) = (left.rows, right.columns)
    let (work, overflow) = rows.multipliedReportingOverflow(by: columns &* left.columns)
    if writeUnpacked(to: target) { return }
    if !overflow, work <= MatrixProduct.smallWork {
      writeSmall(to: target, rows: 0..<rows)
    } else if rows == 1 || columns == 1 {
      if isComplex {
        Parallel.forEachRange(of: rows, grain: 1 + (1 << 15) / left.columns) { (range: Range<Int>) in
          writeSmall(to: target, rows: range)
        }
      } else {
        let product = MatrixVectorProduct<Item>(
          matrix: columns == 1 ? left : right.transposed, vector: columns == 1 ? right : left.transposed,
          isSummedInOrder: isSummedInOrder)
        product.write(to: target, onAllCores: onAllCores)
      }
    } else {
      // Safe: the memory is the caller's, of that many numbers.
      unsafe target.start.initialize(repeating: .zero, count: rows * columns * parts)
      accumulate(in: target)
    }
  }

  /// Multiplies by a matrix that stays in the second cache as it lies, by a loop in C; false, having done nothing, where there is
  /// none.
  private func writeUnpacked(to target: MatrixTarget<Item>) -> Bool {
    let (size, columns, steps) = (MemoryLayout<Item>.size, right.columns, left.columns)
    guard let type = Item.productKernel, !isSummedInOrder, !isComplex, left.rows > 1, columns > 1,
      right.columnStride == size,
      steps <= MatrixProduct.unpackedBytes / size / columns
    else { return false }
    // Safe: the loop reads the rows that it is given, all of the right matrix, and writes as many rows of the target, each of
    // which is one worker's.
    let multiply = { @Sendable (rows: Range<Int>) in
      unsafe npyio_small_product(
        type, vectorWidth, rows.count, steps, columns,
        npyio_matrix(
          items: left.start + rows.lowerBound * left.rowStride, row_step: left.rowStride, column_step: left.columnStride
        ),
        npyio_matrix(items: right.start, row_step: right.rowStride, column_step: right.columnStride),
        target.start + rows.lowerBound * columns) != 0
    }
    // No rows to ask; any others are all done, or none.
    guard multiply(0..<0) else { return false }
    let grain = onAllCores ? 1 + MatrixProduct.sharedWork / (columns * steps) : .max
    Parallel.forEachRange(of: left.rows, grain: grain) { (rows: Range<Int>) throws(Never) in _ = multiply(rows) }
    return true
  }

  /// Three plain loops, for a few numbers.
  private func writeSmall(to target: MatrixTarget<Item>, rows: Range<Int>) {
    for row in rows {
      for column in 0..<right.columns {
        let place = unsafe target.start + (row * right.columns + column) * parts
        var sum = Item.zero
        var imaginary = Item.zero
        for step in 0..<left.columns {
          let a = left.number(Item.self, row, step)
          let b = right.number(Item.self, step, column)
          sum = Item.adding(a, times: b, to: sum)
          if isComplex {
            let aImaginary = left.number(Item.self, row, step, part: 1)
            let bImaginary = right.number(Item.self, step, column, part: 1)
            sum = Item.adding(Item.negated(aImaginary), times: bImaginary, to: sum)
            imaginary = Item.adding(a, times: bImaginary, to: imaginary)
            imaginary = Item.adding(aImaginary, times: b, to: imaginary)
          }
        }
        // Safe: the place, and for complex numbers the one after it, lies within the target.
        unsafe place.initialize(to: sum)
        if isComplex { unsafe (place + 1).initialize(to: imaginary) }
      }
    }
  }

  /// Adds the product to sums, packed in C order, that hold zeros.
  private func accumulate(in sums: MatrixTarget<Item>) {
    let height = MatrixPacking.tileRows
    let width = 2 * Int(vectorWidth) / MemoryLayout<Item>.size
    let (rows, columns, steps) = (left.rows, right.columns * parts, left.columns * parts)
    let packedRows = (min(rows, MatrixProduct.blockSide) + height - 1) / height * height
    let packedColumns = (min(columns, MatrixProduct.blockSide) + width - 1) / width * width
    let depth = min(steps, MatrixProduct.blockSteps)
    let leftStorage = ArrayStorage(uninitializedByteCount: packedRows * depth * MemoryLayout<Item>.size)
    let rightStorage = ArrayStorage(uninitializedByteCount: packedColumns * depth * MemoryLayout<Item>.size)
    // Safe: new memory, used until the end of this function, which holds the storages.
    let leftPanels = unsafe MatrixTarget(
      leftStorage.baseAddress.bindMemory(to: Item.self, capacity: packedRows * depth))
    let rightPanels = unsafe MatrixTarget(
      rightStorage.baseAddress.bindMemory(to: Item.self, capacity: packedColumns * depth))

    for columnBlock in MatrixProduct.blocks(of: columns, MatrixProduct.blockSide) {
      for stepBlock in MatrixProduct.blocks(of: steps, MatrixProduct.blockSteps) {
        let panels = unsafe RightPanels<Item>(
          of: right, width: width, isComplex: isComplex, steps: stepBlock, columns: columnBlock, in: rightPanels.start)
        spread(panels.tasks) { panels.pack(task: $0) }
        for rowBlock in MatrixProduct.blocks(of: rows, MatrixProduct.blockSide) {
          multiply(
            rowBlock, columnBlock, stepBlock, width: width, leftPanels: leftPanels, rightPanels: rightPanels,
            into: sums)
        }
      }
    }
    extendLifetime(leftStorage)
    extendLifetime(rightStorage)
  }

  /// One block of rows against the packed right panels.
  private func multiply(
    _ rowBlock: Range<Int>, _ columnBlock: Range<Int>, _ stepBlock: Range<Int>, width: Int,
    leftPanels: MatrixTarget<Item>, rightPanels: MatrixTarget<Item>, into sums: MatrixTarget<Item>
  ) {
    let height = MatrixPacking.tileRows
    let columns = right.columns * parts
    let rowTasks = MatrixProduct.blocks(of: rowBlock.count, MatrixProduct.taskRows)
    // With few rows the columns are shared out as well.
    let wanted = onAllCores ? 4 * Parallel.workers : 1
    let panels = (columnBlock.count + width - 1) / width
    let pieces = max(1, min(panels, (wanted + rowTasks.count - 1) / rowTasks.count))
    let panelsEach = (panels + pieces - 1) / pieces
    spread(rowTasks.count) { (task: Int) in
      for row in stride(from: rowTasks[task].lowerBound, to: rowTasks[task].upperBound, by: height) {
        unsafe MatrixPacking.packLeft(
          Item.self, left, firstRow: rowBlock.lowerBound + row, steps: stepBlock, isComplex: isComplex,
          into: leftPanels.start + row * stepBlock.count)
      }
    }
    spread(rowTasks.count * pieces) { (task: Int) in
      let taskRows = rowTasks[task / pieces]
      let firstPanel = task % pieces * panelsEach
      let edge = ArrayStorage(uninitializedByteCount: height * width * MemoryLayout<Item>.size)
      // Safe: new memory of one tile, held until the end of this closure.
      let edgeTile = unsafe edge.baseAddress.bindMemory(to: Item.self, capacity: height * width)
      for panel in firstPanel..<max(firstPanel, min(panels, firstPanel + panelsEach)) {
        let column = columnBlock.lowerBound + panel * width
        let tileColumns = min(width, columnBlock.upperBound - column)
        for row in stride(from: taskRows.lowerBound, to: taskRows.upperBound, by: height) {
          let tileRows = min(height, rowBlock.count - row)
          // Safe: panels begin at multiples of their sizes; the tile's rows and columns lie within the sums.
          let a = unsafe UnsafePointer(leftPanels.start + row * stepBlock.count)
          let b = unsafe UnsafePointer(rightPanels.start + panel * stepBlock.count * width)
          let c = unsafe sums.start + (rowBlock.lowerBound + row) * columns + column
          if tileRows == height, tileColumns == width {
            unsafe Item.multiplyTile(vectorWidth, stepBlock.count, a, b, c, columns)
            continue
          }
          // At the edge the kernel works on a full tile of its own. Safe: copies stay within both.
          unsafe edgeTile.initialize(repeating: .zero, count: height * width)
          for line in 0..<tileRows {
            unsafe (edgeTile + line * width).update(from: c + line * columns, count: tileColumns)
          }
          unsafe Item.multiplyTile(vectorWidth, stepBlock.count, a, b, edgeTile, width)
          for line in 0..<tileRows {
            unsafe (c + line * columns).update(from: edgeTile + line * width, count: tileColumns)
          }
        }
      }
      extendLifetime(edge)
    }
  }

  private func spread(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if onAllCores {
      Parallel.forEach(count) { (index: Int) throws(Never) in body(index) }
    } else {
      for index in 0..<count { body(index) }
    }
  }

  private static func blocks(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }
}
