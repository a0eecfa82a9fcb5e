internal import CNumPyIOKernels
internal import ParallelLoops

/// How many items become one.
protocol Reducer: Sendable {
  /// An item as it lies in memory.
  associatedtype Item: BitwiseCopyable
  /// What is known of the items so far; at the end the result, as it lies in memory.
  associatedtype State: BitwiseCopyable & Sendable
  /// The state before the first item.
  var initial: State { get }
  /// Takes in a whole run at once.
  func fold(_ state: State, _ run: ItemRun<Item>, onAllCores: Bool) -> State
  /// Takes in one item.
  func step(_ state: State, _ item: Item) -> State
  /// Takes rows of items into as many states as each has items, one row after the other; false, having done nothing, if there is
  /// no quicker way than item by item.
  func step(_ states: UnsafeMutablePointer<State>, _ rows: ItemRows) -> Bool
}

/// Rows of items in memory, for loops in C.
///
/// The caller that makes one keeps the memory alive, and unchanged, while the rows are used.
@safe struct ItemRows {
  let start: UnsafeRawPointer
  /// The distance in bytes from one item of a row to the next.
  let step: Int
  let count: Int
  /// The distance in bytes from one row to the next.
  let rowStep: Int
  let rowCount: Int

  init(_ start: UnsafeRawPointer, step: Int, count: Int, rowStep: Int, rowCount: Int) {
    // Safe: only stored; the caller that makes rows keeps their items in memory as long as they are used.
    unsafe self.start = start
    (self.step, self.count, self.rowStep, self.rowCount) = (step, count, rowStep, rowCount)
  }

  /// Takes the rows into states, by an operation of the loops in C; false if they have none for the type.
  func fold(_ operation: npyio_operation, _ type: npyio_number?, into states: UnsafeMutableRawPointer) -> Bool {
    guard let type else { return false }
    // Safe: the caller has a state for each item of a row.
    return unsafe npyio_fold_rows(operation, type, npyio_vector_width(), states, start, step, rowStep, rowCount, count)
      != 0
  }
}

extension Reducer {
  func step(_ states: UnsafeMutablePointer<State>, _ rows: ItemRows) -> Bool { false }

  /// Folds the parts of a long run on all cores, for reducers whose order does not show.
  func foldParts(
    _ state: State, _ run: ItemRun<Item>, fold: @Sendable (State, ItemRun<Item>) -> State,
    combine: (State, State) -> State
  ) -> State {
    let size = ParallelGrain.bytes / MemoryLayout<Item>.size
    guard run.count >= 2 * size else { return fold(state, run) }
    let pieces = (run.count + size - 1) / size
    let storage = ArrayStorage(uninitializedByteCount: pieces * MemoryLayout<State>.stride)
    // Safe: new memory of that many states, held until the end; every piece writes its own.
    let states = unsafe MatrixTarget(storage.baseAddress.bindMemory(to: State.self, capacity: pieces))
    Parallel.forEach(pieces) { (piece: Int) throws(Never) in
      let part = run.part((piece * size)..<min(run.count, (piece + 1) * size))
      unsafe (states.start + piece).initialize(to: fold(initial, part))
    }
    var result = state
    for piece in 0..<pieces { result = unsafe combine(result, states.start[piece]) }
    extendLifetime(storage)
    return result
  }
}

/// Walks over arrays for reducers, in the order in which NumPy walks: that of memory.
enum Reduction {
  /// All elements to one.
  static func whole<R: Reducer>(_ array: AnyNDArray, _ reducer: R, dtype: DType) throws(ArrayError) -> AnyNDArray {
    let result = try AnyNDArray(uninitialized: [], dtype: dtype)
    var state = reducer.initial
    if array.count > 0 {
      let plan = LoopPlan(shape: array.shape, first: array.strides, second: array.strides)
      plan.forEachRow { offset, _ in
        // Safe: the plan's rows lie within the array, which is held until the end of this function.
        let run = unsafe ItemRun<R.Item>(
          array.firstElement + plan.firstOffset + offset, step: plan.inner.first, count: plan.inner.count)
        state = reducer.fold(state, run, onAllCores: true)
      }
    }
    extendLifetime(array.storage)
    // Safe: the result is new and as large as a state.
    unsafe result.storage.baseAddress.storeBytes(of: state, as: R.State.self)
    return result
  }

