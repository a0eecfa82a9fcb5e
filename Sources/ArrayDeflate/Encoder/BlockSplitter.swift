/// Cuts a segment's sequences into blocks: chunks of about 16 K symbols, joined while one code serves both.
struct BlockSplitter {
  private static let chunkSymbols = 16_384
  private var current = Histogram()
  private var chunk = Histogram()
  private let joined = Histogram()
  private let writer = BlockWriter()

  /// Writes all sequences of a segment.
  mutating func write(_ list: SequenceList, _ input: InputBytes, to out: inout BitWriter) {
    var blockStart = 0
    var blockBytes = 0
    var blockBits = 0.0
    var index = 0
    var position = 0
    current.clear()
    while index < list.count {
      let first = index
      let firstByte = position
      var symbols = 0
      while index < list.count, symbols < BlockSplitter.chunkSymbols {
        symbols += list[index].literals + 1
        index += 1
      }
      chunk.clear()
      position = chunk.count(list, first..<index, input, at: position)
      let chunkBits = chunk.entropyBits()
      if first == blockStart {
        swap(&current, &chunk)
        blockBits = chunkBits
        continue
      }
      joined.copy(current)
      joined.add(chunk)
      let joinedBits = joined.entropyBits()
      if joinedBits <= blockBits + chunkBits {
        current.copy(joined)
        blockBits = joinedBits
      } else {
        writer.write(list, blockStart..<first, input, blockBytes..<firstByte, current, to: &out)
        swap(&current, &chunk)
        blockStart = first
        blockBytes = firstByte
        blockBits = chunkBits
      }
    }
    if blockStart < list.count {
      writer.write(list, blockStart..<list.count, input, blockBytes..<position, current, to: &out)
    }
  }
}
