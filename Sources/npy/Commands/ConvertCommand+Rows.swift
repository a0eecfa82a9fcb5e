import ByteIO
import NumPyIO

/// Tables of text that are converted row by row, however large they are.
extension ConvertCommand {
  /// Converts text to npy or to other text, a few megabytes at a time.
  ///
  /// - Returns: Whether it was done; else nothing has been read, and the whole has to be taken into memory.
  func convertRows(of source: any ByteSource, _ textKind: FileKindName, to kind: FileKindName) throws -> Bool {
    // A table that is turned over has its last line in every row of the text.
    guard kind == .npy ? !AtomicFile.isStream(destination) : !reading.text.unpack,
      let rows = try TextRows(source, textKind, reading)
    else { return false }
    if let short = rows.short {
      try write(applied(to: .values(short), of: source.name), named: name ?? "arr_0", as: kind)
      return true
    }
    // No rows at all tell the type that they will have.
    let none = try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(zeros: [0] + rows.rowShape, dtype: rows.dtype)
    }
    let dtype = try converted(none, of: source.name).dtype
    if kind == .npy {
      let writer = try NPYWriter(
        path: destination, dtype: dtype, rowShape: rows.rowShape, isTransposed: rows.isTransposed,
        replacing: output.replaces)
      try rows.forEachBlock { (block: AnyNDArray) throws(FormatError) in
        try writer.append(converted(block, of: source.name))
      }
      try writer.close()
    } else {
      var options = try textOutput.saveOptions(kind, encoding: reading.encoding)
      options.encoding = options.encoding ?? .utf8
      try TextFile.write(to: destination, replacing: output.replaces) { (sink: any ByteSink) throws(FormatError) in
        var writer = try TextTableWriter(sink, dtype: dtype, rowShape: rows.rowShape, options: options)
        try rows.forEachBlock { (block: AnyNDArray) throws(FormatError) in
          try writer.append(converted(block, of: source.name))
        }
        try writer.finish()
      }
    }
    return true
  }

  /// A block as the options want its elements.
  private func converted(_ block: AnyNDArray, of path: String) throws(FormatError) -> AnyNDArray {
    array.isEmpty ? block : try applied(to: .values(block), of: path).requireValues()
  }
}

extension TextInputOptions {
  /// How many rows a slice needs that begins at the start, if that is less than what is read anyway: two at least, since a
  /// table of one row has another shape.
  func rowsNeeded(for slice: [AxisSelection]?) -> Int? {
    guard let first = slice?.first, gaps.skipFooter == 0, !unpack else { return nil }
    let needed: Int
    switch first {
    case .index(let index) where index >= 0 && index < .max: needed = index + 1
    case .range(let lower, let upper?) where lower ?? 0 >= 0 && upper >= 0: needed = upper
    case .slice(let start, let stop?, let step) where start ?? 0 >= 0 && stop >= 0 && step > 0: needed = stop
    default: return nil
    }
    return needed < maxRows ?? .max ? max(2, needed) : nil
  }
}
