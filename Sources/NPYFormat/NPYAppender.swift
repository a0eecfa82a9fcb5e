internal import ArrayBytes
internal import SystemPackage
public import ByteIO
public import NDArrays

/// A `.npy` file to which rows are added along axis 0: once, or now and then over a long time, as a log is written.
///
/// ```
///  header (n rows) | n rows                       valid
///  header (n rows) | n rows | new rows…           valid: the header tells what counts
///  header (n + m)  | n rows | m rows              valid
/// ```
///
/// Rows that are appended wait, in memory while they are few, until ``flush()`` makes them count: then whoever opens the file
/// finds them, and those who mapped it before have the rows that they had. A crash at any moment leaves the file as after the
/// last flush. While the appender is open no other can be.
///
/// ```swift
/// let log = try NPYAppender(path: "log.npy", dtype: .float64, rowShape: [3])
/// for step in 0..<1_000 {
///   try log.append(NDArray([Double(step), 0.5, 1.5]))
///   if step % 100 == 0 { try log.flush() }
/// }
/// try log.close()
/// ```
///
/// Cost of a flush: two waits for the disk, as the rows must be there before the header counts them; with
/// ``Durability/none`` two system calls.
public final class NPYAppender {
  /// The array's header as readers find it: of the rows before the last flush.
  public private(set) var header: NPYHeader
  /// How many rows have been appended since.
  public private(set) var pendingRowCount = 0
  /// What a flush waits for: unless it is ``Durability/none``, that the rows are on disk before they count.
  public let durability: Durability
  private let path: String
  private var descriptor: FileDescriptor
  private var source: FileSource
  private var sink: DescriptorSink
  private var headerBytes: [UInt8]
  /// Where the rows that the header counts end.
  private var end: Int
  /// Where the sink has begun.
  private var start: Int
  private var isOpen = true

  /// Opens a file to add to, locked against others who would do the same.
  ///
  /// - Parameters:
  ///   - path: A file with one array in C order.
  ///   - discardingTrailingBytes: Whether bytes that follow the array, such as an interrupted append leaves, may be
  ///     overwritten. By default they are an error, since they may be another array.
  /// - Throws: ``FormatError`` if the file has no array in C order to which rows of values can be added, if bytes follow
  ///   the array, or if another process is appending.
  public init(
    path: String, discardingTrailingBytes: Bool = false, durability: Durability = .consistent,
    limits: LoadLimits = .default
  ) throws(FormatError) {
    self.path = path
    self.durability = durability
    (descriptor, source) = try FileSource.openToGrow(path: path)
    do throws(FormatError) {
      let file = try NPYFile(source, limits: limits)
      header = file.header
      end = file.dataOffset + file.header.dataByteCount
      start = end
      try NPYAppender.check(file, path, discardingTrailingBytes: discardingTrailingBytes)
      headerBytes = try source.readBytes(at: 0, count: file.header.byteCount, "the header")
      sink = try NPYAppender.sink(descriptor, at: end, path)
    } catch {
      SystemCall.unlock(descriptor)
      try? descriptor.close()
      throw error
    }
    UnfinishedFiles.beginGrowing()
  }

  /// Opens a file to add to, or makes one without rows.
  ///
  /// - Parameters:
  ///   - dtype: The dtype of the array, which that of a file that exists must be, in either byte order.
  ///   - rowShape: The shape of a row: the array's but for its first axis.
  ///   - discardingTrailingBytes: As above: a log may go on where a crash has cut it short.
  /// - Throws: ``FormatError`` as above, `wrongDType` or `wrongShape` if the file holds another array, `unsupported` for
  ///   objects.
  public convenience init(
    path: String, dtype: DType, rowShape: [Int] = [], discardingTrailingBytes: Bool = false,
    durability: Durability = .consistent, limits: LoadLimits = .default
  ) throws(FormatError) {
    if FileStatus(path: path) == nil {
      do throws(FormatError) {
        try NPYWriter(path: path, dtype: dtype, rowShape: rowShape, replacing: false, durability: durability).close()
      } catch {
        // Another may have made it meanwhile.
        guard error.code == .alreadyExists else { throw error }
      }
    }
    try self.init(
      path: path, discardingTrailingBytes: discardingTrailingBytes, durability: durability, limits: limits)
    guard header.dtype.native == dtype.native else {
      throw FormatError(
        .wrongDType, "the file holds elements of \(header.dtype.notation), not \(dtype.notation)", file: path)
    }
    guard self.rowShape == rowShape else {
      throw FormatError(
        .wrongShape,
        "rows of the file have shape \(Layout.describe(self.rowShape)), not \(Layout.describe(rowShape))", file: path)
    }
  }

  deinit { discard() }

  private static func sink(
    _ descriptor: FileDescriptor, at end: Int, _ path: String
  ) throws(FormatError) -> DescriptorSink {
    do { _ = try descriptor.seek(offset: Int64(end), from: .start) } catch {
      throw FormatError.system(error, "cannot append", file: path)
    }
    return DescriptorSink(descriptor, name: path)
  }

  private static func check(
    _ file: NPYFile, _ path: String, discardingTrailingBytes: Bool
  ) throws(FormatError) {
    let header = file.header
    guard !header.shape.isEmpty else {
      throw FormatError(.badArgument, "a 0-d array has no axis to append along", file: path)
    }
    guard !header.isFortranOrder || header.shape.count == 1 else {
      throw FormatError(
        .badArgument, "the array is in Fortran order, whose rows do not lie together; convert it to C order first",
        file: path)
    }
    guard !header.dtype.hasObjects else {
      throw FormatError(.unsupported, "objects cannot be appended to", file: path)
    }
    guard header.dtype.subarray == nil else {
      throw FormatError(.unsupported, "an array whose dtype is a subarray cannot be appended to", file: path)
    }
    let trailing = file.trailingByteCount ?? 0
    guard trailing == 0 || discardingTrailingBytes else {
      throw FormatError(
        .ambiguous,
        "\(trailing) bytes follow the array: another array, or what an interrupted append left; "
          + "allow them to be discarded, or save the array anew", file: path,
        offset: file.dataOffset + header.dataByteCount)
    }
  }

