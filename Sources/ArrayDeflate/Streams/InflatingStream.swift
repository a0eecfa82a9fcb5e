public import ByteIO
internal import Locks

/// Reads what a compressed stream holds, from front to back and no further than asked.
///
/// For the beginning of a zip member (an array's header), and for files of any size in little memory. Not for use
/// from several threads at once; ``CompressedSource`` is.
public final class InflatingStream {
  /// How many bytes have been read so far.
  public private(set) var position = 0
  private let source: any ByteSource
  private let decoder: any StreamDecoder
  private let format: CompressionFormat
  private var input: [UInt8] = []
  private var inputStart = 0
  private var sourceOffset: Int
  private let sourceEnd: Int?
  private var inputEnded = false
  private var finished = false
  /// What is wrong with the stream behind the bytes that have been given.
  private var failure: FormatError?
  private let chunk: Int

  /// A reader of the stream that begins at an offset of a source.
  ///
  /// - Parameters:
  ///   - source: What holds the stream.
  ///   - offset: Where in the source it begins.
  ///   - compressedCount: The length of the stream; `nil` if it goes on to the source's end.
  ///   - format: How it is compressed.
  ///   - chunk: How many compressed bytes are read at a time.
  /// - Throws: ``FormatError`` with code `unsupported` if the platform lacks the format.
  public init(
    _ source: any ByteSource, at offset: Int = 0, compressedCount: Int? = nil,
    format: CompressionFormat = .raw,
    chunk: Int = 1 << 16
  ) throws(FormatError) {
    self.source = source
    sourceOffset = offset
    if let compressedCount {
      sourceEnd = try offset.checkedAdding(compressedCount)
    } else {
      sourceEnd = nil
    }
    self.chunk = max(64, chunk)
    self.format = format
    decoder = try format.makeDecoder()
  }

  /// Fills memory with the next bytes; returns how many, fewer than it holds only where the stream has ended.
  ///
  /// - Throws: ``FormatError``: `corrupt` if the stream is broken, `truncated` if it ends before its own end.
  public func read(into target: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
    var done = 0
    while done < target.count, !finished {
      if let failure { throw failure }
      if inputStart == input.count, !inputEnded { try refill() }
      // Safe: the rest of the caller's memory.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let step = try unsafe decode(into: rest)
      inputStart += step.consumed
      done += step.produced
      position += step.produced
      if let failure = step.failure {
        self.failure = failure.at(file: source.name)
      } else if step.isFinished {
        try endStream()
      } else if step.consumed == 0, step.produced == 0, inputStart == input.count, inputEnded {
        throw FormatError(.truncated, "the compressed data ends too early", offset: sourceOffset).at(
          file: source.name)
      }
    }
    return done
  }

  /// The next bytes; fewer than `count` only where the stream has ended. Memory is taken as the bytes arrive.
  ///
  /// - Throws: ``FormatError``: `corrupt` for data that no encoder makes or a checksum that differs, `truncated` where they end
  ///   too early, and what the source throws.
  public func readBytes(upTo count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var step = 1 << 14
    while bytes.count < count {
      let known = bytes.count
      let wanted = min(step, count - known)
      bytes.append(contentsOf: repeatElement(0, count: wanted))
      let got = try unsafe bytes.withUnsafeMutableBufferPointer { (all) throws(FormatError) in
        // Safe: the part from `known` on lies within the array.
        try unsafe read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(all)[known...]))
      }
      if got < wanted {
        bytes.removeLast(wanted - got)
        break
      }
      step = min(step * 4, 1 << 24)
    }
    return bytes
  }

  /// Where in the source the next compressed byte lies: once the stream has ended, what follows it.
  package var sourcePosition: Int { sourceOffset - (input.count - inputStart) }

  /// Reads on to the end, or to where the stream is cut or broken, and tells how many bytes there are before.
  package func readableCount() -> Int { readable().count }

  /// The same, and why there are no more; `nil` at the end.
  package func readable() -> (count: Int, error: FormatError?) {
    do throws(FormatError) {
      while try !readBytes(upTo: 1 << 18).isEmpty {}
      return (position, nil)
    } catch { return (position, error) }
  }

  private func decode(into rest: UnsafeMutableRawBufferPointer) throws(FormatError) -> CodecStep {
    do throws(FormatError) {
      let input = input
      return try unsafe input.span.bytes.withUnsafeBytes { (all) throws(FormatError) in
        // Safe: the rest of the array, for the duration of the call.
        let part = unsafe UnsafeRawBufferPointer(rebasing: all[inputStart...])
        return try unsafe decoder.decode(part, into: rest, isLast: inputEnded)
      }
    } catch { throw error.at(file: source.name) }
  }

  private func refill() throws(FormatError) {
    let wanted = sourceEnd.map { min(chunk, $0 - sourceOffset) } ?? chunk
    input = try source.readBytes(at: sourceOffset, upTo: wanted)
    inputStart = 0
    sourceOffset += input.count
    if input.count < chunk { inputEnded = true }
  }

  /// Another stream may follow; anything else that follows is left alone, as Python's gzip does with zeros.
  private func endStream() throws(FormatError) {
    if decoder.mayRepeat {
      while true {
        // Zeros pad gzip members and xz streams.
        while inputStart < input.count, input[inputStart] == 0 { inputStart += 1 }
        if inputStart < input.count || inputEnded { break }
        try refill()
      }
      if inputStart < input.count {
        let next = input[inputStart...]
        if format == .gzip, next.count >= 2 || inputEnded, !next.starts(with: [0x1F, 0x8B]) {
          throw FormatError(
            .corrupt, "bytes follow the compressed data that are no part of it", file: source.name,
            offset: sourcePosition)
        }
        try decoder.restart()
        return
      }
    }
    finished = true
  }
}

