// Where the ends of input or output are near: a symbol at a time, every step checked. The fast loop is an optimisation of
// this one, which serves as its specification.
extension BitstreamDecoder {
  /// The position of the next bit in the stream, in bytes.
  var position: Int { next - Int(truncatingIfNeeded: left & 0xFF) / 8 }

  /// Whether nothing of the stream is left.
  func isAtEnd(of input: InputBytes) -> Bool { left & 0xFF == 0 && next == input.count }

  /// Loads what is left of the stream, up to 56 bits or a few more.
  mutating func load(_ input: InputBytes) {
    left &= 0xFF
    if next + 8 <= input.count {
      if left < 56 { refill(input) }
      return
    }
    while left < 56, next < input.count {
      bits |= UInt64(input[next]) << left
      left += 8
      next += 1
    }
  }

  /// The next bits as a number; `nil` if the stream has ended.
  mutating func read(_ count: Int, _ input: InputBytes) -> Int? {
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

  /// The next symbol; `nil` if the stream has ended. Bits are taken only where they lead to a second table.
  private mutating func symbol(_ table: TableView<CodeEntry>, _ indexBits: Int, _ input: InputBytes) -> CodeEntry? {
    load(input)
    let first = table[Int(truncatingIfNeeded: bits & (1 << UInt64(indexBits) - 1))]
    guard first.isTable else { return first }
    guard takeLoaded(first.taken) != nil else { return nil }
    return table[first.index(bits)]
  }

  /// Decodes a block's symbols until `until` bytes are there or the block ends.
  mutating func decodeSlow(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, until: Int
  ) -> Outcome {
    let (literals, distances) = (tables.literals, tables.distances)
    while out < until {
      guard let entry = symbol(literals, DecodingTable.literalIndexBits, input) else { return .failure(.cutShort) }
      if entry.isLiteral {
        guard takeLoaded(entry.taken) != nil else { return .failure(.cutShort) }
        guard out < output.count else { return .failure(.tooLong) }
        output[out] = UInt8(truncatingIfNeeded: entry.value)
        out += 1
        continue
      }
      guard !entry.isExceptional else {
        guard takeLoaded(entry.taken) != nil else { return .failure(.cutShort) }
        return entry.isEnd ? .endOfBlock : .failure(.badLiteral)
      }
      guard let lengthBits = takeLoaded(entry.taken) else { return .failure(.cutShort) }
      let length = entry.value(lengthBits)
      guard let reach = symbol(distances, DecodingTable.distanceIndexBits, input) else { return .failure(.cutShort) }
      guard !reach.isExceptional else { return .failure(.badDistance) }
      guard let distanceBits = takeLoaded(reach.taken) else { return .failure(.cutShort) }
      let distance = reach.value(distanceBits)
      guard distance <= out else { return .failure(.distanceTooFar) }
      guard length <= output.count - out else { return .failure(.tooLong) }
      if output.count - out >= length + 64 {
        output.copyMatch(to: out, distance: distance, count: length)
        out += length
      } else {
        for _ in 0..<length {
          output[out] = output[out - distance]
          out += 1
        }
      }
    }
    return .nearEnd
  }

  /// Copies a stored block, whose length follows at the next whole byte (RFC 1951, 3.2.4).
  mutating func copyStored(_ input: InputBytes, _ output: OutputBytes) -> DeflateError? {
    load(input)
    next = position
    (bits, left) = (0, 0)
    guard let length = read(16, input), let complement = read(16, input) else { return .cutShort }
    guard length == ~complement & 0xFFFF else { return .badStoredLength }
    next = position
    (bits, left) = (0, 0)
    let count = min(length, input.count - next)
    guard count <= output.count - out else { return .tooLong }
    output.copy(next..<(next + count), of: input, to: out)
    out += count
    next += count
    return count == length ? nil : .cutShort
  }
}
