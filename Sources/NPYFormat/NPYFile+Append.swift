internal import ArrayBytes
internal import SystemPackage
public import ByteIO
public import NDArrays

extension NPYFile {
  /// Appends rows to the array of a `.npy` file along axis 0, without rewriting it: what NumPy has been asked for since
  /// 2014 (numpy #4987).
  ///
  /// The rows are written after the array and brought to disk; then the number in the header is overwritten in place.
  /// A crash at any moment leaves a file that loads as before or as after; after an error or a cancellation it is what
  /// it was. A header without room for the new number (not written by NumPy 1.24 or later, nor by this library), or
  /// whose number lies on both sides of a sector's end, means a rewrite, which is atomic.
  ///
  /// - Parameters:
  ///   - rows: An array of the file's dtype (in either byte order), its shape the file's but for the first axis.
  ///   - path: A file with one array in C order.
  ///   - discardingTrailingBytes: Whether bytes that follow the array, such as an interrupted append leaves, may be
  ///     overwritten. By default they are an error, since they may be another array.
  /// - Throws: ``FormatError`` if the rows do not fit, the file cannot be written, or bytes follow the array.
  public static func append(
    _ rows: AnyNDArray, to path: String, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) throws(FormatError) {
    let (descriptor, source) = try FileSource.openToGrow(path: path)
    defer {
      SystemCall.unlock(descriptor)
      try? descriptor.close()
    }
    let file = try NPYFile(source, limits: limits)
    let header = file.header
    guard let oldCount = header.shape.first else {
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
    let rows = try rows.asRows(of: header.dtype, Array(header.shape.dropFirst()), file: path)
    let trailing = file.trailingByteCount ?? 0
    guard trailing == 0 || discardingTrailingBytes else {
      throw FormatError(
        .ambiguous,
        "\(trailing) bytes follow the array: another array, or what an interrupted append left; "
          + "allow them to be discarded, or save the array anew", file: path,
        offset: file.dataOffset + header.dataByteCount)
    }
    let newShape = [try oldCount.checkedAdding(rows.shape[0])] + header.shape.dropFirst()
    let (newHeader, newBytes) = try header.resized(to: newShape)
    let oldBytes = try source.readBytes(at: 0, count: header.byteCount, "the header")
    guard newHeader.byteCount == header.byteCount, let changed = sectorOfChanges(from: oldBytes, to: newBytes) else {
      try rewrite(file, rows, path: path, shape: newShape)
      return
    }
    let end = file.dataOffset + header.dataByteCount
    UnfinishedFiles.beginGrowing()
    defer { UnfinishedFiles.endGrowing() }
    do throws(FormatError) {
      try ByteProgress.operation(.writing, path, total: rows.nbytes, counting: .sink) { () throws(FormatError) in
        try write(rows.inCOrder, at: end, of: descriptor, path)
      }
      do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), newBytes[changed]) } catch {
        throw .system(error, "cannot write the header", file: path)
      }
      try SystemCall.synchronize(descriptor, name: path)
    } catch {
      // The file becomes what it was: the header first, since it tells what counts.
      _ = try? descriptor.writeAll(toAbsoluteOffset: Int64(changed.lowerBound), oldBytes[changed])
      _ = try? descriptor.resize(to: Int64(end))
      throw error
    }
  }

  /// Where two headers of one length differ; `nil` if that is not within one sector of 512 bytes, which a disk writes
  /// whole or not at all.
  private static func sectorOfChanges(from old: [UInt8], to new: [UInt8]) -> Range<Int>? {
    let places = old.indices.filter { old[$0] != new[$0] }
    guard let first = places.first, let last = places.last else { return 0..<0 }
    return first / 512 == last / 512 ? first..<(last + 1) : nil
  }

  /// Writes rows to disk, at a place that the header does not know of yet.
  private static func write(
    _ rows: AnyNDArray, at offset: Int, of descriptor: FileDescriptor, _ path: String
  ) throws(FormatError) {
    do { _ = try descriptor.seek(offset: Int64(offset), from: .start) } catch {
      throw .system(error, "cannot append", file: path)
    }
    let sink = DescriptorSink(descriptor, name: path)
    try rows.writeBytes(to: sink)
    try sink.flush()
    try SystemCall.synchronize(descriptor, name: path)
  }

  /// Writes the old array and the new rows as a new file over the old one.
  private static func rewrite(
    _ file: NPYFile, _ rows: AnyNDArray, path: String, shape: [Int]
  ) throws(FormatError) {
    try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in
      try sink.write(NPYHeader.encode(dtype: file.header.dtype, shape: shape).bytes)
      try file.elements().forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
        try run.writeBytes(to: sink)
      }
      try rows.inCOrder.writeBytes(to: sink)
    }
  }
}

extension NPYHeader {
  /// The header of the array with another length of axis 0; as long as this one where that is possible.
  fileprivate func resized(to shape: [Int]) throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    let (header, bytes) = try NPYHeader.encode(dtype: dtype, shape: shape)
    let textStart = 8 + header.version.lengthFieldSize
    // Trailing spaces are all that may be cut or added, as long as the length field stays the same size.
    let text = bytes[textStart...].dropLast().reversed().drop { $0 == UInt8(ascii: " ") }.count
    guard header.version.major <= version.major, version.major < 3 || header.version.major == 3,
      8 + version.lengthFieldSize + text + 1 <= byteCount
    else { return (header, bytes) }
    let length = byteCount - 8 - version.lengthFieldSize
    var result = NPYHeader.magic + [version.major, version.minor]
    for shift in 0..<version.lengthFieldSize { result.append(UInt8(truncatingIfNeeded: length >> (shift * 8))) }
    result += bytes[textStart..<(textStart + text)]
    result += [UInt8](repeating: UInt8(ascii: " "), count: length - text - 1) + [UInt8(ascii: "\n")]
    return (
      NPYHeader(version: version, dtype: dtype, shape: shape, isFortranOrder: false, byteCount: byteCount), result
    )
  }
}
