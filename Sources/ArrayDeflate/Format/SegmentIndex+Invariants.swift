extension SegmentIndex {
  /// Stops if the offsets are not the running totals of the segments; checks only where assertions are on, as they are in
  /// the tests.
  @inline(__always)
  func checkInvariants() {
    assert(brokenInvariant == nil, brokenInvariant ?? "")
  }

  private var brokenInvariant: String? {
    guard uncompressedOffsets.count == segments.count + 1, compressedOffsets.count == segments.count + 1,
      uncompressedOffsets[0] == 0, compressedOffsets[0] == 0
    else { return "\(uncompressedOffsets.count) and \(compressedOffsets.count) offsets for \(segments.count) segments" }
    for (index, segment) in segments.enumerated() {
      guard segment.uncompressedCount >= 0, segment.compressedCount >= 0,
        uncompressedOffsets[index + 1] - uncompressedOffsets[index] == segment.uncompressedCount,
        compressedOffsets[index + 1] - compressedOffsets[index] == segment.compressedCount
      else { return "segment \(index) does not end where its counts say" }
    }
    return nil
  }
}
