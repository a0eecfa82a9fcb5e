package import ByteIO

/// A source of unknown length that may not be longer than a limit.
package final class BoundedSource: ByteSource {
  private let base: any ByteSource
  private let maxBytes: Int

  package init(_ base: any ByteSource, maxBytes: Int) {
    self.base = base
    self.maxBytes = maxBytes
  }

  package var name: String { base.name }
  package var byteCount: Int? { base.byteCount }
  package var storedByteCount: Int? { base.storedByteCount }
  package var seekCost: SeekCost { base.seekCost }
  package var isStandardInput: Bool { base.isStandardInput }
  package func willBeReadOnce() { base.willBeReadOnce() }

  /// Reads from the source.
  ///
  /// - Throws: ``FormatError`` with code `limitExceeded` once bytes past the limit are read.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // Safe: the caller's memory, for the duration of the call.
    let count = try unsafe base.read(into: buffer, at: offset)
    guard count == 0 || offset <= maxBytes - count else {
      var error = FormatError(
        .limitExceeded, "the data inflates to more than the limit of \(maxBytes) bytes", file: name, offset: maxBytes)
      error.commandHint = InflationLimit.advice
      throw error
    }
    return count
  }
}
