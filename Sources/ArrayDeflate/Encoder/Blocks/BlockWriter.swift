/// Writes symbols as deflate blocks, each in its cheapest form: stored, with the fixed codes or with its own.
struct BlockWriter {
  /// See ``BitBudget``.
  static let literalLimit = BitBudget.literal
  static let distanceLimit = 15

  private let tables = CodeTables()
  private let code = BlockCode()

  /// Writes symbols as one block (or stored blocks); they represent `bytes`, and `histogram` has their frequencies.
  func write(
    _ list: some BlockSource, symbols range: Range<Int>, of input: InputBytes, bytes: Range<Int>,
    histogram: Histogram, to writer: inout BitWriter
  ) {
    code.set(histogram)
    let fixedBits = histogram.fixedBlockBits()
    let storedBits = (bytes.count + 5 * ((bytes.count + 65_534) / 65_535)) * 8 + 7
    if storedBits <= min(code.bits, fixedBits) {
      // Safe: the bytes are part of the input, and a block's bound leaves room for its stored form.
      return unsafe writer.writeStored(input.buffer(bytes))
    }
    if fixedBits <= code.bits {
      writer.beginBlock(type: 1)
      return write(list, range, of: input, from: bytes.lowerBound, codes: CodeTables.fixed, to: &writer)
    }
    writer.beginBlock(type: 2)
    code.setCodes()
    code.header.write(to: &writer)
    tables.fill(code.literals, code.distances)
    write(list, range, of: input, from: bytes.lowerBound, codes: tables, to: &writer)
  }

  private func write(
    _ list: some BlockSource, _ range: Range<Int>, of input: InputBytes, from byte: Int, codes: CodeTables,
    to writer: inout BitWriter
  ) {
    list.write(range, of: input, from: byte, codes: codes, to: &writer)
    writer.add(UInt64(codes.end & 0xFFFF), Int(codes.end >> 24))
    writer.flush()
  }
}