  /// The shape of a row: the array's without its first axis, empty where rows are single elements.
  public var rowShape: [Int] { Array(header.shape.dropFirst()) }

  /// How many rows readers find.
  public var rowCount: Int { header.shape[0] }

  /// Writes rows behind those that are there; they do not count yet.
  ///
  /// - Parameter rows: An array of the file's dtype (in either byte order), its shape the file's but for the first axis; or
  ///   one row.
  /// - Throws: ``FormatError`` with code `wrongDType`, `wrongShape` or `badArgument` for other rows, or after ``close()``.
  public func append(_ rows: AnyNDArray) throws(FormatError) {
    try checkOpen()
    let rows = try rows.asRows(of: header.dtype, rowShape, file: path)
    pendingRowCount = try pendingRowCount.checkedAdding(rows.shape[0])
    try rows.inCOrder.writeBytes(to: sink)
  }

  /// Writes rows behind those that are there; they do not count yet.
  ///
  /// - Throws: ``FormatError`` as ``append(_:)-(AnyNDArray)``.
  public func append<Element>(_ rows: NDArray<Element>) throws(FormatError) { try append(rows.untyped) }

  /// Makes the rows that were appended count.
  ///
  /// - Throws: ``FormatError`` if the system fails; the file is then what it was, and the appender closed.
  public func flush() throws(FormatError) {
    try checkOpen()
    guard pendingRowCount > 0 else { return }
    do throws(FormatError) { try publish() } catch {
      discard()
      throw error
    }
    pendingRowCount = 0
  }

  /// Makes the rows that were appended count, and ends.
  ///
  /// - Throws: As ``flush()``.
  public func close() throws(FormatError) {
    guard isOpen else { return }
    try flush()
    cutTrailingBytes(at: end)
    release()
  }

  /// Gives up: the file becomes what it was after the last flush. So it does when the appender is forgotten.
  public func discard() {
    guard isOpen else { return }
    _ = try? descriptor.resize(to: Int64(end))
    release()
  }

  private func release() {
    isOpen = false
    UnfinishedFiles.endGrowing()
    SystemCall.unlock(descriptor)
    try? descriptor.close()
  }

  private func checkOpen() throws(FormatError) {
    guard isOpen else {
      throw FormatError(.badArgument, "the appender has been closed: no rows can follow", file: path)
    }
  }

  private func publish() throws(FormatError) {
    let newShape = [try header.shape[0].checkedAdding(pendingRowCount)] + header.shape.dropFirst()
    let (newHeader, newBytes) = try header.encodedAlike(to: newShape)
    try sink.flush()
    let newEnd = start + sink.position
    if newHeader.byteCount == header.byteCount, let changed = sectorOfChanges(to: newBytes) {
      try overwrite(newBytes, changed, end: newEnd)
      end = newEnd
    } else {
      try rewrite(newBytes, end: newEnd)
    }
    (header, headerBytes) = (newHeader, newBytes)
  }

  /// Writes the header over the one that is there, after the rows that it counts.
  private func overwrite(_ newBytes: [UInt8], _ changed: Range<Int>, end newEnd: Int) throws(FormatError) {
    cutTrailingBytes(at: newEnd)
    try synchronize()
    do throws(FormatError) {
      do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), newBytes[changed]) } catch {
        throw .system(error, "cannot write the header", file: path)
      }
      try synchronize()
    } catch {
      // The header first, since it tells what counts.
      _ = try? descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), headerBytes[changed])
      throw error
    }
  }

  /// Takes off what is left of bytes that were to be discarded.
  private func cutTrailingBytes(at end: Int) {
    if let old = source.byteCount, old > end { _ = try? descriptor.resize(to: Int64(end)) }
  }

  private func synchronize() throws(FormatError) {
    if durability != .none { try SystemCall.synchronize(descriptor, name: path) }
  }

  /// Where the headers differ; `nil` if that is not within one sector of 512 bytes, which a disk writes whole or not at
  /// all.
  private func sectorOfChanges(to new: [UInt8]) -> Range<Int>? {
    let places = headerBytes.indices.filter { headerBytes[$0] != new[$0] }
    guard let first = places.first, let last = places.last else { return 0..<0 }
    return first / 512 == last / 512 ? first..<(last + 1) : nil
  }

  /// Writes the array with its new rows as a new file over the old one, and goes on with that.
  private func rewrite(_ newHeader: [UInt8], end newEnd: Int) throws(FormatError) {
    try AtomicFile.write(to: path, durability: durability) { (file: any ByteSink) throws(FormatError) in
      try file.write(newHeader)
      var offset = header.byteCount
      while offset < newEnd {
        let count = min(1 << 20, newEnd - offset)
        try file.write(source.readBytes(at: offset, count: count, "the array"))
        offset += count
      }
    }
    // Another name of the old file keeps what it had.
    _ = try? descriptor.resize(to: Int64(end))
    let (old, size) = (descriptor, newEnd - header.byteCount + newHeader.count)
    (descriptor, source) = try FileSource.openToGrow(path: path)
    SystemCall.unlock(old)
    try? old.close()
    (start, end) = (size, size)
    sink = try NPYAppender.sink(descriptor, at: size, path)
  }
}
