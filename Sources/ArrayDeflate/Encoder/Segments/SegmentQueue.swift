internal import ByteIO
internal import Synchronization

/// A segment that waits to be written: whether it is the last is known only when the next one comes, or none.
struct EncodedSegment: Sendable {
  let output: ScratchBuffer
  let end: BitWriter.End
  let uncompressedCount: Int
  let crc32: UInt32
}

/// Writes segments in order, each closed as its place asks: by a full flush, or as the end of the stream.
final class SegmentQueue: Sendable {
  let spares = BufferPool()
  private let state: Mutex<State>

  // The sink is used under the lock, or by the one thread that ends the stream.
  private struct State: @unchecked Sendable {
    let sink: any ByteSink
    var pending: EncodedSegment?
    var segments: [SegmentIndex.Segment] = []
  }

  init(_ sink: any ByteSink) { state = Mutex(State(sink: sink)) }

  func append(_ segment: EncodedSegment) throws(FormatError) {
    let result: Result<Void, FormatError> = state.withLock { state in
      do throws(FormatError) {
        try close(&state, isLast: false)
        state.pending = segment
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  func finish() throws(FormatError) -> [SegmentIndex.Segment] {
    let result: Result<[SegmentIndex.Segment], FormatError> = state.withLock { state in
      do throws(FormatError) {
        if state.pending == nil, state.segments.isEmpty {
          // No input at all: one final block without symbols.
          try state.sink.write([3, 0])
          state.segments.append(SegmentIndex.Segment(uncompressedCount: 0, compressedCount: 2, crc32: 0))
        }
        try close(&state, isLast: true)
        return .success(state.segments)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func close(_ state: inout State, isLast: Bool) throws(FormatError) {
    guard let segment = state.pending else { return }
    state.pending = nil
    let output = segment.output
    defer { spares.give(output) }
    let count = segment.end.close(output, isLast: isLast)
    state.segments.append(
      SegmentIndex.Segment(
        uncompressedCount: segment.uncompressedCount, compressedCount: count, crc32: segment.crc32))
    try unsafe state.sink.write(output.bytes(count))
  }
}

/// Encoders that threads take and give back: their tables are large and worth keeping.
final class EncoderPool: Sendable {
  /// One pool for the process: never more encoders than threads have been at work at once.
  static let shared = EncoderPool()

  private let spares = Mutex<[SegmentEncoder]>([])

  func take() -> SegmentEncoder { spares.withLock { $0.popLast() } ?? SegmentEncoder() }

  func give(_ encoder: SegmentEncoder) { spares.withLock { $0.append(encoder) } }
}
