/// Writes bits into memory, the lowest first (RFC 1951, 3.1.1), by way of a buffer of 64 bits.
///
/// ## Bit budget
/// A flush stores the buffer's eight bytes and keeps what is not a whole byte, at most 7 bits. Shifts of 64 are not possible, so
/// at most 63 bits may be in the buffer at the next flush: 56 may be added in between. Each loop that adds states why it adds no
/// more (``BitBudget``); builds that check assertions count.
///
/// The caller that makes one answers for the room: eight bytes must be left after whatever is written.
@safe struct BitWriter {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var position = 0
  private var bits: UInt64 = 0
  private(set) var bitCount = 0
  /// Where the last block's header begins, in bits.
  private var lastBlock = 0

  init(_ memory: UnsafeMutableRawBufferPointer) {
    // Safe: the encoder never passes memory without an address; a few bytes of its own serve for none at all.
    unsafe base = memory.baseAddress ?? UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
    capacity = memory.count
  }

  /// The number of bits written so far.
  var totalBits: Int { position * 8 + bitCount }

  /// Adds bits: up to 56 in all between two flushes.
  @inline(__always) mutating func add(_ value: UInt64, _ count: Int) {
    assert(bitCount + count <= 63)
    bits |= value &<< UInt64(truncatingIfNeeded: bitCount)
    bitCount &+= count
  }

  /// Stores whole bytes; at most 7 bits stay.
  @inline(__always) mutating func flush() {
    assert(position + 8 <= capacity && bitCount <= 63)
    // Safe: the room is there by the type's contract, and asserted.
    unsafe base.storeBytes(of: bits.littleEndian, toByteOffset: position, as: UInt64.self)
    position &+= bitCount &>> 3
    bits &>>= UInt64(truncatingIfNeeded: bitCount & ~7)
    bitCount &= 7
  }

  /// A writer, into other memory, of what may come next instead.
  func alternative(_ memory: UnsafeMutableRawBufferPointer) -> BitWriter {
    // Safe: the caller answers for the room, as for a writer that it makes.
    var other = unsafe BitWriter(memory)
    (other.bits, other.bitCount) = (bits, bitCount)
    return other
  }

  /// Goes on with what an alternative has written: at least one block.
  mutating func take(_ other: BitWriter) {
    assert(position + other.position + 8 <= capacity)
    // Safe: the other's bytes, in memory of its own, and room for them by the type's contract.
    unsafe (base + position).copyMemory(from: other.base, byteCount: other.position)
    lastBlock = position * 8 + other.lastBlock
    position += other.position
    (bits, bitCount) = (other.bits, other.bitCount)
  }

  /// Begins a block: its header's first bit says whether it is the stream's last, which is decided later.
  mutating func beginBlock(type: UInt64) {
    lastBlock = totalBits
    add(type << 1, 3)
    flush()
  }

  /// Bytes as they are, in stored blocks.
  mutating func writeStored(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    repeat {
      let part = min(65_535, bytes.count - done)
      beginBlock(type: 0)
      bitCount = (bitCount + 7) & ~7
      flush()
      add(UInt64(part) | UInt64(part ^ 0xFFFF) << 16, 32)
      flush()
      assert(position + part + 8 <= capacity)
      if part > 0, let source = bytes.baseAddress {
        // Safe: `part` bytes are left of the source, and room for them by the type's contract.
        unsafe (base + position).copyMemory(from: source + done, byteCount: part)
      }
      position += part
      done += part
    } while done < bytes.count
  }

  /// Where the writing ended.
  struct End: Sendable {
    let position: Int
    let bitCount: Int
    let lastBlock: Int

    /// Ends what a buffer holds: as the stream's end, or by a full flush after which anything may follow. Returns
    /// the number of bytes. The buffer has six bytes of room left.
    func close(_ output: ScratchBuffer, isLast: Bool) -> Int {
      // Safe: all indices are below the position, or within the six bytes after it.
      let memory = unsafe output.mutableBytes(output.capacity)
      if isLast {
        let bit = UInt8(1) << UInt8(lastBlock & 7)
        unsafe memory[lastBlock >> 3] |= bit
        return position + (bitCount > 0 ? 1 : 0)
      }
      // Three bits of header, all zero, then to the next byte, then the length zero and its complement.
      var end = position
      if bitCount + 3 > 8 {
        end += 2
        unsafe memory[end - 1] = 0
      } else {
        end += 1
        if bitCount == 0 { unsafe memory[end - 1] = 0 }
      }
      unsafe memory[end] = 0
      unsafe memory[end + 1] = 0
      unsafe memory[end + 2] = 0xFF
      unsafe memory[end + 3] = 0xFF
      return end + 4
    }
  }

  /// Stores the last bits.
  mutating func finish() -> End {
    flush()
    return End(position: position, bitCount: bitCount, lastBlock: lastBlock)
  }
}
