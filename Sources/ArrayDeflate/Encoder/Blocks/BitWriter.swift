/// Puts bits into memory, lowest first, as deflate wants them.
///
/// Whoever makes one answers for the room: eight bytes must be left after whatever is written.
@safe struct BitWriter {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var position = 0
  private var bits: UInt64 = 0
  private(set) var bitCount = 0
  /// Where the last block's header begins, in bits.
  private var lastBlock = 0

  init(_ memory: UnsafeMutableRawBufferPointer) {
    // The encoder never hands over memory without an address; one byte of its own would do for none at all.
    unsafe base = memory.baseAddress ?? UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
    capacity = memory.count
  }

  /// How many bits have been written.
  var totalBits: Int { position * 8 + bitCount }

  /// Adds up to 64 - 7 bits after a flush; the sum of all adds between two flushes must not exceed that.
  @inline(__always) mutating func add(_ value: UInt64, _ count: Int) {
    assert(bitCount + count <= 64)
    bits |= value &<< UInt64(truncatingIfNeeded: bitCount)
    bitCount &+= count
  }

  /// Brings whole bytes to memory; at most 7 bits stay.
  @inline(__always) mutating func flush() {
    assert(position + 8 <= capacity && bitCount <= 63)
    // Safe: the room is there by the type's contract, and checked in debug builds.
    unsafe base.storeBytes(of: bits.littleEndian, toByteOffset: position, as: UInt64.self)
    position &+= bitCount &>> 3
    bits &>>= UInt64(truncatingIfNeeded: bitCount & ~7)
    bitCount &= 7
  }

  /// Begins a block: its header's first bit says whether it is the stream's last, which is settled later.
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
      let memory = unsafe output.mutableBytes(output.capacity)
      if isLast {
        // Safe: the block's header has been written, before `position`.
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

  /// Brings the last bits to memory.
  mutating func finish() -> End {
    flush()
    return End(position: position, bitCount: bitCount, lastBlock: lastBlock)
  }
}
