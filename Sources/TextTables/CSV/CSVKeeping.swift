internal import Locks

/// What the parts of a table tell each other while they are read, and how much memory their cells may take.
final class CSVKeeping: Sendable {
  private let state: Lock<State>
  private struct State {
    var isKeptAsPlaces: [Bool]
    /// How often a part was read again for another column.
    var repeatCount = 0
    var left: Int
  }
  /// After so many repetitions all columns are kept as places, which none of them needs again.
  private static let mostRepeats = 8

  init(columnCount: Int, byteCount: Int) {
    state = Lock(State(isKeptAsPlaces: [Bool](repeating: false, count: columnCount), left: byteCount))
  }

  /// Of which columns the cells are places; `nil` if no more can be kept.
  var places: [Bool]? { state.withLock { $0.left > 0 ? $0.isKeptAsPlaces : nil } }

  /// Notes a column of several kinds.
  func keepAsPlaces(_ column: Int) {
    state.withLock { state in
      state.isKeptAsPlaces[column] = true
      state.repeatCount += 1
      if state.repeatCount > CSVKeeping.mostRepeats {
        state.isKeptAsPlaces = state.isKeptAsPlaces.map { _ in true }
      }
    }
  }

  /// Notes cells that are kept; false if there is no room for them.
  func add(_ cells: CSVCells) -> Bool {
    state.withLock { state in
      state.left -= cells.byteCount
      return state.left >= 0
    }
  }
}

/// The values of parts that were kept when their types were found. Each are given out once, so that they take memory no longer.
final class CSVKeptCells: Sendable {
  private let cells: Lock<[CSVCells?]>

  init(_ cells: [CSVCells?]) { self.cells = Lock(cells) }

  func take(_ index: Int) -> CSVCells? {
    cells.withLock { cells in
      defer { cells[index] = nil }
      return cells[index]
    }
  }
}
