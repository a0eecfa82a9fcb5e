/// The chunks of a segment whose symbols have been counted, so that they need not be counted again.
final class ChunkCounts {
  private var histograms: [Histogram] = []
  /// Where each chunk ends.
  private(set) var ends: [(symbol: Int, byte: Int)] = []
  private var taken = 0

  func clear() {
    ends.removeAll(keepingCapacity: true)
    taken = 0
  }

  /// An empty histogram for the chunk that comes next.
  func next() -> Histogram {
    if ends.count == histograms.count { histograms.append(Histogram()) }
    histograms[ends.count].clear()
    return histograms[ends.count]
  }

  func end(symbol: Int, byte: Int) { ends.append((symbol, byte)) }

  func histogram(_ chunk: Int) -> Histogram { histograms[chunk] }

  /// Hands out one chunk after the other; `nil` where no more have been counted.
  func take(into histogram: Histogram) -> (symbol: Int, byte: Int)? {
    guard taken < ends.count else { return nil }
    histogram.copy(histograms[taken])
    taken += 1
    return ends[taken - 1]
  }
}
