internal import ByteIO
internal import Locks

/// A segment that waits to be written: whether it is the last is known only when the next one comes, or none.
struct EncodedSegment: Sendable {
  let output: ScratchBuffer
  let end: BitWriter.End
  /// Whether it refers to the segment before, and so cannot be read without it.
  let refersBack: Bool
  let uncompressedCount: Int
  let crc32: UInt32
}

/// Writes segments in order, each closed by a full flush or, the last one, as the end of the stream.
final class SegmentQueue: Sendable {
  let spares = Pool { ScratchBuffer() }
  private let state: Lock<State>

  // The sink is used under the lock, or by the one thread that ends the stream.
  private struct State: @unchecked Sendable {
    let sink: any ByteSink
    var pending: EncodedSegment?
    var segments: [SegmentIndex.Segment] = []
  }

  init(_ sink: any ByteSink) { state = Lock(State(sink: sink)) }

  func append(_ segment: EncodedSegment) throws(FormatError) {
    try state.withLock { (state) throws(FormatError) in
      try close(&state, isLast: false)
      state.pending = segment
    }
  }

  func finish() throws(FormatError) -> [SegmentIndex.Segment] {
    try state.withLock { (state) throws(FormatError) in
      if state.pending == nil, state.segments.isEmpty {
        // No input at all: one final block without symbols.
        try state.sink.write([3, 0])
        state.segments.append(SegmentIndex.Segment(uncompressedCount: 0, compressedCount: 2, crc32: 0))
      }
      try close(&state, isLast: true)
      return state.segments
    }
  }

  private func close(_ state: inout State, isLast: Bool) throws(FormatError) {
    guard let segment = state.pending else { return }
    state.pending = nil
    let output = segment.output
    defer { spares.give(output) }
    let count = segment.end.close(output, isLast: isLast)
    var entry = SegmentIndex.Segment(
      uncompressedCount: segment.uncompressedCount, compressedCount: count, crc32: segment.crc32)
    if segment.refersBack, let before = state.segments.popLast() { entry = before.joined(with: entry) }
    state.segments.append(entry)
    // Safe: the segment's bytes, in a buffer that goes back to its pool afterwards.
    try unsafe state.sink.write(output.bytes(count))
  }
}
