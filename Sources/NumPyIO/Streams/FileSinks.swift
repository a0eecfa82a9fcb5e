internal import ArrayDeflate
internal import PickledArrays
internal import ArrayBytes
internal import NPYFormat
internal import TextTables
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// Writes one array as a `.npy` file.
struct NPYSink: ArraySink {
  let path: String
  let options: SaveOptions

  var needs: SinkNeeds {
    // The number of rows is filled in afterwards, where the output can be gone back in.
    SinkNeeds(count: AtomicFile.isStream(path) || isCompressed)
  }

  /// Whether the extension asks for compression, as in `x.npy.gz`.
  private var isCompressed: Bool { CompressionFormat(path: path) != nil }

  func write(_ array: StoredArray) throws(FormatError) {
    options.warnOfVersion(array.dtype, array.shape)
    if isCompressed {
      guard let values = array.values else {
        throw FormatError(.unsupported, "arrays of objects are not written to compressed .npy files", file: path)
      }
      return try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
        (sink: any ByteSink) throws(FormatError) in
        try values.writeNPY(to: sink)
      }
    }
    try array.save(to: path, replacing: options.replacing, durability: options.durability)
  }

  func write(_ source: any ArrayBlockSource) throws(FormatError) {
    let descriptor = source.descriptor
    options.warnOfVersion(descriptor.dtype, descriptor.shape)
    guard descriptor.openAxis == nil else { return try writeRows(source) }
    try ByteProgress.operation(.writing, path, total: descriptor.byteCount, counting: .sink) { () throws(FormatError) in
      // Plain, or compressed as the extension says.
      try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
        (sink: any ByteSink) throws(FormatError) in
        let header = try NPYHeader.encode(
          dtype: descriptor.dtype, shape: descriptor.shape, fortranOrder: descriptor.isFortranOrder,
          elementFormat: source.foreignFormat)
        try sink.write(header.bytes)
        try source.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in try run.writeBytes(to: sink) }
      }
    }
  }

  /// Rows whose number is filled in when all have come.
  private func writeRows(_ source: any ArrayBlockSource) throws(FormatError) {
    let descriptor = source.descriptor
    let rowShape = Array(descriptor.shapeInFileOrder.dropFirst())
    let writer = try NPYWriter(
      path: path, dtype: descriptor.dtype, elementFormat: source.foreignFormat, rowShape: rowShape,
      isTransposed: descriptor.isFortranOrder, replacing: options.replacing, durability: options.durability)
    do throws(FormatError) {
      try source.forEachRun(inUnitsOf: descriptor.rowCount) { (run: AnyNDArray) throws(FormatError) in
        try writer.append(
          source.wrapping { () throws(ArrayError) in try run.reshaped(rows: rowShape, descriptor.rowCount) })
      }
      try writer.close()
    } catch {
      writer.cancel()
      throw error
    }
  }
}

/// Writes one array as a table of text.
struct TextSink: ArraySink {
  let path: String
  let options: SaveOptions
  let format: FileFormat

  var needs: SinkNeeds { SinkNeeds(order: true, numbers: true) }

  private var textOptions: SaveTextOptions {
    var text = options.text
    if options.usesDelimiterOfExtension, let delimiter = format.delimiter { text.delimiter = delimiter }
    text.encoding = text.encoding ?? .utf8
    return text
  }

  func write(_ array: StoredArray) throws(FormatError) {
    switch array {
    case .values(let table):
      try table.saveText(to: path, options: textOptions, replacing: options.replacing, durability: options.durability)
    case .objects(let table):
      try table.saveText(to: path, options: textOptions, replacing: options.replacing, durability: options.durability)
    }
  }

  func write(_ source: any ArrayBlockSource) throws(FormatError) {
    let descriptor = source.descriptor
    let rowShape = Array(descriptor.shape.dropFirst())
    try ByteProgress.operation(.writing, path, total: descriptor.byteCount, counting: .array) {
      () throws(FormatError) in
      try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
        (sink: any ByteSink) throws(FormatError) in
        var writer = try TextTableWriter(
          sink, dtype: descriptor.dtype, rowShape: rowShape, ndim: descriptor.shape.count, options: textOptions)
        try source.forEachRun(inUnitsOf: descriptor.rowCount) { (run: AnyNDArray) throws(FormatError) in
          try writer.append(
            source.wrapping { () throws(ArrayError) in try run.reshaped(rows: rowShape, descriptor.rowCount) })
        }
        try writer.finish()
      }
    }
  }
}

/// Writes the elements of one array and nothing else: NumPy's `tofile`.
struct RawSink: ArraySink {
  let path: String
  let options: SaveOptions

  var needs: SinkNeeds { SinkNeeds(order: !options.rawIsFortranOrder) }

  func write(_ array: StoredArray) throws(FormatError) {
    guard let values = array.values else {
      throw FormatError(.unsupported, "objects have no bytes of their own", file: path)
    }
    let ordered = options.rawIsFortranOrder ? values.transposed() : values
    try write(MemoryBlocks(ordered.contiguous(), name: path))
  }

  func write(_ source: any ArrayBlockSource) throws(FormatError) {
    try ByteProgress.operation(.writing, path, total: source.descriptor.byteCount, counting: .array) {
      () throws(FormatError) in
      // Plain, or compressed as the extension says.
      try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
        (sink: any ByteSink) throws(FormatError) in
        try source.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in try run.writeBytes(to: sink) }
      }
    }
  }
}

/// Writes one array as a pickle.
struct PickleSink: ArraySink {
  let path: String
  let options: SaveOptions

  var needs: SinkNeeds { SinkNeeds(count: true) }

  func write(_ array: StoredArray) throws(FormatError) {
    try write(.array(array), keeping: nil)
  }

  /// Writes a value, compressed if the extension says so, as in `x.pkl.gz`.
  ///
  /// - Parameter version: The protocol of the pickle that it comes from.
  func write(_ value: PickleValue, keeping version: Int?) throws(FormatError) {
    let writing = options.pickleOptions(keeping: version)
    guard CompressionFormat(path: path) != nil else {
      return try Pickle.save(
        value, to: path, options: writing, replacing: options.replacing, durability: options.durability)
    }
    try ByteProgress.operation(.writing, path, total: nil, counting: .sink) { () throws(FormatError) in
      try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
        (sink: any ByteSink) throws(FormatError) in
        try PickleWriter(sink, options: writing).write(value)
      }
    }
  }

  func write(_ source: any ArrayBlockSource) throws(FormatError) { try write(source.pickled(), keeping: nil) }
}

extension ArrayBlockSource {
  /// The array in a pickle.
  func pickled() throws(FormatError) -> PickleValue {
    guard let format = foreignFormat else { return .array(.values(try whole())) }
    return .array(try whole(), as: format)
  }
}

extension AnyNDArray {
  /// Elements in a line as rows of a shape, each of `count` elements.
  fileprivate func reshaped(rows shape: [Int], _ count: Int) throws(ArrayError) -> AnyNDArray {
    try reshaped([count == 0 ? 0 : self.count / count] + shape)
  }
}
