internal import Locks
internal import PlatformC

/// Memory for arrays and large payloads, of which a little is kept for the next one when one is freed.
///
/// The first touch of new memory costs more than reading a file into it: the system has to clear every page. So blocks of
/// a few megabytes are kept, up to 32 MiB in all, as C's `malloc` does with smaller ones, and given to arrays of about
/// the same size.
@safe package enum BufferCache {
  /// The large pages of most processors.
  private static let pageSize = 2 << 20
  /// From this size on, memory is aligned to, and asked for in, large pages, which cost far fewer page faults and are found faster
  /// by the processor.
  private static let largeSize = pageSize - pageSize / 8
  /// From this size on, the system is asked before memory is taken.
  private static let askedSize = 4 << 20
  /// From this size on, freed blocks are kept.
  private static let keptSize = 256 << 10
  /// How many bytes are kept at most.
  private static let maxKept = 32 << 20

  /// How many bytes of memory the machine has: more than that need not be asked for.
  package static let physicalMemory: Int = {
    let (bytes, overflow) = Int(sysconf(Int32(_SC_PHYS_PAGES))).multipliedReportingOverflow(
      by: Int(sysconf(Int32(_SC_PAGESIZE))))
    return overflow || bytes <= 0 ? .max : bytes
  }()

  /// What is wrong if the system would not give that many bytes now; `nil` if it would. It may have less than the machine,
  /// by a limit of the process (`ulimit -v`) or because others have taken it.
  ///
  /// Asked before blocks that arrays are read into, so that there is an error instead of the end of the program. Small
  /// blocks are not asked for: without room for those nothing goes on.
  package static func shortage(of count: Int) -> String? {
    canAllocate(count) ? nil : "needs \(count) bytes of memory, more than the system gives now (see ulimit -v)"
  }

  private static func canAllocate(_ count: Int) -> Bool {
    guard count >= askedSize else { return true }
    let (size, overflow) = count.addingReportingOverflow(2 * askedSize)
    guard !overflow else { return false }
    // Safe: a new range of addresses, which is given back at once and never touched.
    guard let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      unsafe address != MAP_FAILED
    else { return false }
    // Safe: as above.
    unsafe munmap(address, size)
    return true
  }

  /// Has C's `malloc` keep memory of small blocks that are freed, up to 32 MiB of it as this cache does with large ones. By itself
  /// glibc gives it back, page by page as the objects of a pickle end, and the next pickle pays for the first touch again: a third
  /// of what it takes.
  ///
  /// For what makes many small objects. It counts for the whole process, once.
  package static func keepSmallBlocks() { _ = smallBlocksAreKept }

  private static let smallBlocksAreKept: Void = {
    #if os(Linux)
      // glibc keeps twice the largest block that was mapped and freed, which this one is; unless the user has set something else
      // (MALLOC_TRIM_THRESHOLD_, GLIBC_TUNABLES).
      var address: UnsafeMutableRawPointer?
      // Safe: new memory, which is never touched and given back at once.
      if unsafe posix_memalign(&address, 64, maxKept / 2) == 0 { unsafe free(address) }
    #endif
  }()

  /// A block that nobody holds any more, until it is handed out again.
  @safe private struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let capacity: Int
  }
  private static let kept = Lock<[Block]>([])

  /// The size of the block for that many bytes: what arrays of about one size have in common. It is one of whole large pages where
  /// that makes it an eighth larger at most: a million floats then lie on two of them.
  private static func capacity(_ count: Int) -> Int {
    if count < keptSize { return max(count, 1) }
    let pages = (count + pageSize - 1) / pageSize * pageSize
    return pages - count <= count / 8 ? pages : (count + 0xFFFF) & ~0xFFFF
  }

  /// Memory of at least that many bytes, its content undefined, aligned to 64 bytes or more; what has fewer bytes than that, such as one
  /// number, to 16, which costs the system's allocator a fraction of the time.
  package static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    let capacity = capacity(count)
    if capacity >= keptSize {
      // Without waiting: in a process that was forked while another thread had the list, nobody would unlock it.
      let block = kept.withLockIfAvailable { blocks in
        blocks.lastIndex { $0.capacity == capacity }.map { blocks.remove(at: $0) }
      }
      // Safe: the block was allocated below, with this capacity, and nobody else holds it any more.
      if let block = block ?? nil { return unsafe block.address }
    }
    let isLarge = capacity >= largeSize
    // Safe: given back by `release` only; the alignment is a power of two.
    let address = UnsafeMutableRawPointer.allocate(
      byteCount: capacity, alignment: isLarge ? pageSize : capacity < 64 ? 16 : 64)
    #if os(Linux)
      // Safe: advice on memory just allocated.
      if isLarge { _ = unsafe madvise(address, capacity, MADV_HUGEPAGE) }
    #endif
    return unsafe address
  }

  /// Takes back what ``allocate(_:)`` gave for the same count.
  package static func release(_ address: UnsafeMutableRawPointer, _ count: Int) {
    let capacity = capacity(count)
    if capacity >= keptSize, capacity <= maxKept {
      let block = unsafe Block(address: address, capacity: capacity)
      var dropped = [block]
      kept.withLockIfAvailable { blocks in
        dropped = []
        blocks.append(block)
        var total = blocks.reduce(0) { $0 + $1.capacity }
        while total > maxKept {
          let oldest = blocks.removeFirst()
          total -= oldest.capacity
          dropped.append(oldest)
        }
      }
      for block in dropped {
        // Safe: allocated by `allocate`, and taken out of the list by this thread alone.
        unsafe block.address.deallocate()
      }
      return
    }
    // Safe: allocated by `allocate`, and freed once, by the storage that owned it.
    unsafe address.deallocate()
  }
}
