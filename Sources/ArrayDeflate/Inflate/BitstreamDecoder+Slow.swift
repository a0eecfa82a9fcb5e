// Where the ends of input or output are near: a symbol at a time, every step checked, but that bits were there only afterwards.
// The fast loop is an optimisation of this one, which serves as its specification. Of a KB a third once went through it; so it
// keeps to registers too, and the stream's end gets zeros to be loaded by words, so that the fast loops serve there as well (1.2 times
// the speed at a KB).
extension BitstreamDecoder {
  /// The position of the next bit in the stream, in bytes.
  var position: Int { next - Int(truncatingIfNeeded: left & 0xFF) / 8 }

  /// Whether nothing of the stream is left.
  func isAtEnd(of input: InputBytes) -> Bool { left & 0xFF == 0 && next == input.count }

  /// Loads what is left of the stream, up to 56 bits or a few more.
  @inline(__always) mutating func load(_ input: InputBytes) {
    left &= 0xFF
    if left >= 56 { return }
    if next + 8 <= input.count { return refill(input) }
    loadLast(input)
  }

  /// The same of the last seven bytes, as whole bytes for which there is room.
  private mutating func loadLast(_ input: InputBytes) {
    while left < 56, next < input.count {
      bits |= UInt64(input[next]) << left
      left += 8
      next += 1
    }
  }

  /// The next bits as a number; `nil` if the stream has ended.
  @inline(__always) mutating func read(_ count: Int, _ input: InputBytes) -> Int? {
    load(input)
    guard left >= UInt64(count) else { return nil }
    let value = bits & (1 << UInt64(count) - 1)
    bits >>= UInt64(count)
    left -= UInt64(count)
    return Int(value)
  }

  /// Takes bits from those that are loaded, and returns what was loaded before; `nil` if the stream has ended.
  mutating func takeLoaded(_ count: Int) -> UInt64? {
    guard UInt64(count) <= left else { return nil }
    let saved = bits
    bits >>= UInt64(count)
    left -= UInt64(count)
    return saved
  }

  /// Decodes a block's symbols until `until` bytes are there or the block ends.
  ///
  /// The last bytes of the stream, fewer than ``inputReserve``, are decoded in a copy with zeros after it. Whether more bits were taken
  /// than the stream has is asked afterwards: what they led to is given up then. The zeros come to an end: the loop stops where fewer
  /// than `inputReserve` of them are left, by when more bits were taken than there were.
  ///
  /// - Parameter tail: Memory for the copy.
  mutating func decodeSlow(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, until: Int, tail: Table<UInt8>
  ) -> Outcome {
    left &= 0xFF
    var outcome = Outcome.nearEnd
    if next + BitstreamDecoder.inputReserve <= input.count { outcome = loopSlowly(input, to: output, tables, until) }
    guard case .nearEnd = outcome, out < until else { return outcome }
    let start = next
    guard let rest = input.end(from: start, in: tail) else { return .failure(.cutShort) }
    next = 0
    let limits = Limits(input: rest.count, output: until)
    outcome = decodeFast(rest, to: output, tables: tables, limits: limits)
    if case .nearEnd = outcome { outcome = decodeNear(rest, to: output, tables: tables, limits: limits) }
    if case .nearEnd = outcome { outcome = loopSlowly(rest, to: output, tables, until) }
    next += start
    left &= 0xFF
    let excess = UInt64(max(0, next - input.count)) * 8
    next = min(next, input.count)
    let isCutShort = left < excess
    left = isCutShort ? 0 : left - excess
    return isCutShort ? .failure(.cutShort) : outcome
  }

  @inline(never)
  private mutating func loopSlowly(
    _ input: InputBytes, to output: OutputBytes, _ tables: SymbolTables, _ until: Int
  ) -> Outcome {
    var copy = self
    defer { self = copy }
    return copy.loop(input, to: output, tables, until)
  }

  /// A symbol at a time; bits that the stream does not have are zeros.
  @inline(__always)
  private mutating func loop(
    _ input: InputBytes, to output: OutputBytes, _ tables: SymbolTables, _ until: Int
  ) -> Outcome {
    let inputEnd = input.count - BitstreamDecoder.inputReserve
    let mask = tables.literalMask
    while next <= inputEnd, out < until {
      refill(input)
      var saved = bits
      var entry = tables.literal(Int(truncatingIfNeeded: bits & mask))
      take(UInt64(entry.bits))
      if entry.isTable {
        saved = bits
        entry = tables.literal(entry.index(bits))
        take(UInt64(entry.bits))
      }
      if entry.isLiteral {
        guard out < output.count else { return .failure(.tooLong) }
        output[out] = UInt8(truncatingIfNeeded: entry.value)
        out &+= 1
        continue
      }
      guard !entry.isExceptional else { return entry.isEnd ? .endOfBlock : .failure(.badLiteral) }
      let length = entry.value(saved)
      refill(input)
      var symbol = tables.distance(Int(truncatingIfNeeded: bits & 0xFF))
      if symbol.isTable {
        take(8)
        symbol = tables.distance(symbol.index(bits))
      }
      guard !symbol.isExceptional else { return .failure(.badDistance) }
      let distance = symbol.value(bits)
      take(UInt64(symbol.bits))
      guard distance <= out else { return .failure(.distanceTooFar) }
      guard length <= output.count &- out else { return .failure(.tooLong) }
      output.copyExactly(to: out, distance: distance, count: length)
      out &+= length
    }
    return .nearEnd
  }

  /// Copies a stored block, whose length follows at the next whole byte (RFC 1951, 3.2.4).
  mutating func copyStored(_ input: InputBytes, _ output: OutputBytes) -> DeflateError? {
    left &= 0xFF
    next = position
    (bits, left) = (0, 0)
    guard next + 4 <= input.count else { return .cutShort }
    let lengths = Int(input.load32(next))
    let length = lengths & 0xFFFF
    guard length == ~(lengths >> 16) & 0xFFFF else { return .badStoredLength }
    next += 4
    let count = min(length, input.count - next)
    guard count <= output.count - out else { return .tooLong }
    output.copy(next..<(next + count), of: input, to: out)
    out += count
    next += count
    return count == length ? nil : .cutShort
  }
}
