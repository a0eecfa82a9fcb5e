internal import CNumPyIOKernels
internal import ParallelLoops

/// A matrix times a column: bound by reading the matrix once, so it is read as it lies, without packing.
///
/// A product of complex numbers is made of two of real ones. By rows, `matrix` is one of twice as many columns, and so are the
/// factors, (re, -im) for the real parts and (im, re) for the imaginary ones; by columns, it is one of twice as many rows, the
/// factors are the real parts, and the imaginary ones, and `merge` puts together what comes of them.
struct MatrixVectorProduct<Item: TileScalar> {
  let matrix: MatrixView
  /// One column, of as many rows as the matrix has columns.
  let vector: MatrixView
  let isComplex: Bool
  /// Whether numbers are summed strictly one after the other.
  let isSummedInOrder: Bool
  /// The width of vectors in bytes.
  let vectorWidth: Int32

  /// How many numbers are summed in one go; longer rows are cut at multiples of it, whatever the number of workers.
  private static var piece: Int { 1 << 15 }
  /// How many multiplications are worth another thread.
  private static var sharedWork: Int { 1 << 17 }

  private var parts: Int { isComplex ? 2 : 1 }
  private var itemSize: Int { parts * MemoryLayout<Item>.size }
  /// Whether the columns of the matrix run on in memory, and are added up.
  private var isByColumns: Bool {
    matrix.rowStride == itemSize && matrix.rows > 1 && abs(matrix.columnStride) > matrix.rowStride
  }
  /// The numbers of a factor.
  private var length: Int { matrix.columns * (isByColumns ? 1 : parts) }

  /// Writes `matrix.rows` items.
  func write(to target: MatrixTarget<Item>, onAllCores: Bool) {
    let steps = matrix.columns
    if !isComplex, vector.rowStride == itemSize {
      // Safe: the vector lies packed where it is, and is only read.
      return unsafe write(vector.start, to: target, onAllCores: onAllCores)
    }
    let storage = ArrayStorage(uninitializedByteCount: parts * length * MemoryLayout<Item>.size)
    // Safe: new memory for the factors, each of `length` numbers, held until the end of this function.
    let start = unsafe storage.baseAddress.bindMemory(to: Item.self, capacity: parts * length)
    for step in 0..<steps {
      let real = vector.number(Item.self, step, 0)
      guard isComplex else {
        unsafe (start + step).initialize(to: real)
        continue
      }
      let imaginary = vector.number(Item.self, step, 0, part: 1)
      if isByColumns {
        unsafe (start + step).initialize(to: real)
        unsafe (start + length + step).initialize(to: imaginary)
      } else {
        unsafe (start + 2 * step).initialize(to: real)
        unsafe (start + 2 * step + 1).initialize(to: Item.negated(imaginary))
        unsafe (start + length + 2 * step).initialize(to: imaginary)
        unsafe (start + length + 2 * step + 1).initialize(to: real)
      }
    }
    unsafe write(start, to: target, onAllCores: onAllCores)
    extendLifetime(storage)
  }

  private func write(_ factors: UnsafeRawPointer, to target: MatrixTarget<Item>, onAllCores: Bool) {
    // Safe: factors and target are the caller's, who keeps them; every row, and every piece, is one worker's.
    let factors = unsafe MatrixView(factors, rows: parts, columns: length, rowStride: 0, columnStride: 0)
    let steps = matrix.columns
    if matrix.rows == 1, steps > 2 * Self.piece, !isSummedInOrder, onAllCores {
      let pieces = (steps + Self.piece - 1) / Self.piece
      let storage = ArrayStorage(uninitializedByteCount: pieces * itemSize)
      let sums = unsafe MatrixTarget(storage.baseAddress.bindMemory(to: Item.self, capacity: pieces * parts))
      Parallel.forEach(pieces) { (piece: Int) throws(Never) in
        let first = piece * Self.piece
        unsafe multiplyRows(0..<1, first..<min(steps, first + Self.piece), factors, to: sums.start + piece * parts)
      }
      for part in 0..<parts {
        var sum = Item.zero
        for piece in 0..<pieces { sum = unsafe Item.sum(sum, sums.start[piece * parts + part]) }
        unsafe (target.start + part).initialize(to: sum)
      }
      extendLifetime(storage)
      return
    }
    let grain = onAllCores ? (isByColumns ? 64 : 1) + Self.sharedWork / (steps * parts * parts) : .max
    Parallel.forEachRange(of: matrix.rows, grain: grain) { (rows: Range<Int>) throws(Never) in
      let place = unsafe target.start + rows.lowerBound * parts
      if isByColumns {
        unsafe addColumns(rows, factors, to: place)
      } else if isSummedInOrder {
        for row in rows { unsafe (place + (row - rows.lowerBound)).initialize(to: orderedSum(row, factors)) }
      } else {
        unsafe multiplyRows(rows, 0..<steps, factors, to: place)
      }
    }
  }

