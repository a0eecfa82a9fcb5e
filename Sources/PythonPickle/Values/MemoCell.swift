internal import CNumPyIOKernels

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
  /// The numbers of those at work when it began, its own among them.
  private let others: SIMD8<UInt64>
  private let isAlone: Bool
  /// Where others find it; negative if they do not: then it must not note anything in cells.
  private let place: Int32

  init() {
    var number: UInt64 = 0
    var others = SIMD8<UInt64>()
    // Safe: the vector has room for as many numbers as there are places.
    place = unsafe withUnsafeMutableBytes(of: &others) { bytes in
      unsafe bytes.withMemoryRebound(to: UInt64.self) { others in
        unsafe others.baseAddress.map { unsafe npyio_begin_pickler(&number, $0) } ?? -1
      }
    }
    self.number = number
    self.others = others
    isAlone = others.indices.allSatisfy { others[$0] == 0 || others[$0] == number }
  }

  deinit { if place >= 0 { npyio_end_pickler(place) } }

  /// Whether the pickler of a number needs no cell any more.
  @inline(__always)
  func isOver(_ other: UInt64) -> Bool {
    place >= 0 && other < number && (isAlone || other == 0 || !isAtWork(other))
  }

  @inline(never)
  private func isAtWork(_ other: UInt64) -> Bool { others.indices.contains { others[$0] == other } }
}
