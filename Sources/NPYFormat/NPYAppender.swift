internal import ArrayBytes
internal import SystemPackage
package import ByteIO
package import NDArrays

/// Rows on their way to the end of a `.npy` file, which is what it was until ``commit()``.
///
/// ```
///  header (n rows) | n rows                       valid
///  header (n rows) | n rows | new rows…           valid: the header tells what counts
///  header (n + m)  | n rows | m rows              valid
/// ```
///
/// Each step is on disk before the next. Where the header has no room for the new number, the file is written anew.
package final class NPYAppender {
  /// The array's header as it is.
  package let header: NPYHeader
  /// How many rows have been added.
  package private(set) var addedCount = 0
  private let path: String
  private let descriptor: FileDescriptor
  private let source: FileSource
  private let sink: DescriptorSink
  private let oldBytes: [UInt8]
  /// Where the rows that the header counts end.
  private let end: Int
  private var isOpen = true

  /// Opens a file to add to, locked against others who would do the same.
  ///
  /// - Parameter discardingTrailingBytes: Whether bytes that follow the array may be overwritten.
  /// - Throws: ``FormatError`` if the file has no array in C order to which rows of values can be added, if bytes follow
  ///   the array, or if another process is appending.
  package init(path: String, discardingTrailingBytes: Bool, limits: LoadLimits) throws(FormatError) {
    self.path = path
    (descriptor, source) = try FileSource.openToGrow(path: path)
    do throws(FormatError) {
      let file = try NPYFile(source, limits: limits)
      header = file.header
      end = file.dataOffset + header.dataByteCount
      try NPYAppender.check(file, path, discardingTrailingBytes: discardingTrailingBytes)
      oldBytes = try source.readBytes(at: 0, count: header.byteCount, "the header")
      do { _ = try descriptor.seek(offset: Int64(end), from: .start) } catch {
        throw FormatError.system(error, "cannot append", file: path)
      }
    } catch {
      SystemCall.unlock(descriptor)
      try? descriptor.close()
      throw error
    }
    sink = DescriptorSink(descriptor, name: path)
    UnfinishedFiles.beginGrowing()
  }

  deinit { discard() }

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

  /// The shape of a row.
  package var rowShape: [Int] { Array(header.shape.dropFirst()) }

  /// Writes rows behind those that are there; the header does not know of them yet.
  ///
  /// - Parameter rows: An array of the file's dtype (in either byte order), its shape the file's but for the first axis.
  package func append(_ rows: AnyNDArray) throws(FormatError) {
    let rows = try rows.asRows(of: header.dtype, rowShape, file: path)
    addedCount = try addedCount.checkedAdding(rows.shape[0])
    try rows.inCOrder.writeBytes(to: sink)
  }

  /// Makes the rows count.
  ///
  /// - Throws: ``FormatError`` if the system fails; the file is then what it was.
  package func commit() throws(FormatError) {
    do throws(FormatError) { try publish() } catch {
      discard()
      throw error
    }
    isOpen = false
    close()
  }

  /// Gives up: the file becomes what it was.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    _ = try? descriptor.resize(to: Int64(end))
    close()
  }

  private func close() {
    UnfinishedFiles.endGrowing()
    SystemCall.unlock(descriptor)
    try? descriptor.close()
  }

  private func publish() throws(FormatError) {
    let newShape = [try header.shape[0].checkedAdding(addedCount)] + header.shape.dropFirst()
    let (newHeader, newBytes) = try header.encodedAlike(to: newShape)
    try sink.flush()
    guard newHeader.byteCount == header.byteCount, let changed = sectorOfChanges(to: newBytes) else {
      return try rewrite(newBytes)
    }
    // What is left of bytes that were to be discarded.
    if let old = source.byteCount, old > end + sink.position {
      _ = try? descriptor.resize(to: Int64(end + sink.position))
    }
    try SystemCall.synchronize(descriptor, name: path)
    do throws(FormatError) {
      do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), newBytes[changed]) } catch {
        throw .system(error, "cannot write the header", file: path)
      }
      try SystemCall.synchronize(descriptor, name: path)
    } catch {
      // The header first, since it tells what counts.
      _ = try? descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), oldBytes[changed])
      throw error
    }
  }

  /// Where the headers differ; `nil` if that is not within one sector of 512 bytes, which a disk writes whole or not at
  /// all.
  private func sectorOfChanges(to new: [UInt8]) -> Range<Int>? {
    let places = oldBytes.indices.filter { oldBytes[$0] != new[$0] }
    guard let first = places.first, let last = places.last else { return 0..<0 }
    return first / 512 == last / 512 ? first..<(last + 1) : nil
  }

  /// Writes the array with its new rows as a new file over the old one.
  private func rewrite(_ newHeader: [UInt8]) throws(FormatError) {
    let size = end + sink.position
    try AtomicFile.write(to: path) { (file: any ByteSink) throws(FormatError) in
      try file.write(newHeader)
      var offset = header.byteCount
      while offset < size {
        let count = min(1 << 20, size - offset)
        try file.write(source.readBytes(at: offset, count: count, "the array"))
        offset += count
      }
    }
    // Another name of the old file keeps what it had.
    _ = try? descriptor.resize(to: Int64(end))
  }
}
