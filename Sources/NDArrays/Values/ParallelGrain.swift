/// How much memory a part of a loop has to go through before another thread is worth waking up: some tens of microseconds' worth
/// of work.
enum ParallelGrain {
  static var bytes: Int { 1 << 20 }

  /// The elements of a part, for loops that read and write that many bytes for each.
  static func elements(ofBytes size: Int) -> Int { max(1, 4 * bytes / max(1, size)) }
}
