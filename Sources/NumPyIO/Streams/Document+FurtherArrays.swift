internal import ByteIO
package import NPYFormat

// The arrays that several calls of `np.save` leave in one `.npy` file.

extension Document {
  /// Says that only the first array of a stream is used, if more follow: what does is known when that has been read.
  ///
  /// - Throws: ``FormatError`` if what follows cannot be read.
  package func warnOfRestOfStream() throws(FormatError) {
    if case .npy(let file) = content, !file.source.isSeekable { try warnIfMoreFollows(file) }
  }

  /// The array that follows in the same file; of one that is cut short the rows that are whole, if that was asked for.
  func next(after file: NPYFile) throws(FormatError) -> NPYFile? {
    guard options.recovers else { return try file.next(limits: options.limits) }
    do throws(FormatError) {
      guard let next = try file.next(limits: options.limits, allowingTruncation: true) else { return nil }
      return try Document.recovered(next, options)
    } catch {
      guard Document.isOfContent(error) else { throw error }
      options.onWarning?(FileWarning("what follows is no whole array: \(error.message)", file: file.source.name))
      return nil
    }
  }

  /// Whether an error is one of the bytes, and not of who gives them.
  private static func isOfContent(_ error: FormatError) -> Bool {
    [.malformed, .truncated, .unsupported, .wrongKind, .limitExceeded].contains(error.code)
  }

  /// Says that only the first array of a file is used, if more follow, be they broken: as NumPy's, the first can be read.
  func warnIfMoreFollows(_ file: NPYFile) throws(FormatError) {
    do throws(FormatError) {
      guard try file.next(limits: options.limits) != nil else { return }
    } catch {
      // Of a compressed file its end is what tells that it is whole.
      guard Document.isOfContent(error), file.source.seekCost != .restart else { throw error }
      options.onWarning?(
        FileWarning("an array follows the first that cannot be read: \(error.message)", file: file.source.name))
      return
    }
    options.onWarning?(
      "\(file.source.name) holds more arrays after the first, which are left out: name them \(path):1 and so on"
    )
  }

  /// One of the arrays that several `np.save` have written to one `.npy` file, counted from 0.
  package func file(_ index: Int) throws(FormatError) -> NPYFile {
    guard case .npy(var file) = content else { throw FormatError(.wrongKind, "this is not a .npy file", file: path) }
    guard index >= 0 else {
      throw FormatError(
        .notFound, "there is no array \(index): they are counted from 0", file: path, member: String(index))
    }
    for position in 0..<index {
      guard let next = try next(after: file) else {
        throw FormatError(
          .notFound, "there is no array \(index): the file holds \(position + 1)", file: path, member: String(index))
      }
      file = next
    }
    return file
  }
}

extension NPYFile {
  /// The array that follows in the same file, as several `np.save` to one handle leave them; `nil` if none does.
  ///
  /// Of a stream this array must have been read.
  ///
  /// - Parameter allowingTruncation: Whether the file may end within it.
  package func next(limits: LoadLimits, allowingTruncation: Bool = false) throws(FormatError) -> NPYFile? {
    guard !header.dtype.hasObjects else { return nil }
    let end = try dataOffset.checkedAdding(header.dataByteCount)
    if source.isSeekable {
      guard try source.readBytes(at: end, upTo: NPYHeader.magic.count) == NPYHeader.magic else { return nil }
      return try NPYFile(source, at: end, limits: limits, allowingTruncation: allowingTruncation)
    }
    return try? NPYFile(source, at: end, limits: limits)
  }
}
