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
    if rows == 1 || columns == 1 {
      let product = MatrixVectorProduct<Item>(
        matrix: columns == 1 ? left : right.transposed, vector: columns == 1 ? right : left.transposed,
        isComplex: isComplex, isSummedInOrder: isSummedInOrder, vectorWidth: vectorWidth)
      product.write(to: target, onAllCores: onAllCores)
    } else if !overflow, work <= MatrixProduct.smallWork {
      writeSmall(to: target)
    } else {
      accumulate(in: target)
    }
  }

  /// Multiplies by a matrix that stays in the second cache as it lies, by a loop in C; false, having done nothing, where there is
  /// none.
  private func writeUnpacked(to target: MatrixTarget<Item>) -> Bool {
    let (size, columns, steps) = (MemoryLayout<Item>.size, right.columns, left.columns)
    guard !isSummedInOrder, !isComplex, left.rows > 1, columns > 1,
      right.columnStride == size,
      steps <= MatrixProduct.unpackedBytes / size / columns
    else { return false }
    // Safe: the loop reads the rows that it is given, all of the right matrix, and writes as many rows of the target, each of
    // which is one worker's.
    let multiply = { @Sendable (rows: Range<Int>) in
      unsafe npyio_small_product(
        Item.number, vectorWidth, rows.count, steps, columns,
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
  private func writeSmall(to target: MatrixTarget<Item>) {
    for row in 0..<left.rows {
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

  /// Sums of blocks of steps, added up in memory of that many numbers, packed in C order.
  private func accumulate(in sums: MatrixTarget<Item>) {
    let (rows, columns, steps) = (left.rows, right.columns * parts, left.columns * parts)
    let (packedRows, packedColumns) = (
      MatrixProduct.padded(min(rows, MatrixProduct.blockSide), to: tileRows),
      MatrixProduct.padded(min(columns, MatrixProduct.blockSide), to: tileColumns)
    )
    let depth = min(steps, MatrixProduct.blockSteps)
    let leftStorage = ArrayStorage(uninitializedByteCount: packedRows * depth * MemoryLayout<Item>.size)
    let rightStorage = ArrayStorage(uninitializedByteCount: packedColumns * depth * MemoryLayout<Item>.size)
    // Safe: new memory, used until the end of this function, which holds the storages.
    let leftPanels = unsafe MatrixTarget(
      leftStorage.baseAddress.bindMemory(to: Item.self, capacity: packedRows * depth))
    let rightPanels = unsafe MatrixTarget(
      rightStorage.baseAddress.bindMemory(to: Item.self, capacity: packedColumns * depth))
    var blocks: [Block] = []
    for columnBlock in MatrixProduct.blocks(of: columns, MatrixProduct.blockSide) {
      for stepBlock in MatrixProduct.blocks(of: steps, MatrixProduct.blockSteps) {
        let panels = unsafe RightPanels<Item>(
          of: right, width: tileColumns, isComplex: isComplex, steps: stepBlock, columns: columnBlock,
          in: rightPanels.start)
        for rowBlock in MatrixProduct.blocks(of: rows, MatrixProduct.blockSide) {
          blocks.append(
            Block(
              rows: rowBlock, columns: columnBlock, steps: stepBlock, panels: panels, left: leftPanels, sums: sums,
              packsRight: rowBlock.lowerBound == 0))
        }
      }
    }
    multiply(blocks)
    extendLifetime(leftStorage)
    extendLifetime(rightStorage)
  }

  private var tileRows: Int { MatrixPacking.tileRows }
  private var tileColumns: Int { 2 * Int(vectorWidth) / MemoryLayout<Item>.size }

  /// Rows, columns and steps that are packed, and then multiplied.
  private struct Block {
    let rows: Range<Int>
    let columns: Range<Int>
    let steps: Range<Int>
    let panels: RightPanels<Item>
    let left: MatrixTarget<Item>
    let sums: MatrixTarget<Item>
    /// Whether the panels of the right factor are those of the block before.
    let packsRight: Bool

    /// The rows of each task, from the first one of the block on.
    var rowTasks: [Range<Int>] { MatrixProduct.blocks(of: rows.count, MatrixProduct.taskRows) }
  }

  /// Two stages for each block: to pack it, and to multiply what is packed.
  private func multiply(_ blocks: [Block]) {
    let rowTasks = blocks.map(\.rowTasks)
    let panelTasks = blocks.map { $0.packsRight ? $0.panels.tasks : 0 }
    // With few rows the columns are shared out as well. Tasks are so many that no thread waits long for another's last.
    let wanted = onAllCores && Parallel.workers > 1 ? 12 * Parallel.workers : 1
    let panelsEach = blocks.indices.map { block in
      let panels = (blocks[block].columns.count + tileColumns - 1) / tileColumns
      let pieces = max(1, min(panels, (wanted + rowTasks[block].count - 1) / rowTasks[block].count))
      return (panels + pieces - 1) / pieces
    }
    let pieces = blocks.indices.map { block in
      (blocks[block].columns.count + tileColumns * panelsEach[block] - 1) / (tileColumns * panelsEach[block])
    }
    let counts = blocks.indices.flatMap { block in
      [panelTasks[block] + rowTasks[block].count, rowTasks[block].count * pieces[block]]
    }
    let work = { @Sendable (stage: Int, task: Int) in
      let block = stage / 2
      if stage % 2 == 1 {
        let columns = task % pieces[block] * panelsEach[block] * tileColumns
        multiply(
          blocks[block], rows: rowTasks[block][task / pieces[block]],
          columns: columns..<min(blocks[block].columns.count, columns + panelsEach[block] * tileColumns))
      } else if task < panelTasks[block] {
        blocks[block].panels.pack(task: task)
      } else {
        packLeft(blocks[block], rows: rowTasks[block][task - panelTasks[block]])
      }
    }
    for stage in counts.indices {
      if onAllCores {
        Parallel.forEach(counts[stage]) { task in work(stage, task) }
      } else {
        for task in 0..<counts[stage] { work(stage, task) }
      }
    }
  }

  private func packLeft(_ block: Block, rows: Range<Int>) {
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: tileRows) {
      // Safe: the panels have room for all rows of the block.
      unsafe MatrixPacking.packLeft(
        Item.self, left, firstRow: block.rows.lowerBound + row, steps: block.steps, isComplex: isComplex,
        into: block.left.start + row * block.steps.count)
    }
    guard block.steps.lowerBound == 0, block.columns.lowerBound == 0 else { return }
    // Safe: these rows of the sums are this task's, and nobody has added to them yet.
    let columns = right.columns * parts
    unsafe (block.sums.start + (block.rows.lowerBound + rows.lowerBound) * columns).initialize(
      repeating: .zero, count: rows.count * columns)
  }

  /// Some rows of a block against some of its columns, which begin with a panel.
  private func multiply(_ block: Block, rows: Range<Int>, columns: Range<Int>) {
    let (height, width, steps, row) = (tileRows, tileColumns, block.steps.count, right.columns * parts)
    let edge = ArrayStorage(uninitializedByteCount: height * width * MemoryLayout<Item>.size)
    // Safe: new memory of one tile, held until the end of this function.
    let edgeTile = unsafe edge.baseAddress.bindMemory(to: Item.self, capacity: height * width)
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      let columnsHere = min(width, columns.upperBound - column)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: height) {
        let rowsHere = min(height, rows.upperBound - first)
        // Safe: panels begin at multiples of their sizes; the tile's rows and columns lie within the sums.
        let a = unsafe UnsafePointer(block.left.start + first * steps)
        let b = unsafe UnsafePointer(block.panels.start + column * steps)
        let c = unsafe block.sums.start + (block.rows.lowerBound + first) * row + block.columns.lowerBound + column
        if rowsHere == height, columnsHere == width {
          unsafe Item.multiplyTile(vectorWidth, steps, a, b, c, row)
          continue
        }
        // At the edge the kernel works on a full tile of its own. Safe: copies stay within both.
        unsafe edgeTile.initialize(repeating: .zero, count: height * width)
        for line in 0..<rowsHere {
          unsafe (edgeTile + line * width).update(from: c + line * row, count: columnsHere)
        }
        unsafe Item.multiplyTile(vectorWidth, steps, a, b, edgeTile, width)
        for line in 0..<rowsHere {
          unsafe (c + line * row).update(from: edgeTile + line * width, count: columnsHere)
        }
      }
    }
    extendLifetime(edge)
  }

  private static func padded(_ count: Int, to size: Int) -> Int { (count + size - 1) / size * size }

  private static func blocks(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }
}
