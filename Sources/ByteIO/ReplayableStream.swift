internal import Locks

/// A stream that can be read again: what has been read of it is kept, in memory at first, then in a file without a name.
///
/// A caller that will not read it again says so by ``willBeReadOnce()``: a stream that is read once takes no room on the
/// disk.
package final class ReplayableStream: ByteSource {
  /// How errors name the stream.
  package let name: String
  /// Not known before the end.
  package var byteCount: Int? { nil }
  /// That of the stream.
  package var storedByteCount: Int? { rest.storedByteCount }
  /// Free as long as everything is kept.
  package var seekCost: SeekCost { state.withLock { $0.keeps } ? .free : .impossible }
  /// Whether the stream is.
  package var isStandardInput: Bool { rest.isStandardInput }

  private let rest: any ByteSource
  private let memoryLimit: Int
  private let folder: String
  private let staysWhole: Bool
  private let state = Lock(State())

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
  ///   - staysWhole: Whether all is kept whatever a caller says, as others will read it again.
  package init(_ rest: any ByteSource, memoryLimit: Int = 33 << 20, folder: String, staysWhole: Bool = false) {
    self.rest = rest
    self.memoryLimit = memoryLimit
    self.folder = folder
    self.staysWhole = staysWhole
    name = rest.name
  }

  /// Keeps no more than there is: from here on the stream is read forwards only.
  package func willBeReadOnce() {
    if staysWhole { return }
    state.withLock { $0.keeps = false }
    rest.willBeReadOnce()
  }

  /// Reads what is kept, then on.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    try state.withLock { (state: inout State) throws(FormatError) in
      // What is skipped must be kept too.
      if state.keeps, offset > state.kept, try !keep(&state, upTo: offset) { return 0 }
      // Safe: the caller's buffer, and the rest of it, used within the call.
      var done = try unsafe readKept(state, into: buffer, at: offset)
      if done < buffer.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let got = try unsafe self.rest.read(into: rest, at: offset + done)
        if state.keeps { try unsafe keep(UnsafeRawBufferPointer(rebasing: rest[..<got]), &state) }
        done += got
      }
      return done
    }
  }

  private func readKept(
    _ state: State, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FormatError) -> Int {
    let wanted = min(buffer.count, state.kept - offset)
    guard wanted > 0 else { return 0 }
    let inMemory = max(0, min(wanted, state.memory.count - offset))
    if inMemory > 0 {
      // Safe: that many bytes lie within both.
      unsafe state.memory.withUnsafeBytes { bytes in
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + inMemory)]))
      }
    }
    guard inMemory < wanted, let file = state.file else { return inMemory }
    // Safe: the part of the caller's buffer after what memory has filled.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[inMemory..<wanted])
    return inMemory + (try unsafe file.read(into: part, at: offset + inMemory - state.memory.count))
  }

  /// Reads on up to a place; false if the stream ends before.
  private func keep(_ state: inout State, upTo offset: Int) throws(FormatError) -> Bool {
    while state.kept < offset {
      let wanted = min(1 << 16, offset - state.kept)
      let bytes = try rest.readBytes(at: state.kept, upTo: wanted)
      // Safe: the array's own bytes, used within the call.
      try unsafe bytes.span.bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(FormatError) in
        try unsafe keep(buffer, &state)
      }
      if bytes.count < wanted { return false }
    }
    return true
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws(FormatError) {
    if state.file == nil, state.memory.count + bytes.count <= memoryLimit {
      // Safe: the caller's bytes are copied, or written, within the call.
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
