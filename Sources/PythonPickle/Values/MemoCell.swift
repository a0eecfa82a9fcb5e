internal import CNumPyIOKernels
internal import Locks
import Synchronization

/// Where a value that threads may share (a string, bytes) notes its place in a pickler's memo: found without a search.
///
/// One pickler at a time notes its places in a cell, the first to come. Others have the value in a table; so each knows for sure
/// what it has written.
@safe struct MemoCell: ~Copyable {
  /// The number of the pickler in the upper bits, the place in the lower ones; 0 at first.
  private let word: UnsafeMutablePointer<UInt64>

  /// A cell over a word that lives, and is touched by cells only, as long as this one.
  @inline(__always)
  @unsafe init(_ word: UnsafeMutablePointer<UInt64>) {
    // Safe: only stored.
    unsafe self.word = word
  }

  private static let placeBits: UInt64 = 24

  /// The place that a pickler has noted; `nil` if it has not.
  @inline(__always)
  func place(for pickler: borrowing PicklerNumber) -> Int? {
    // Safe: the word lives as long as the cell.
    let known = unsafe npyio_read_cell(word)
    return known >> MemoCell.placeBits == pickler.number ? Int(known & (1 << MemoCell.placeBits - 1)) : nil
  }

  /// Notes a place; false if another pickler may need the cell, or the place is too high.
  @inline(__always)
  func note(_ place: Int, for pickler: borrowing PicklerNumber) -> Bool {
    guard place < 1 << MemoCell.placeBits else { return false }
    // Safe: as above.
    let known = unsafe npyio_read_cell(word)
    guard pickler.isOver(known >> MemoCell.placeBits) else { return false }
    let new = pickler.number << MemoCell.placeBits | UInt64(place)
    return unsafe npyio_replace_cell(word, known, new) != 0
  }
}

/// The number of a pickler, which no other of a process has, and which others were at work when it began.
struct PicklerNumber: ~Copyable {
  let number: UInt64
  private let others: [UInt64]
  /// Whether others know of it: else it must not note anything in cells.
  private let isKnown: Bool

  private struct State {
    var atWork: [UInt64] = []
  }
  private static let state = Lock(State())
  private static let last = Atomic<UInt64>(0)

  init() {
    // Without waiting: in a process that was forked while another thread had the list, nobody would unlock it.
    let begun = PicklerNumber.state.withLockIfAvailable { state in
      let number = PicklerNumber.next()
      let others = state.atWork
      state.atWork.append(number)
      return (number, others)
    }
    (number, others) = begun ?? (PicklerNumber.next(), [])
    isKnown = begun != nil
  }

  private static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }

  deinit {
    guard isKnown else { return }
    // If the list is in use it is soon free again. A number that stays in it costs others a search in their tables.
    for _ in 0..<1000 {
      let number = number
      let isDone = PicklerNumber.state.withLockIfAvailable { state in
        if let place = state.atWork.firstIndex(of: number) { state.atWork.remove(at: place) }
        return true
      }
      if isDone != nil { return }
    }
  }

  /// Whether the pickler of a number needs no cell any more.
  @inline(__always)
  func isOver(_ other: UInt64) -> Bool {
    isKnown && other < number && (others.isEmpty || !others.contains(other))
  }
}
