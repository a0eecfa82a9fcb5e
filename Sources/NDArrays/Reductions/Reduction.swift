internal import CNumPyIOKernels
internal import ParallelLoops

/// Walks over arrays for a reducer, in the order in which NumPy walks: that of memory.
struct Reduction: Sendable {
  let reducer: Reducer
  /// That of the result, whose elements are the reducer's states.
  let dtype: DType
  /// Whether runs are taken in as NumPy takes those of numbers in the other byte order: it brings that many at a time into the
  /// processor's, and reduces these.
  var isBuffered = false

  /// How many elements NumPy converts at a time: `np.getbufsize()`.
  static var bufferSize: Int { 8192 }

  /// All elements to one.
  func whole(_ array: AnyNDArray) throws(ArrayError) -> AnyNDArray {
    let result = try AnyNDArray(uninitialized: [], dtype: dtype)
    // Safe: the result is new and as large as a state.
    let state = unsafe result.storage.baseAddress
    unsafe reducer.begin(state, 1)
    if array.count > 0 {
      let plan = LoopPlan(shape: array.shape, first: array.strides, second: array.strides)
      plan.forEachRow { offset, _ in
        // Safe: the plan's rows lie within the array, which is held until the end of this function.
        unsafe take(
          array.firstElement + plan.firstOffset + offset, step: plan.inner.first, count: plan.inner.count, into: state,
          onAllCores: true)
      }
    }
    extendLifetime(array.storage)
    extendLifetime(result.storage)
    return result
  }

  /// The elements along one axis to one each.
  func along(_ axis: Int, _ array: AnyNDArray) throws(ArrayError) -> AnyNDArray {
    let (count, fullStep) = (array.shape[axis], array.strides[axis])
    let shape = Array(array.shape[..<axis] + array.shape[(axis + 1)...])
    let strides = Array(array.strides[..<axis] + array.strides[(axis + 1)...])
    let result = try AnyNDArray(uninitialized: shape, dtype: dtype)
    guard result.count > 0 else { return result }
    // Backwards axes are walked forwards in memory.
    let reduced = ItemAxis(
      count: count, step: abs(fullStep), start: fullStep < 0 && count > 0 ? (count - 1) * fullStep : 0)
    let nearest = shape.indices.filter { shape[$0] > 1 }.min { abs(strides[$0]) < abs(strides[$1]) }
    if let inner = nearest, abs(strides[inner]) < reduced.step, count > 0 {
      byRows(reduced, array, shape, strides, inner: inner, into: result)
    } else {
      let grain = 1 + ParallelGrain.bytes / reducer.itemSize / max(1, count)
      Parallel.forEachRange(of: result.count, grain: grain) { (range: Range<Int>) throws(Never) in
        // Safe: the result is new, and every index has its own place in it.
        let states = unsafe result.storage.baseAddress
        unsafe reducer.begin(states + range.lowerBound * reducer.stateSize, range.count)
        for index in count > 0 ? range : 0..<0 {
          var rest = index
          var offset = reduced.start
          for axis in shape.indices.reversed() {
            offset += rest % shape[axis] * strides[axis]
            rest /= shape[axis]
          }
          // Safe: the run is one of the array's, which the caller holds.
          unsafe take(
            array.firstElement + offset, step: reduced.step, count: count, into: states + index * reducer.stateSize,
            onAllCores: result.count == 1)
        }
      }
    }
    extendLifetime(array.storage)
    return result
  }

  private struct ItemAxis: Sendable {
    var count: Int
    var step: Int
    var start: Int
  }

  /// Takes a run into a state, on all cores where that is allowed and worth it.
  private func take(
    _ start: UnsafeRawPointer, step: Int, count: Int, into state: UnsafeMutableRawPointer, onAllCores: Bool
  ) {
    let size = ParallelGrain.bytes / reducer.itemSize
    // Safe: the callers' run and state, and parts of that run.
    let run = unsafe ItemRun<UInt8>(start, step: step, count: count)
    if isBuffered {
      for first in stride(from: 0, to: count, by: Reduction.bufferSize) {
        unsafe reducer.fold(run.part(first..<min(count, first + Reduction.bufferSize)), state, false)
      }
    } else if onAllCores, reducer.takesParts, count >= 2 * size {
      unsafe takeParts(of: size, run, into: state)
    } else {
      unsafe reducer.fold(run, state, onAllCores)
    }
  }

  /// Takes in the parts of a long run on all cores, for reducers whose order does not show.
  private func takeParts(of size: Int, _ run: ItemRun<UInt8>, into state: UnsafeMutableRawPointer) {
    let pieces = (run.count + size - 1) / size
    let storage = ArrayStorage(uninitializedByteCount: pieces * reducer.stateSize)
    // Safe: new memory of that many states, held until the end; every piece writes its own.
    let states = unsafe MatrixTarget(storage.baseAddress.assumingMemoryBound(to: UInt8.self))
    unsafe reducer.begin(states.start, pieces)
    Parallel.forEach(pieces) { (piece: Int) throws(Never) in
      let part = run.part((piece * size)..<min(run.count, (piece + 1) * size))
      unsafe reducer.fold(part, states.start + piece * reducer.stateSize, false)
    }
    unsafe reducer.combine(states.start, pieces, state)
    extendLifetime(storage)
  }

  /// Where another axis is nearer in memory: whole rows along it are taken in, one after the other.
  private func byRows(
    _ reduced: ItemAxis, _ array: AnyNDArray, _ shape: [Int], _ strides: [Int], inner: Int, into result: AnyNDArray
  ) {
    // States of a block stay in the nearest cache.
    let blockSize = (1 << 14) / reducer.stateSize
    let width = shape[inner]
    let blocks = (width + blockSize - 1) / blockSize
    let outer = shape.indices.filter { $0 != inner }
    let places = result.count / width
    let grain = ParallelGrain.bytes / reducer.itemSize
    let perTask = max(1, grain / (reduced.count * min(width, blockSize)))
    let tasks = (places * blocks + perTask - 1) / perTask
    Parallel.forEach(tasks) { (task: Int) throws(Never) in
      // Safe: new memory for the states of one block, given back at the end of the closure.
      unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 16) { states in
        guard let states = states.baseAddress else { return }
        for item in (task * perTask)..<min(places * blocks, (task + 1) * perTask) {
          var rest = item / blocks
          var (from, to) = (reduced.start, 0)
          for axis in outer.reversed() {
            from += rest % shape[axis] * strides[axis]
            to += rest % shape[axis] * result.strides[axis]
            rest /= shape[axis]
          }
          let first = item % blocks * blockSize
          let count = min(blockSize, width - first)
          unsafe reducer.begin(states, count)
          // Safe: the rows are the array's, which the caller holds, and there is a state for each item of a row.
          let start = unsafe array.firstElement + from + first * strides[inner]
          unsafe reducer.foldRows(
            ItemRows(start, step: strides[inner], count: count, rowStep: reduced.step, rowCount: reduced.count),
            states)
          // Safe: the result is new, and every item has its own places in it; states have 1 to 16 bytes.
          let step = result.strides[inner]
          _ = unsafe npyio_copy_items(
            CInt(reducer.stateSize), 0, npyio_vector_width(), states, reducer.stateSize,
            result.storage.baseAddress + to + first * step, step, count)
        }
      }
    }
  }
}
