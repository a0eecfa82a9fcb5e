extension RandomState {
  /// Integers in `low..<high`: NumPy's `randint(low, high, shape)`.
  ///
  /// - Precondition: `low < high`, and memory can hold the shape. ``randint(_:_:shape:dtype:)`` throws instead.
  public mutating func randint(_ low: Int, _ high: Int, shape: [Int]) -> NDArray<Int64> {
    randint(Int64(low), Int64(high), shape: shape, as: Int64.self)
  }

  /// Integers in `low..<high` of any type: NumPy's `randint(low, high, shape, dtype)`, which draws another stream for
  /// 8 and 16 bits than for 32 and 64.
  ///
  /// ```swift
  /// let bytes = random.randint(0, 100, shape: [10], as: UInt8.self)
  /// ```
  ///
  /// - Precondition: `low < high`, and memory can hold the shape. ``randint(_:_:shape:dtype:)`` throws instead.
  public mutating func randint<Element: ArrayElement & FixedWidthInteger>(
    _ low: Element, _ high: Element, shape: [Int], as type: Element.Type
  ) -> NDArray<Element> {
    precondition(low < high, "low >= high")
    return randint(in: low...(high - 1), shape: shape)
  }

  /// Integers in a closed range, so that the type's largest can be one of them: NumPy's
  /// `randint(low, high + 1, shape, dtype)`.
  ///
  /// - Precondition: Memory can hold the shape.
  public mutating func randint<Element: ArrayElement & FixedWidthInteger>(
    in range: ClosedRange<Element>, shape: [Int]
  ) -> NDArray<Element> {
    let low = UInt64(truncatingIfNeeded: range.lowerBound)
    let width = UInt64(truncatingIfNeeded: range.upperBound) &- low
    do throws(ArrayError) {
      return NDArray(unchecked: try integers(low: low, width: width, shape: shape, dtype: Element.checkedDType))
    } catch { fatalError(error.message) }
  }

  /// Truth values, each as likely: NumPy's `randint(0, 2, shape, dtype=bool)`.
  ///
  /// - Precondition: Memory can hold the shape.
  public mutating func randomBools(shape: [Int]) -> NDArray<Bool> {
    do throws(ArrayError) {
      return NDArray(unchecked: try integers(low: 0, width: 1, shape: shape, dtype: .bool))
    } catch { fatalError(error.message) }
  }

  /// Integers in `low..<high` of a dtype that is known at run time, `bool` included.
  ///
  /// `high` is one more than the largest number drawn, so that the largest `Int`, 2**63 - 1, cannot be drawn here: see
  /// ``randint(in:shape:)``.
  ///
  /// - Throws: ``ArrayError`` with NumPy's message if `low >= high`, a bound is outside the dtype, the dtype has no
  ///   integers, or the shape is none that memory can hold.
  public mutating func randint(_ low: Int, _ high: Int, shape: [Int], dtype: DType) throws(ArrayError)
    -> AnyNDArray
  {
    let dtype = dtype.native
    let bits = dtype.itemSize * 8
    let limits: ClosedRange<Int>
    switch dtype.kind {
    case .bool: limits = 0...1
    case .signedInteger: limits = (Int.min >> (64 - bits))...(Int.max >> (64 - bits))
    case .unsignedInteger: limits = 0...(bits == 64 ? Int.max : (1 << bits) - 1)
    default: throw ArrayError(.unsupported, "Unsupported dtype \(dtype.name) for randint")
    }
    guard low >= limits.lowerBound else {
      throw ArrayError(.badValue, "low is out of bounds for \(dtype.name)")
    }
    guard high == .min || high - 1 <= limits.upperBound else {
      throw ArrayError(.badValue, "high is out of bounds for \(dtype.name)")
    }
    guard low < high else { throw ArrayError(.badValue, "low >= high") }
    let start = UInt64(truncatingIfNeeded: low)
    return try integers(
      low: start, width: UInt64(truncatingIfNeeded: high - 1) &- start, shape: shape, dtype: dtype)
  }

  /// - Parameters:
  ///   - low: The smallest number, its bits widened or cut to 64.
  ///   - width: The largest less the smallest.
  private mutating func integers(
    low: UInt64, width: UInt64, shape: [Int], dtype: DType
  ) throws(ArrayError) -> AnyNDArray {
    let result = try AnyNDArray(uninitialized: shape, dtype: dtype)
    // Safe: the storage is new, aligned, and holds `count` items of the size that the case names.
    let memory = unsafe result.storage.baseAddress
    let count = result.count
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _):
      unsafe fillBools(memory.assumingMemoryBound(to: UInt8.self), count, low: UInt8(low), width: width)
    case (_, 1):
      unsafe fillPieces(
        memory.assumingMemoryBound(to: UInt8.self), count, low: UInt8(truncatingIfNeeded: low),
        width: UInt8(width))
    case (_, 2):
      unsafe fillPieces(
        memory.assumingMemoryBound(to: UInt16.self), count, low: UInt16(truncatingIfNeeded: low),
        width: UInt16(width))
    case (_, 4):
      unsafe fillWords(
        memory.assumingMemoryBound(to: UInt32.self), count, low: UInt32(truncatingIfNeeded: low),
        width: UInt32(width))
    default:
      let words = unsafe memory.assumingMemoryBound(to: UInt64.self)
      if let small = UInt32(exactly: width) {
        unsafe fillWords(words, count, low: low, width: small)
      } else {
        unsafe fillLongWords(words, count, low: low, width: width)
      }
    }
    return result
  }

  /// One draw a number, kept if it is within the width after masking.
  @inline(__always)
  private mutating func fillWords<Word: FixedWidthInteger & UnsignedInteger>(
    _ target: UnsafeMutablePointer<Word>, _ count: Int, low: Word, width: UInt32
  ) {
    guard width > 0 else { return unsafe target.initialize(repeating: low, count: count) }
    let mask = UInt32.max >> UInt32(width.leadingZeroBitCount)
    var done = 0
    while done < count {
      // No more draws at a time than numbers are missing, so that none is taken too many.
      twister.take(atMost: count - done) { draws in
        for index in draws.indices {
          let value = draws[index] & mask
          // Written without a branch: a number that is not kept is overwritten by the next. Safe: `done` is below
          // `count`, as fewer draws than `count - done` have come before this one.
          unsafe target[done] = low &+ Word(value)
          done += value <= width ? 1 : 0
        }
      }
    }
  }

  private mutating func fillLongWords(
    _ target: UnsafeMutablePointer<UInt64>, _ count: Int, low: UInt64, width: UInt64
  ) {
    let mask = UInt64.max >> UInt64(width.leadingZeroBitCount)
    for index in 0..<count {
      var value: UInt64
      repeat { value = twister.next64() & mask } while value > width
      // Safe: the index is below the count.
      unsafe target[index] = low &+ value
    }
  }

  /// Four or two numbers from one draw, the lowest bits first; what is left of the last draw is lost.
  @inline(__always)
  private mutating func fillPieces<Piece: FixedWidthInteger & UnsignedInteger>(
    _ target: UnsafeMutablePointer<Piece>, _ count: Int, low: Piece, width: Piece
  ) {
    guard width > 0 else { return unsafe target.initialize(repeating: low, count: count) }
    let mask = Piece.max >> Piece(width.leadingZeroBitCount)
    let pieces = 32 / Piece.bitWidth
    var done = 0
    while count - done >= pieces {
      var draw = twister.next()
      for _ in 0..<pieces {
        let value = Piece(truncatingIfNeeded: draw) & mask
        // As in `fillWords`, without a branch. Safe: at most `pieces` steps of one, and that many places are left.
        unsafe target[done] = low &+ value
        done += value <= width ? 1 : 0
        draw >>= UInt32(Piece.bitWidth)
      }
    }
    while done < count {
      var draw = twister.next()
      for _ in 0..<pieces where done < count {
        let value = Piece(truncatingIfNeeded: draw) & mask
        // Safe: `done` is below `count`.
        unsafe target[done] = low &+ value
        done += value <= width ? 1 : 0
        draw >>= UInt32(Piece.bitWidth)
      }
    }
  }

  private mutating func fillBools(
    _ target: UnsafeMutablePointer<UInt8>, _ count: Int, low: UInt8, width: UInt64
  ) {
    guard width > 0 else { return unsafe target.initialize(repeating: low, count: count) }
    var draw: UInt32 = 0
    for index in 0..<count {
      draw = index % 32 == 0 ? twister.next() : draw >> 1
      // Safe: the index is below the count.
      unsafe target[index] = UInt8(draw & 1)
    }
  }
}