  /// One number of a row after the other.
  private func orderedSum(_ row: Int, _ factors: MatrixView) -> Item {
    var sum = Item.zero
    for step in 0..<matrix.columns {
      let factor = factors.number(Item.self, atOffset: step * MemoryLayout<Item>.size)
      sum = Item.adding(matrix.number(Item.self, row, step), times: factor, to: sum)
    }
    return sum
  }

  /// Some columns of rows, each times its factor. Rows whose numbers lie apart are brought together, one at a time.
  private func multiplyRows(
    _ rows: Range<Int>, _ steps: Range<Int>, _ factors: MatrixView, to target: UnsafeMutablePointer<Item>
  ) {
    let isPacked = matrix.columnStride == itemSize || steps.count == 1
    let rowsAtOnce = isPacked ? (isComplex ? min(64, rows.count) : rows.count) : 1
    let sums = ArrayStorage(uninitializedByteCount: isComplex ? rowsAtOnce * itemSize : 0)
    let room = ArrayStorage(uninitializedByteCount: isPacked ? 0 : steps.count * itemSize)
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsAtOnce) {
      let count = min(rowsAtOnce, rows.upperBound - first)
      // Safe: rows and steps lie within the matrix and the factors, and the target has `parts` numbers for each row.
      unsafe multiplyBlock(
        first, count, steps, factors, isPacked ? nil : room.baseAddress,
        isComplex ? sums.baseAddress.bindMemory(to: Item.self, capacity: 2 * count) : target + (first - rows.lowerBound)
      )
      guard isComplex else { continue }
      let from = unsafe UnsafePointer(sums.baseAddress.assumingMemoryBound(to: Item.self))
      for row in 0..<count {
        let place = unsafe target + 2 * (first - rows.lowerBound + row)
        unsafe place.initialize(to: from[row])
        unsafe (place + 1).initialize(to: from[count + row])
      }
    }
    extendLifetime(sums)
    extendLifetime(room)
  }

  /// Rows one after the other times each factor; the results of a factor follow those of the one before.
  ///
  /// - Parameter room: Memory for the one row, if its numbers lie apart.
  private func multiplyBlock(
    _ first: Int, _ count: Int, _ steps: Range<Int>, _ factors: MatrixView, _ room: UnsafeMutableRawPointer?,
    _ sums: UnsafeMutablePointer<Item>
  ) {
    // Safe: the callers ask for rows and steps of the matrix; `room` has room for the steps, and `sums` for the results.
    var from = unsafe matrix.start + (first * matrix.rowStride + steps.lowerBound * matrix.columnStride)
    if let room = unsafe room {
      unsafe npyio_copy_items(
        Int32(itemSize), 0, vectorWidth, from, matrix.columnStride, room, itemSize, steps.count)
      unsafe from = UnsafeRawPointer(room)
    }
    _ = unsafe npyio_vector_product(
      Item.number, vectorWidth, 0, from, matrix.rowStride, count, steps.count * parts, isComplex ? length : 0,
      factors.start + steps.lowerBound * itemSize, sums)
  }

  /// The matrix's columns, each times its factor, added up for some rows.
  private func addColumns(_ rows: Range<Int>, _ factors: MatrixView, to target: UnsafeMutablePointer<Item>) {
    // So many that their sums stay in the nearest cache.
    let rowsAtOnce = min(1024 / (parts * parts), rows.count)
    let sums = ArrayStorage(uninitializedByteCount: isComplex ? 2 * rowsAtOnce * itemSize : 0)
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsAtOnce) {
      let count = min(rowsAtOnce, rows.upperBound - first) * parts
      // Safe: rows and columns lie within the matrix; the target, and the memory for sums, have `parts` numbers for each row.
      let place = unsafe target + (first - rows.lowerBound) * parts
      let made = unsafe isComplex ? sums.baseAddress.bindMemory(to: Item.self, capacity: 2 * count) : place
      _ = unsafe npyio_vector_product(
        Item.number, vectorWidth, 1, matrix.start + first * matrix.rowStride, matrix.columnStride, count,
        matrix.columns, isComplex ? length : 0, factors.start, made)
      if isComplex { unsafe merge(made, count: count, into: place) }
    }
    extendLifetime(sums)
  }

  /// Numbers that were multiplied by real parts, and after them the same by imaginary parts, to complex ones.
  private func merge(_ sums: UnsafePointer<Item>, count: Int, into target: UnsafeMutablePointer<Item>) {
    for place in stride(from: 0, to: count, by: 2) {
      // Safe: there are `count` numbers of each kind, which is even, and in the target.
      unsafe (target + place).initialize(to: Item.sum(sums[place], Item.negated(sums[count + place + 1])))
      unsafe (target + place + 1).initialize(to: Item.sum(sums[place + 1], sums[count + place]))
    }
  }
}
