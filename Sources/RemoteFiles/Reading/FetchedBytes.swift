internal import ReusedMemory

/// Memory for bytes that are fetched; large blocks are taken from those that were used before, since to touch new memory
/// costs as much as to receive what goes there.
///
/// Unchecked: who fills it does so before others know that the bytes are there.
@safe final class FetchedBytes: @unchecked Sendable {
  let count: Int
  private let address: UnsafeMutableRawPointer

  /// Memory whose content is not defined yet.
  init(count: Int) {
    self.count = count
    // Safe: given back in `deinit` only.
    unsafe address = BufferCache.allocate(count)
  }

  /// A copy of bytes.
  convenience init(_ bytes: [UInt8]) {
    self.init(count: bytes.count)
    // Safe: the memory has that many bytes.
    unsafe memory.copyBytes(from: bytes)
  }

  deinit {
    // Safe: allocated by `init` for this count, and in no use any more.
    unsafe BufferCache.release(address, count)
  }

  /// All of the memory, as long as this object lives.
  var memory: UnsafeMutableRawBufferPointer {
    // Safe: allocated by `init` with that many bytes.
    unsafe UnsafeMutableRawBufferPointer(start: address, count: count)
  }

  /// Copies bytes from a place on, as many as both have; returns how many.
  func copy(from place: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let part = place..<min(count, place + buffer.count)
    // Safe: the part lies within both.
    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[part]))
    return part.count
  }

  /// The bytes as an array.
  var array: [UInt8] {
    // Safe: the bytes are copied.
    unsafe Array(memory)
  }
}
