internal import Locks

/// Who may go on: hands out indices and lets their holders take turns in order.
final class OrderedTurns<Failure: Error>: Sendable {
  private struct State {
    var next = 0
    var turn = 0
    var ended = false
    var failure: (index: Int, error: Failure)?
  }

  private let state = Lock(State())
  private let parkingLot = ParkingLot()

  var failure: Failure? { state.withLock { $0.failure?.error } }

  func begin(below count: Int) -> Int? {
    state.withLock { state in
      guard !state.ended, state.next < count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Waits until every index below `index` has had its turn; false if one of them failed instead.
  func wait(for index: Int) -> Bool {
    var mayGo = false
    parkingLot.wait {
      state.withLock { state in
        mayGo = state.turn == index
        return mayGo || state.failure?.index ?? .max < index
      }
    }
    return mayGo
  }

  func pass(_ index: Int) {
    state.withLock { $0.turn = index + 1 }
    parkingLot.open()
  }

  func finish() { state.withLock { $0.ended = true } }

  func fail(at index: Int, with error: Failure) {
    state.withLock { state in
      state.ended = true
      if index < state.failure?.index ?? .max { state.failure = (index, error) }
    }
    parkingLot.open()
  }
}
