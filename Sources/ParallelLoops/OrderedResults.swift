internal import Locks

/// Results on their way from the threads that make them to the one that hands them on, in order.
///
/// Who has made a result leaves it here and makes another, so that nobody waits for a turn, unless so many wait that
/// memory would grow.
final class OrderedResults<Value: Sendable, Failure: Error>: Sendable {
  private struct State {
    /// The first index that nobody has begun, and the one that is to be handed on next.
    var next = 0
    var due = 0
    /// Where the indices end, as far as is known.
    var end: Int
    /// Whether a thread is handing on the result that is due.
    var isConsuming = false
    var failure: (index: Int, error: Failure)?
    /// The results that wait: the index modulo their number.
    var ready: [Value?]
  }

  private let state: Lock<State>
  private let room: Int
  private let parkingLot = ParkingLot()

  /// - Parameter room: How many results may have been begun that are not handed on.
  init(count: Int, atMost room: Int) {
    self.room = room
    state = Lock(State(end: count, ready: Array(repeating: nil, count: room)))
  }

  var failure: Failure? { state.withLock { $0.failure?.error } }

  /// The next index to make, once there is room for it; `nil` if there are no more.
  func begin() -> Int? {
    var index: Int?
    parkingLot.wait {
      state.withLock { state in
        guard state.next < state.end else { return true }
        guard state.next - state.due < room else { return false }
        index = state.next
        state.next += 1
        return true
      }
    }
    return index
  }

  func deliver(_ index: Int, _ value: Value) {
    state.withLock { if index < $0.end { $0.ready[index % room] = value } }
  }

  /// The result that is due, for the caller to hand on, unless it is missing or another thread is handing on.
  func takeDue() -> (Int, Value)? {
    state.withLock { state in
      guard !state.isConsuming, state.due < state.end else { return nil }
      guard let value = state.ready[state.due % room].take() else { return nil }
      state.isConsuming = true
      return (state.due, value)
    }
  }

  /// Says that a result has been handed on.
  func pass(_ index: Int) {
    state.withLock { state in
      state.due = index + 1
      state.isConsuming = false
    }
    parkingLot.open()
  }

  /// Says that there is nothing from an index on.
  func end(before index: Int) {
    state.withLock { $0.end = min($0.end, index) }
    parkingLot.open()
  }

  func fail(at index: Int, with error: Failure) {
    state.withLock { state in
      // What comes before is still made and handed on: it may fail too, and would have failed first.
      if index < state.failure?.index ?? .max { state.failure = (index, error) }
      state.end = min(state.end, index)
    }
    parkingLot.open()
  }
}
