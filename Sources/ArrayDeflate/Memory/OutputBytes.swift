/// Memory that inflated bytes go to, and come from where a match copies them. See ``ByteView`` for its bounds.
@safe struct OutputBytes: ByteView, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  let count: Int

  // Safe: the address of the same bytes.
  @inline(__always) var start: UnsafeRawPointer { unsafe UnsafeRawPointer(base) }

  /// Memory that the caller keeps for as long as the view is used; `nil` if it has no address.
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    // Safe: the pointer is used within `count` only.
    guard let base = memory.baseAddress else { return nil }
    unsafe self.base = base
    count = memory.count
  }

  /// The same of memory that may have no address if it has no bytes.
  init(mayBeEmpty memory: UnsafeMutableRawBufferPointer) {
    // Safe: of no bytes none is touched, so any address serves.
    unsafe base = memory.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
    count = memory.count
  }

  @inline(__always) subscript(index: Int) -> UInt8 {
    get { byte(index) }
    nonmutating set {
      assert(index >= 0 && index < count)
      // Safe: `index` is within the memory.
      unsafe base.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
    }
  }

  @inline(__always) func store64(_ index: Int, _ value: UInt64) {
    assert(index >= 0 && index + 8 <= count)
    // Safe: eight bytes from `index` on are within the memory.
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: index, as: UInt64.self)
  }

  @inline(__always) func store32(_ index: Int, _ value: UInt32) {
    assert(index >= 0 && index + 4 <= count)
    // Safe: four bytes from `index` on are within the memory.
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: index, as: UInt32.self)
  }

  /// Copies 16 bytes; where source and target overlap, those that were there before the call.
  @inline(__always) func copy16(to index: Int, from earlier: Int) {
    assert(earlier >= 0 && earlier + 16 <= count && index >= 0 && index + 16 <= count)
    // Safe: source and target are within the memory.
    unsafe base.storeBytes(
      of: base.loadUnaligned(fromByteOffset: earlier, as: SIMD16<UInt8>.self), toByteOffset: index,
      as: SIMD16<UInt8>.self)
  }

  /// Writes eight bytes again and again, up to 39 more than asked for.
  @inline(__always) func fill(_ index: Int, count: Int, with pattern: UInt64) {
    store64(index, pattern)
    guard count > 8 else { return }
    var target = index &+ 8
    let end = index &+ count
    let wide = SIMD4<UInt64>(repeating: pattern.littleEndian)
    repeat {
      store(target, wide)
      target &+= 32
    } while target < end
  }

  @inline(__always) private func store(_ index: Int, _ value: SIMD4<UInt64>) {
    assert(index >= 0 && index + 32 <= count)
    // Safe: 32 bytes from `index` on are within the memory.
    unsafe base.storeBytes(of: value, toByteOffset: index, as: SIMD4<UInt64>.self)
  }

  @inline(__always) private func load(_ index: Int) -> SIMD4<UInt64> {
    assert(index >= 0 && index + 32 <= count)
    // Safe: 32 bytes from `index` on are within the memory.
    return unsafe base.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
  }

  /// A distance from which on what is read was written long enough ago to be in the cache. What is nearer comes from the
  /// processor's queue of stores, which cannot put what is read together from two stores, but waits for both.
  private static var settled: Int { 128 }
  /// Up to this distance what repeats is kept in registers, and only written.
  private static var shortPeriod: Int { 64 }

  /// Copies a match: `count` bytes from `distance` bytes before, which may overlap; writes up to 63 bytes more. Most
  /// matches are short: 40 bytes are copied without asking, since a branch that is predicted wrongly costs more. Those of a match that
  /// does not overlap itself are all read before the first is written: what is read behind its end may lie in what it writes, and would
  /// have to wait (records and dates a fifth faster at a KB).
  ///
  /// Nothing in it is a call: that would take the registers that a decoder's loop needs.
  @inline(__always) func copyMatch(to index: Int, distance: Int, count: Int) {
    var source = index &- distance
    if _fastPath(distance >= count) {
      let (first, last) = (load(source), load64(source &+ 32))
      store(index, first)
      store64(index &+ 32, last)
    } else {
      guard distance >= 8 else {
        copyClose(to: index, distance: distance, count: count)
        return
      }
      store64(index, load64(source))
      store64(index &+ 8, load64(source &+ 8))
      store64(index &+ 16, load64(source &+ 16))
      store64(index &+ 24, load64(source &+ 24))
      store64(index &+ 32, load64(source &+ 32))
    }
    guard _slowPath(count > 40) else { return }
    var target = index &+ 40
    source &+= 40
    let end = index &+ count
    if distance >= OutputBytes.settled {
      // By vectors only what is longer: of what was written lately eight bytes are more often within one store than sixteen.
      store64(target, load64(source))
      store64(target &+ 8, load64(source &+ 8))
      store64(target &+ 16, load64(source &+ 16))
      store64(target &+ 24, load64(source &+ 24))
      store64(target &+ 32, load64(source &+ 32))
      target &+= 40
      source &+= 40
      while target < end {
        copy16(to: target, from: source)
        copy16(to: target &+ 16, from: source &+ 16)
        copy16(to: target &+ 32, from: source &+ 32)
        target &+= 48
        source &+= 48
      }
    } else if distance <= OutputBytes.shortPeriod {
      // As many periods as 64 bytes hold, and as there are before, are read once, and then written again and again, each
      // time over what was too much.
      let step = min(OutputBytes.shortPeriod, distance &+ 40) / distance &* distance
      let (first, second) = (load(target &- step), load(target &- step &+ 32))
      repeat {
        store(target, first)
        store(target &+ 32, second)
        target &+= step
      } while target < end
    } else {
      repeat {
        store64(target, load64(source))
        store64(target &+ 8, load64(source &+ 8))
        store64(target &+ 16, load64(source &+ 16))
        store64(target &+ 24, load64(source &+ 24))
        target &+= 32
        source &+= 32
      } while target < end
    }
  }

  /// Copies a match whose distance is less than eight bytes: eight bytes that repeat it, again and again at whole periods.
  @inline(__always) private func copyClose(to index: Int, distance: Int, count: Int) {
    var target = index
    let end = index &+ count
    let bits = UInt64(truncatingIfNeeded: distance) &<< 3
    // At the start there are no eight bytes before; what is read beyond `index` instead is not there yet, and shifted away.
    var pattern = index >= 8 ? load64(index &- 8) : load64(index &- distance) &<< (64 &- bits)
    pattern &>>= 64 &- bits
    // Shifts by 64 and more give 0.
    pattern |= pattern << bits
    pattern |= pattern << (2 &* bits)
    pattern |= pattern << (4 &* bits)
    if distance & (distance &- 1) == 0 {
      fill(index, count: count, with: pattern)
      return
    }
    // 6, 5, 6 and 7 bytes.
    let step = Int(truncatingIfNeeded: 0x7658_6880 as UInt64 &>> (4 &* UInt64(truncatingIfNeeded: distance)) & 15)
    repeat {
      store64(target, pattern)
      store64(target &+ step, pattern)
      target &+= 2 &* step
    } while target < end
  }

  /// Copies a match and not a byte more.
  @inline(never) func copyExactly(to index: Int, distance: Int, count length: Int) {
    let end = index &+ length
    var target = index
    let room = count &- index &- 64
    if room > 0 {
      // What may be written over in excess is left to the faster way.
      copyMatch(to: index, distance: distance, count: min(room, length))
      target &+= room
    }
    // As many periods as eight bytes have: what repeats at one repeats at that distance too, once they are there.
    let period = distance >= 8 ? distance : (distance &+ 7) / distance &* distance
    let first = min(end, index &+ period &- distance)
    while target < first {
      self[target] = self[target &- distance]
      target &+= 1
    }
    while target &+ 8 <= end {
      store64(target, load64(target &- period))
      target &+= 8
    }
    while target < end {
      self[target] = self[target &- distance]
      target &+= 1
    }
  }

  /// What repeats the lowest 64 - `unused` bits over 64.
  @inline(__always) static func repeats(_ unused: UInt64) -> UInt64 {
    switch unused {
    case 0: 1
    case 32: 0x1_0000_0001
    case 48: 0x1_0001_0001_0001
    default: 0x0101_0101_0101_0101
    }
  }

  /// Copies bytes of the stream to the output: a stored block.
  func copy(_ range: Range<Int>, of input: InputBytes, to index: Int) {
    guard !range.isEmpty, index >= 0, range.count <= count - index else { return }
    // Safe: the range lies within the input, as its buffer checks, and `range.count` bytes from `index` on within
    // the memory.
    unsafe UnsafeMutableRawBufferPointer(start: base + index, count: range.count)
      .copyMemory(from: input.buffer(range))
  }
}
