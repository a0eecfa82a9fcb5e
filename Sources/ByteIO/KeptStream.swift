internal import Synchronization

/// A stream that can be read again: what has been read of it is kept, in memory at first, then in a file without a name.
///
/// A caller that will not read it again says so by ``willBeReadOnce()``: a stream that is read once takes no room on the
/// disk.
public final class KeptStream: ByteSource {
  /// How errors name the stream.
  public let name: String
  /// Not known before the end.
  public var byteCount: Int? { nil }
  /// Free as long as everything is kept.
  public var seekCost: SeekCost { state.withLock { $0.keeps } ? .free : .impossible }
  /// Whether the stream is.
  public var isStandardInput: Bool { rest.isStandardInput }

  private let rest: any ByteSource
  private let memoryLimit: Int
  private let folder: String
  private let state = Mutex(State())

  private struct State {
    var memory: [UInt8] = []
    var file: ScratchFile?
    /// How many bytes of the stream are kept.
    var kept = 0
    var keeps = true
  }

  /// A stream whose bytes are kept.
  ///
  /// - Parameters:
  ///   - memoryLimit: How many bytes are kept in memory.
  ///   - folder: Where the others go.
  public init(_ rest: any ByteSource, memoryLimit: Int = 33 << 20, folder: String) {
    self.rest = rest
    self.memoryLimit = memoryLimit
    self.folder = folder
    name = rest.name
  }

  /// Keeps no more than there is: from here on the stream is read forwards only.
  public func willBeReadOnce() {
    state.withLock { $0.keeps = false }
    rest.willBeReadOnce()
  }

  /// Reads what is kept, then on.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // The pointer is only used within the call; the box tells the compiler that no other thread holds it.
    let box = unsafe CallersBuffer(buffer: buffer)
    let result: Result<Int, FormatError> = state.withLock { state in
      do throws(FormatError) {
        // What is passed over must be kept too.
        if state.keeps, offset > state.kept, try !keep(&state, upTo: offset) { return .success(0) }
        var done = try unsafe readKept(state, into: box.buffer, at: offset)
        if unsafe done < box.buffer.count {
          // Safe: the rest of the caller's buffer.
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: box.buffer[done...])
          let got = try unsafe self.rest.read(into: rest, at: offset + done)
          if state.keeps { try unsafe keep(UnsafeRawBufferPointer(rebasing: rest[..<got]), &state) }
          done += got
        }
        return .success(done)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func readKept(
    _ state: State, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FormatError) -> Int {
    let wanted = min(buffer.count, state.kept - offset)
    guard wanted > 0 else { return 0 }
    let inMemory = max(0, min(wanted, state.memory.count - offset))
    if inMemory > 0 {
      // Safe: so many bytes lie within both.
      unsafe state.memory.withUnsafeBytes { bytes in
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + inMemory)]))
      }
    }
    guard inMemory < wanted, let file = state.file else { return inMemory }
    // Safe: the part of the caller's buffer behind what memory has filled.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[inMemory..<wanted])
    return inMemory + (try unsafe file.read(into: part, at: offset + inMemory - state.memory.count))
  }

  /// Reads on up to a place; false if the stream ends before.
  private func keep(_ state: inout State, upTo offset: Int) throws(FormatError) -> Bool {
    while state.kept < offset {
      let wanted = min(1 << 16, offset - state.kept)
      let bytes = try rest.readBytes(at: state.kept, upTo: wanted)
      let result: Result<Void, FormatError> = unsafe bytes.withUnsafeBytes { buffer in
        // Safe: the array's own bytes, used within the call.
        do throws(FormatError) { return .success(try unsafe keep(buffer, &state)) } catch { return .failure(error) }
      }
      try result.get()
      if bytes.count < wanted { return false }
    }
    return true
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws(FormatError) {
    if state.file == nil, state.memory.count + bytes.count <= memoryLimit {
      unsafe state.memory.append(contentsOf: bytes)
    } else {
      let file: ScratchFile
      if let known = state.file { file = known } else { file = try ScratchFile(in: folder, name: name) }
      state.file = file
      try unsafe file.write(bytes)
    }
    state.kept += bytes.count
  }
}

/// Carries a buffer into a closure that runs at once, on the same thread.
@safe private struct CallersBuffer: @unchecked Sendable {
  let buffer: UnsafeMutableRawBufferPointer
}
