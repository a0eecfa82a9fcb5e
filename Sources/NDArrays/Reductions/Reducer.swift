internal import CNumPyIOKernels

/// How many items become one, as what walks over arrays sees it: by bytes, not by types, so that the walks are compiled once and
/// not for each of the reducers. Its functions are closures, since these are compiled for a reducer's types.
///
/// Who calls them has the memory that they speak of.
@safe struct Reducer: Sendable {
  /// The bytes of an item.
  let itemSize: Int
  /// The bytes of what is known of the items so far, which at the end is the result.
  let stateSize: Int
  /// Whether parts of a run may be taken in side by side: the order of the items does not show.
  let takesParts: Bool
  /// Makes that many states of no items yet.
  let begin: @Sendable (_ states: UnsafeMutableRawPointer, _ count: Int) -> Void
  /// Takes a whole run into a state at once.
  let fold: @Sendable (_ run: ItemRun<UInt8>, _ state: UnsafeMutableRawPointer, _ onAllCores: Bool) -> Void
  /// Takes the states that parts of a run have come to into another.
  let combine: @Sendable (_ states: UnsafeRawPointer, _ count: Int, _ state: UnsafeMutableRawPointer) -> Void
  /// Takes rows of items into as many states as each has items, one row after the other.
  let foldRows: @Sendable (_ rows: ItemRows, _ states: UnsafeMutableRawPointer) -> Void

  @inline(__always)
  init<Typed: TypedReducer>(_ reducer: Typed) {
    itemSize = MemoryLayout<Typed.Item>.size
    stateSize = MemoryLayout<Typed.State>.size
    takesParts = reducer.takesParts
    // Safe: the caller has room for that many states, aligned.
    unsafe self.begin = {
      unsafe $0.assumingMemoryBound(to: Typed.State.self).initialize(repeating: reducer.initial, count: $1)
    }
    // Safe: the caller holds the items, and has begun the state.
    unsafe self.fold = { run, state, onAllCores in
      let state = unsafe state.assumingMemoryBound(to: Typed.State.self)
      let run = unsafe ItemRun<Typed.Item>(run.start, step: run.step, count: run.count)
      unsafe state.pointee = reducer.fold(state.pointee, run, onAllCores: onAllCores)
    }
    // Safe: the caller has begun that many states, and the one.
    unsafe self.combine = { states, count, state in
      let state = unsafe state.assumingMemoryBound(to: Typed.State.self)
      let states = unsafe states.assumingMemoryBound(to: Typed.State.self)
      for index in 0..<count { unsafe state.pointee = reducer.combine(state.pointee, states[index]) }
    }
    // Safe: the caller has begun a state for each item of a row.
    unsafe self.foldRows = { unsafe reducer.fold($0, into: $1.assumingMemoryBound(to: Typed.State.self)) }
  }
}

/// A reducer written for its types.
protocol TypedReducer: Sendable {
  /// An item as it lies in memory.
  associatedtype Item: BitwiseCopyable
  /// What is known of the items so far; at the end the result, as it lies in memory.
  associatedtype State: BitwiseCopyable & Sendable
  /// The state before the first item.
  var initial: State { get }
  /// Whether parts of a run may be taken in side by side: the order of the items does not show.
  var takesParts: Bool { get }
  /// Takes in a whole run at once.
  func fold(_ state: State, _ run: ItemRun<Item>, onAllCores: Bool) -> State
  /// Takes in one item.
  func step(_ state: State, _ item: Item) -> State
  /// Both in one; only asked of reducers that take parts.
  func combine(_ state: State, _ other: State) -> State
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

extension TypedReducer {
  var takesParts: Bool { false }

  func combine(_ state: State, _ other: State) -> State { state }
  func step(_ states: UnsafeMutablePointer<State>, _ rows: ItemRows) -> Bool { false }

  /// Takes rows of items into states that have begun.
  @inline(__always)
  fileprivate func fold(_ rows: ItemRows, into states: UnsafeMutablePointer<State>) {
    // Safe: the caller has a state for each item of a row.
    if unsafe step(states, rows) { return }
    for index in 0..<rows.rowCount {
      // Safe: the rows are the caller's.
      let row = unsafe ItemRun<Item>(rows.start + index * rows.rowStep, step: rows.step, count: rows.count)
      for place in 0..<rows.count { unsafe states[place] = step(states[place], row[place]) }
    }
  }

  /// Takes in rows item by item, in vectors where their items lie close together; always true.
  @inline(__always)
  func stepInVectors(_ states: UnsafeMutablePointer<State>, _ rows: ItemRows) -> Bool {
    for index in 0..<rows.rowCount {
      // Safe: the caller holds the rows, and has a state for each item of a row.
      let start = unsafe rows.start + index * rows.rowStep
      if rows.step == MemoryLayout<Item>.size {
        // Spelled apart so that the compiler sees the unit stride.
        let packed = unsafe ItemRun<Item>(start, step: MemoryLayout<Item>.size, count: rows.count)
        for place in 0..<rows.count { unsafe states[place] = step(states[place], packed[place]) }
      } else {
        let row = unsafe ItemRun<Item>(start, step: rows.step, count: rows.count)
        for place in 0..<rows.count { unsafe states[place] = step(states[place], row[place]) }
      }
    }
    return true
  }
}
