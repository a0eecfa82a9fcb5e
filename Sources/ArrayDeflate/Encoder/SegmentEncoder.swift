internal import ByteIO

/// Compresses one segment at a time; keeps its tables from one to the next.
///
/// The stream of a segment refers to nothing outside it, so that segments can be made and read independently.
final class SegmentEncoder: @unchecked Sendable {
  private var sequences = Table<Sequence64>(repeating: Sequence64(literals: 0), count: 16)
  private var splitter = BlockSplitter()

  /// Compresses a segment of at least one byte into a buffer, without its ending: see ``BitWriter/End``.
  func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ItemLayout, level: DeflateLevel, into output: ScratchBuffer
  ) throws(FormatError) -> BitWriter.End {
    // No block takes more than its stored form, which has five bytes for every 65,535; a block has 8,192
    // symbols at least, or is the last.
    let bound = bytes.count + (bytes.count / 4096 + 4) * 6 + 64
    try output.reserve(bound)
    var writer = unsafe BitWriter(output.mutableBytes(bound))
    guard let input = unsafe InputBytes(bytes) else { return writer.finish() }
    let capacity = SequenceList.capacity(for: input.count)
    if sequences.count < capacity {
      sequences = Table<Sequence64>(repeating: Sequence64(literals: 0), count: capacity)
    }
    var list = SequenceList(sequences.view)
    parse(input, layout, level, &list)
    splitter.write(list, input, to: &writer)
    return writer.finish()
  }

  private func parse(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, _ list: inout SequenceList
  ) {
    RunParser.parse(input, distance: min(layout.itemSize, 32_768), into: &list)
  }
}
