public import ByteIO
public import NDArrays

extension NPYFile {
  /// Appends rows to the array of a `.npy` file along axis 0, without rewriting it: what NumPy has been asked for since
  /// 2014 (numpy #4987).
  ///
  /// The rows are written after the array and brought to disk; then the number in the header is overwritten in place.
  /// A crash at any moment leaves a file that loads as before or as after; after an error or a cancellation it is what
  /// it was. A header without room for the new number (not written by NumPy 1.24 or later, nor by this library), or
  /// whose number lies on both sides of a sector's end, means a rewrite, which is atomic. For rows that come one after the
  /// other an ``NPYAppender`` is kept open.
  ///
  /// - Parameters:
  ///   - rows: An array of the file's dtype (in either byte order), its shape the file's but for the first axis; or
  ///     one row.
  ///   - path: A file with one array in C order.
  ///   - discardingTrailingBytes: Whether bytes that follow the array, such as an interrupted append leaves, may be
  ///     overwritten. By default they are an error, since they may be another array.
  /// - Throws: ``FormatError`` if the rows do not fit, the file cannot be written, or bytes follow the array.
  public static func append(
    _ rows: AnyNDArray, to path: String, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) throws(FormatError) {
    let appender = try NPYAppender(path: path, discardingTrailingBytes: discardingTrailingBytes, limits: limits)
    do throws(FormatError) {
      try ByteProgress.operation(.writing, path, total: rows.nbytes, counting: .sink) { () throws(FormatError) in
        try appender.append(rows)
        try appender.close()
      }
    } catch {
      appender.discard()
      throw error
    }
  }
}

extension NPYFile {
  /// Appends rows of a known type to the array of a `.npy` file: see the form for arrays whose dtype is
  /// known at run time.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit, the file cannot be written, or bytes follow the array.
  public static func append<Element>(
    _ rows: NDArray<Element>, to path: String, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) throws(FormatError) {
    try append(rows.untyped, to: path, discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}

extension NPYHeader {
  /// The header of the array with another length of axis 0; as long as this one where that is possible.
  func encodedAlike(to shape: [Int]) throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    let (header, bytes) = try NPYHeader.encode(
      dtype: dtype, shape: shape, fortranOrder: false, elementFormat, notation: foreignNotation)
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
      NPYHeader(
        version: version, dtype: dtype, shape: shape, isFortranOrder: false, byteCount: byteCount,
        elementFormat: elementFormat, foreignNotation: foreignNotation), result
    )
  }
}
