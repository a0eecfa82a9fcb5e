// Where an entry of the table may have several symbols: see ``PackedTable``.
extension BitstreamDecoder {
  /// Decodes a block's symbols, several in a look-up, while input and output are far from their ends and within limits.
  mutating func decodePacked(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, packed: TableView<PackedEntry>, limits: Limits
  ) -> Outcome {
    var copy = self
    defer { self = copy }
    return copy.loop(input, to: output, tables, packed, hasRuns: false, limits)
  }

  /// The same for blocks of runs, whose table has them whole: the last eight bytes are kept in a register.
  mutating func decodeRuns(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, packed: TableView<PackedEntry>, limits: Limits
  ) -> Outcome {
    var copy = self
    defer { self = copy }
    return copy.loop(input, to: output, tables, packed, hasRuns: true, limits)
  }

  @inline(__always)
  private mutating func loop(
    _ input: InputBytes, to output: OutputBytes, _ tables: SymbolTables, _ table: TableView<PackedEntry>, hasRuns: Bool,
    _ limits: Limits
  ) -> Outcome {
    let inputEnd = min(input.count - BitstreamDecoder.inputReserve, limits.input)
    let outputEnd = min(output.count - BitstreamDecoder.packedOutputReserve, limits.output)
    guard next <= inputEnd, out < outputEnd, !hasRuns || out >= BitstreamDecoder.outputBefore else { return .nearEnd }
    let mask = UInt64(1) &<< UInt64(PackedTable.indexBits) &- 1
    if hasRuns { window = output.load64(out - 8) }
    refill(input)
    var entry = table[Int(truncatingIfNeeded: bits & mask)]
    while next <= inputEnd, out < outputEnd {
      var current = entry
      var saved = bits
      entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
      if !current.isOther {
        refill(input)
        current = entry
        saved = bits
        entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
        if !current.isOther {
          current = entry
          saved = bits
          entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
          if !current.isOther { continue }
        }
      }
      let length: Int
      let distance: Int
      if current.isMatch {
        length = current.length
        distance = current.distance(saved)
        refill(input)
      } else {
        var symbol = CodeEntry(bits: UInt32(truncatingIfNeeded: 0))
        if current.isLength {
          length = current.length(saved)
        } else {
          guard current.isTable else { return current.isEnd ? .endOfBlock : .failure(.badLiteral) }
          symbol = tables.literal(Int(truncatingIfNeeded: saved & tables.literalMask))
          saved = bits
          symbol = tables.literal(symbol.index(bits))
          take(UInt64(symbol.bits))
          if symbol.isLiteral {
            output[out] = UInt8(truncatingIfNeeded: symbol.value)
            out &+= 1
            if hasRuns { window = window &>> 8 | UInt64(truncatingIfNeeded: symbol.value) &<< 56 }
            refill(input)
            entry = table[Int(truncatingIfNeeded: bits & mask)]
            continue
          }
          guard !symbol.isExceptional else { return symbol.isEnd ? .endOfBlock : .failure(.badLiteral) }
          length = symbol.value(saved)
        }
        // The look-up comes first, so that it need not wait for the bits that are loaded.
        symbol = tables.distance(Int(truncatingIfNeeded: bits & 0xFF))
        refill(input)
        if _slowPath(symbol.isExceptional) {
          guard symbol.isTable else { return .failure(.badDistance) }
          take(8)
          symbol = tables.distance(symbol.index(bits))
          guard !symbol.isExceptional else { return .failure(.badDistance) }
        }
        distance = symbol.value(bits)
        take(UInt64(symbol.bits))
        entry = table[Int(truncatingIfNeeded: bits & mask)]
      }
      guard _fastPath(distance <= out) else { return .failure(.distanceTooFar) }
      if hasRuns, distance <= 8, distance & (distance &- 1) == 0 {
        repeatWindow(output, length: length, unused: UInt64(truncatingIfNeeded: 64 &- 8 &* distance))
        continue
      }
      output.copyMatch(to: out, distance: distance, count: length)
      out &+= length
      if hasRuns { window = output.load64(out &- 8) }
    }
    return .nearEnd
  }

  /// Takes an entry's bits, writes its literals and its run, and looks up the entry after it.
  @inline(__always) private mutating func emit(
    _ entry: PackedEntry, to output: OutputBytes, next table: TableView<PackedEntry>, mask: UInt64, hasRuns: Bool
  ) -> PackedEntry {
    take(entry.bits)
    let following = table[Int(truncatingIfNeeded: bits & mask)]
    let literals = entry.literals
    output.store32(out, UInt32(truncatingIfNeeded: literals))
    let count = entry.literalCount
    out &+= count
    guard hasRuns else { return following }
    let shift = UInt64(truncatingIfNeeded: count) &<< 3
    // Without literals nothing is shifted out, and all of what an entry has in their place is shifted away, in two steps.
    window = window &>> shift | (literals &<< 1) &<< (63 &- shift)
    if entry.bits & PackedEntry.runFlag != 0 { repeatWindow(output, length: entry.length, unused: entry.extra) }
    return following
  }

  /// Writes a match whose distance divides 8: the last 64 - `unused` bits again and again.
  @inline(__always)
  private mutating func repeatWindow(_ output: OutputBytes, length: Int, unused: UInt64) {
    let pattern = (window &>> unused) &* OutputBytes.repeats(unused)
    output.fill(out, count: length, with: pattern)
    out &+= length
    let turn = UInt64(truncatingIfNeeded: length) &<< 3
    // After a match shorter than eight bytes the older ones are still those from before.
    window = (length < 8 ? window : pattern) &>> turn | pattern &<< (0 &- turn)
  }
}
