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

  /// A large table of text whose size has to be known before it is written on, or which has to be there as a whole:
  /// as a file beside the destination.
  ///
  /// - Returns: The array; `nil` if nothing has been read, for what is to be read in another way.
  func gathered(_ opened: OpenedFile, _ address: Address, to kind: FileKindName) throws -> ArrayInput? {
    guard case .text(let source, let textKind) = opened, address.isWhole, !reading.text.gaps.usemask,
      source.byteCount.map({ $0 >= ArrayInput.largeSize }) ?? true,
      kind == .npz || kind == .pkl || !array.isBlockwise || (kind == .npy && AtomicFile.isStream(destination)),
      let rows = try TextRows(source, textKind, reading)
    else { return nil }
    if let short = rows.short { return ArrayInput(address, memory: .values(short)) }
    var blocks: [AnyNDArray] = []
    var size = 0
    var scratch: SpooledArray?
    try rows.forEachBlock { (block: AnyNDArray) throws(FormatError) in
      size += block.nbytes
      if let scratch { return try scratch.append(block) }
      blocks.append(block)
      guard size >= ArrayInput.largeSize else { return }
      let new = try scratchArray(for: rows, of: rows.dtype)
      for block in blocks { try new.append(block) }
      blocks = []
      scratch = new
    }
    if let scratch { return try ArrayInput(address, .npy(scratch.finish())) }
    let shape = [blocks.reduce(0) { $0 + $1.shape[0] }] + rows.rowShape
    let whole = try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(bytes: blocks.flatMap(\.bytes), dtype: rows.dtype, shape: shape)
    }
    return ArrayInput(address, memory: .values(rows.isTransposed ? whole.transposed() : whole))
  }

  /// A file beside the destination for all rows of a table, or for what is told of each of their values.
  private func scratchArray(for rows: TextRows, of dtype: DType) throws(FormatError) -> SpooledArray {
    let folder = AtomicFile.isStream(destination) ? Folders.temporaryBase : Folders.folder(of: destination)
    return try SpooledArray(in: folder, dtype: dtype, rowShape: rows.rowShape, isTransposed: rows.isTransposed)
  }

  /// Converts a large table of text to an archive of its values and a mask of those that are missing.
  ///
  /// - Returns: Whether it was done; else nothing has been read, and the whole has to be taken into memory.
  func convertMaskedRows(of source: any ByteSource, _ textKind: FileKindName) throws -> Bool {
    guard let rows = try TextRows(source, textKind, reading) else { return false }
    let data = try scratchArray(for: rows, of: rows.dtype)
    let mask = try scratchArray(for: rows, of: rows.maskDType)
    try rows.forEachResult { (block: GenFromTextResult) throws(FormatError) in
      try data.append(block.array)
      if let missing = block.mask { try mask.append(missing) }
    }
    let members = [("data", try data.finish()), ("mask", try mask.finish())]
    try ArchiveOutput.write(to: destination, replacing: output.replaces, archive) { output in
      for (name, file) in members {
        if let stream = try file.stream() {
          try output.add(name, stream)
        } else {
          try output.add(name, .values(file.read()))
        }
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
