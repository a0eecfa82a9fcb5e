internal import PlatformC
internal import Synchronization

/// One block of memory that is handed from one short piece of work to the next.
///
/// To ask the system's allocator for a block of this size, and to give it back, can cost more than the work: glibc goes over all
/// small blocks that have been freed.
@safe package enum ScratchBlock {
  /// How many bytes the block has, aligned to 16.
  package static let byteCount = 16 << 10

  /// The address of the block, while nobody has it. Exchanged without a lock, so that no thread ever waits.
  private static let spare = Atomic<UInt>(0)

  /// The block, or a new one.
  package static func take() -> UnsafeMutableRawPointer {
    // Safe: who takes a block out of the place is the only one to have it.
    let known = spare.exchange(0, ordering: .acquiring)
    if let block = unsafe UnsafeMutableRawPointer(bitPattern: known) { return unsafe block }
    return UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
  }

  /// Takes back what ``take()`` gave.
  package static func giveBack(_ block: UnsafeMutableRawPointer) {
    let (exchanged, _) = spare.compareExchange(
      expected: 0, desired: UInt(bitPattern: block), ordering: .releasing)
    // Safe: allocated by `take`, and nobody else has it.
    if !exchanged { unsafe block.deallocate() }
  }
}