  /// The elements along one axis to one each.
  static func along<R: Reducer>(
    _ axis: Int, _ array: AnyNDArray, _ reducer: R, dtype: DType
  ) throws(ArrayError) -> AnyNDArray {
    let (count, fullStep) = (array.shape[axis], array.strides[axis])
    let shape = Array(array.shape[..<axis] + array.shape[(axis + 1)...])
    let strides = Array(array.strides[..<axis] + array.strides[(axis + 1)...])
    let result = try AnyNDArray(uninitialized: shape, dtype: dtype)
    guard result.count > 0 else { return result }
    // Backwards axes are walked forwards in memory.
    let start = fullStep < 0 && count > 0 ? (count - 1) * fullStep : 0
    let step = abs(fullStep)
    let nearest = shape.indices.filter { shape[$0] > 1 }.min { abs(strides[$0]) < abs(strides[$1]) }
    if let inner = nearest, abs(strides[inner]) < step, count > 0 {
      byRows(
        ItemAxis(count: count, step: step, start: start), array, shape, strides, inner: inner, reducer, into: result)
    } else {
      let grain = 1 + ParallelGrain.bytes / MemoryLayout<R.Item>.size / max(1, count)
      Parallel.forEachRange(of: result.count, grain: grain) { (range: Range<Int>) throws(Never) in
        for index in range {
          var rest = index
          var offset = start
          for axis in shape.indices.reversed() {
            offset += rest % shape[axis] * strides[axis]
            rest /= shape[axis]
          }
          var state = reducer.initial
          if count > 0 {
            // Safe: the run is one of the array's, which the caller holds.
            let run = unsafe ItemRun<R.Item>(array.firstElement + offset, step: step, count: count)
            state = reducer.fold(state, run, onAllCores: result.count == 1)
          }
          // Safe: the result is new, and every index has its own place in it.
          unsafe result.storage.baseAddress.storeBytes(
            of: state, toByteOffset: index * MemoryLayout<R.State>.size, as: R.State.self)
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

  /// Where another axis is nearer in memory: whole rows along it are taken in, one after the other.
  private static func byRows<R: Reducer>(
    _ reduced: ItemAxis, _ array: AnyNDArray, _ shape: [Int], _ strides: [Int], inner: Int, _ reducer: R,
    into result: AnyNDArray
  ) {
    // States of a block stay in the nearest cache.
    let blockSize = (1 << 14) / MemoryLayout<R.State>.size
    let width = shape[inner]
    let blocks = (width + blockSize - 1) / blockSize
    let outer = shape.indices.filter { $0 != inner }
    let places = result.count / width
    let grain = ParallelGrain.bytes / MemoryLayout<R.Item>.size
    let perTask = max(1, grain / (reduced.count * min(width, blockSize)))
    let tasks = (places * blocks + perTask - 1) / perTask
    Parallel.forEach(tasks) { (task: Int) throws(Never) in
      // Safe: new memory for the states of one block, given back at the end of the closure.
      unsafe withUnsafeTemporaryAllocation(of: R.State.self, capacity: blockSize) { states in
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
          unsafe states[..<count].initialize(repeating: reducer.initial)
          // Safe: the rows are the array's, which the caller holds, and there is a state for each item of a row.
          let start = unsafe array.firstElement + from + first * strides[inner]
          let rows = unsafe ItemRows(
            start, step: strides[inner], count: count, rowStep: reduced.step, rowCount: reduced.count)
          let isDone = unsafe states.baseAddress.map { unsafe reducer.step($0, rows) } ?? false
          for index in 0..<(isDone ? 0 : reduced.count) {
            let row = unsafe ItemRun<R.Item>(start + index * reduced.step, step: strides[inner], count: count)
            if row.isPacked {
              // Spelled apart so that the compiler sees the unit stride.
              let packed = unsafe ItemRun<R.Item>(row.start, step: MemoryLayout<R.Item>.size, count: count)
              for place in 0..<count { unsafe states[place] = reducer.step(states[place], packed[place]) }
            } else {
              for place in 0..<count { unsafe states[place] = reducer.step(states[place], row[place]) }
            }
          }
          for place in 0..<count {
            // Safe: the result is new, and every item has its own places in it.
            unsafe result.storage.baseAddress.storeBytes(
              of: states[place], toByteOffset: to + (first + place) * result.strides[inner], as: R.State.self)
          }
        }
      }
    }
  }
}
