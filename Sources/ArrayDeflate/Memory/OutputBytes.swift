/// The memory that inflated bytes go to, and come from where a match copies them, for the decoder's inner loops.
///
/// Bounds are checked in debug builds, in which the tests run too, and hold by each loop's own argument in release
/// builds, as in ``InputBytes``.
@safe struct OutputBytes: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  let count: Int

  /// Memory that the caller keeps for as long as the view is used; not empty.
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return nil }
    unsafe self.base = base
    count = memory.count
  }

  @inline(__always) subscript(index: Int) -> UInt8 {
    get {
      assert(index >= 0 && index < count)
      // Safe: `index` is within the memory.
      return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      // Safe: `index` is within the memory.
      unsafe base.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
    }
  }

  @inline(__always) func load64(_ index: Int) -> UInt64 {
    assert(index >= 0 && index + 8 <= count)
    // Safe: eight bytes from `index` on are within the memory.
    return unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
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

  /// Copies 16 bytes; where the places overlap, those that were there before the call.
  @inline(__always) func copy16(to index: Int, from earlier: Int) {
    assert(earlier >= 0 && earlier + 16 <= count && index >= 0 && index + 16 <= count)
    // Safe: both places are within the memory.
    unsafe base.storeBytes(
      of: base.loadUnaligned(fromByteOffset: earlier, as: SIMD16<UInt8>.self), toByteOffset: index,
      as: SIMD16<UInt8>.self)
  }

  /// Writes eight bytes again and again, up to 39 more than asked for.
  @inline(__always) func fill(_ index: Int, count: Int, with pattern: UInt64) {
    store64(index, pattern)
    guard count > 8 else { return }
    var place = index &+ 8
    let end = index &+ count
    repeat {
      for step in 0..<4 { store64(place &+ 8 &* step, pattern) }
      place &+= 32
    } while place < end
  }

  /// Copies a match: `count` bytes from `distance` bytes before, which may overlap; writes up to 47 bytes more. Most
  /// matches are short: 40 bytes are copied without asking, since a branch foreseen wrongly costs more.
  @inline(__always) func copyMatch(to index: Int, distance: Int, count: Int) {
    if distance >= 8 {
      for step in 0..<5 { store64(index &+ 8 &* step, load64(index &+ 8 &* step &- distance)) }
      guard count > 40 else { return }
      var place = index &+ 40
      let end = index &+ count
      if distance >= 16 {
        repeat {
          copy16(to: place, from: place &- distance)
          copy16(to: place &+ 16, from: place &+ 16 &- distance)
          copy16(to: place &+ 32, from: place &+ 32 &- distance)
          place &+= 48
        } while place < end
      } else {
        repeat {
          store64(place, load64(place &- distance))
          place &+= 8
        } while place < end
      }
    } else {
      copyClose(to: index, distance: distance, count: count)
    }
  }

  /// Copies a match whose distance is less than eight bytes.
  @inline(never) private func copyClose(to index: Int, distance: Int, count: Int) {
    if distance & (distance - 1) == 0, index >= 8 {
      let unused = UInt64(64 - 8 * distance)
      fill(index, count: count, with: load64(index - 8) >> unused &* OutputBytes.repeats(unused))
      return
    }
    // Once they are written out, the bytes of several periods can be copied eight at a time.
    let wide = distance * ((7 + distance) / distance)
    let end = index + count
    var place = index
    while place < min(end, index + wide) {
      self[place] = self[place - distance]
      place += 1
    }
    while place < end {
      store64(place, load64(place - wide))
      place += 8
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
