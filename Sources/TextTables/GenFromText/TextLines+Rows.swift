internal import ByteIO

extension TextLines {
  /// Reads lines as rows as long as they are plain; returns how many.
  ///
  /// - Parameter target: Room for `capacity` rows.
  mutating func readRows(
    _ rows: FastRowReader, into target: UnsafeMutableRawPointer, capacity: Int, counting words: inout WordCount
  ) -> Int {
    var place = position
    var found = WordPlaces()
    let start = position
    // Safe: the span is used while the array's bytes are held.
    let read = unsafe blocks.text.withUnsafeBytes { bytes in
      let text = unsafe RawSpan(_unsafeBytes: bytes)
      let lines = text.extracting(0..<(blocks.isLast ? text.byteCount : TextScanning.wholeLineCount(text)))
      guard place < lines.byteCount else { return 0 }
      return unsafe rows.read(lines, &place, into: target, capacity: capacity, words: &found)
    }
    position = place
    if let first = found.first { note(found.count, first, from: start, &words) }
    count += read
    return read
  }

  /// Counts words that have been passed, of which the first is known by its place; rows are lines here.
  private func note(_ number: Int, _ first: Range<Int>, from start: Int, _ words: inout WordCount) {
    let text = PythonText.strip(String(decoding: blocks.text[first].prefix(400), as: UTF8.self))
    words.add(text, count: number) { count + 1 + TextScan.lineEnds(of: blocks.text[start..<first.lowerBound]) }
  }
}
