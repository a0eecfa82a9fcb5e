/// Parts of a file that have been fetched and are kept for a while.
struct ByteWindows {
  private struct Window {
    var start: Int
    var bytes: FetchedBytes
    var end: Int { start + bytes.count }
    /// When it was last of use.
    var used: Int
  }

  private var windows: [Window] = []
  private var clock = 0
  private var byteCount = 0
  /// The most bytes that are kept, besides the last window.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Keeps bytes; those that have been of no use for longest may go.
  mutating func add(_ bytes: FetchedBytes, at start: Int) {
    guard bytes.count > 0 else { return }
    clock += 1
    windows.append(Window(start: start, bytes: bytes, used: clock))
    byteCount += bytes.count
    while byteCount > limit, windows.count > 1,
      let oldest = windows.indices.min(by: { windows[$0].used < windows[$1].used }),
      windows[oldest].used < clock
    {
      byteCount -= windows[oldest].bytes.count
      windows.remove(at: oldest)
    }
  }

  /// Copies what is kept from an offset on; returns how many bytes, 0 if the first is not kept.
  mutating func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let index = windows.lastIndex(where: { $0.start <= offset && offset < $0.end }) else { return 0 }
    clock += 1
    windows[index].used = clock
    // Safe: the caller's buffer, handed on.
    return unsafe windows[index].bytes.copy(from: offset - windows[index].start, into: buffer)
  }

  /// What is not kept of a range: from the first such byte to the last.
  func missing(of range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper, let window = windows.last(where: { $0.start <= lower && lower < $0.end }) {
      lower = window.end
    }
    while lower < upper, let window = windows.last(where: { $0.start < upper && upper <= $0.end }) {
      upper = window.start
    }
    return lower < upper ? lower..<upper : lower..<lower
  }
}