/// What a compressed stream holds, as a source that is read forwards: for text in `.gz`, `.bz2`, `.xz` files. Where what
/// is compressed can be read from anywhere, going back is to begin from the start.
public final class CompressedSource: ByteSource {
  /// The name of the compressed source.
  public let name: String
  /// Not known before the end.
  public var byteCount: Int? { nil }
  /// That of what is compressed.
  public var storedByteCount: Int? { source.storedByteCount }
  /// If what is compressed can seek, going back takes as long as reading from the start.
  public var seekCost: SeekCost { source.isSeekable ? .restart : .impossible }
  /// Whether what is compressed is.
  public var isStandardInput: Bool { source.isStandardInput }
  /// Passes the promise on.
  public func willBeReadOnce() { source.willBeReadOnce() }
  private let source: any ByteSource
  private let start: Int
  private let format: CompressionFormat
  private let state: Lock<InflatingBox>

  /// A source of what `source` holds compressed from an offset on.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` where the system lacks the format's library.
  public init(_ source: any ByteSource, at offset: Int = 0, format: CompressionFormat) throws(FormatError) {
    name = source.name
    self.source = source
    start = offset
    self.format = format
    state = Lock(InflatingBox(stream: try CompressedSource.stream(source, offset, format)))
  }

  private static func stream(
    _ source: any ByteSource, _ offset: Int, _ format: CompressionFormat
  ) throws(FormatError) -> InflatingStream {
    try InflatingStream(source, at: offset, format: format, chunk: 1 << 18)
  }

  /// How many bytes there are up to the end, or to where the stream is cut or broken.
  ///
  /// - Throws: ``FormatError`` if the source cannot be read from its start again.
  package func readableCount() throws(FormatError) -> Int { try readable().count }

  /// The same, and why there are no more; `nil` at the end.
  ///
  /// - Throws: As ``readableCount()``.
  package func readable() throws(FormatError) -> (count: Int, error: FormatError?) {
    try CompressedSource.stream(source, start, format).readable()
  }

  /// How many bytes have been inflated: where reading on takes no going back.
  package var position: Int { state.withLock { $0.stream.position } }

  /// How many bytes of the source follow what has been inflated, once all has been; `nil` if the source's length is not
  /// known.
  package var trailingByteCount: Int? {
    source.byteCount.map { count in count - state.withLock { $0.stream.sourcePosition } }
  }

  /// Reads on; what lies between is inflated and dropped.
  ///
  /// - Throws: ``FormatError``: `corrupt`, `truncated`, `badArgument` for a position before the last, and what the source
  ///   throws.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    try state.withLock { (box) throws(FormatError) in
      if offset < box.stream.position {
        guard source.isSeekable else {
          throw FormatError(.badArgument, "a compressed stream cannot be read backwards", file: name, offset: offset)
        }
        box = InflatingBox(stream: try CompressedSource.stream(source, start, format))
      }
      let stream = box.stream
      while stream.position < offset {
        let wanted = min(1 << 16, offset - stream.position)
        if try stream.readBytes(upTo: wanted).count < wanted { return 0 }
      }
      // Safe: the caller's memory, for the duration of the call.
      return try unsafe stream.read(into: buffer)
    }
  }
}

/// The stream is used under the lock only.
private struct InflatingBox: @unchecked Sendable {
  let stream: InflatingStream
}
