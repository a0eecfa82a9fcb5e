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

  /// The entry of the next literal or length; `nil` if the stream has ended. Bits are taken only where they lead to a
  /// second table.
  private mutating func literal(_ table: TableView<LiteralEntry>, _ input: InputBytes) -> LiteralEntry? {
    load(input)
    let first = table[Int(truncatingIfNeeded: bits & (1 << UInt64(DecodingTable<LiteralEntry>.literalIndexBits) - 1))]
    guard first.isTable else { return first }
    guard takeLoaded(first.taken) != nil else { return nil }
    return table[first.tableStart + Int(truncatingIfNeeded: bits & (1 << first.tableBits - 1))]
  }

  private mutating func distance(_ table: TableView<CodeEntry>, _ input: InputBytes) -> CodeEntry? {
    load(input)
    let first = table[Int(truncatingIfNeeded: bits & 0xFF)]
    guard first.isTable else { return first }
    guard takeLoaded(first.taken) != nil else { return nil }
    return table[first.value + Int(truncatingIfNeeded: bits & (1 << first.extra - 1))]
  }

  /// Decodes a block's symbols until `until` bytes are there or the block ends.
  mutating func decodeSlow(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, until: Int
  ) -> Outcome {
    let (literals, distances) = (tables.literals, tables.distances)
    while out < until {
      guard let entry = literal(literals, input) else { return .failure(.cutShort) }
      if entry.isLiteral {
        guard takeLoaded(entry.taken) != nil else { return .failure(.cutShort) }
        guard out < output.count else { return .failure(.tooLong) }
        output[out] = UInt8(truncatingIfNeeded: entry.literals)
        out += 1
        continue
      }
      guard entry.isLength else {
        guard takeLoaded(entry.taken) != nil else { return .failure(.cutShort) }
        return entry.isEnd ? .endOfBlock : .failure(.badLiteral)
      }
      guard let lengthBits = takeLoaded(entry.taken) else { return .failure(.cutShort) }
      let length = entry.length(lengthBits)
      guard let reach = distance(distances, input) else { return .failure(.cutShort) }
      guard reach.isPlain else { return .failure(.badDistance) }
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
