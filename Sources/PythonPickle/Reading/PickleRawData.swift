public import ByteIO

/// The bytes that follow an object within its pickle, for formats that put raw data there (joblib).
public struct PickleRawData {
  var input: PickleWindow

  /// Where the next byte lies in the source.
  public var position: Int { input.position }

  /// One byte.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if there is none.
  public mutating func byte() throws(FormatError) -> UInt8 { try input.byte() }

  /// The next `count` bytes: in place if the file is mapped or in memory, else read straight into memory of their own.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if there are fewer.
  public mutating func bytes(_ count: Int) throws(FormatError) -> PickleBytes {
    guard count >= 0 else { throw FormatError(.malformed, "a negative number of bytes", offset: position) }
    return try input.payload(count)
  }

  /// A whole pickle that lies here, without raw data of its own.
  ///
  /// - Throws: ``FormatError`` as ``PickleReader/read()``.
  public mutating func pickle(options: PickleReader.Options) throws(FormatError) -> PickleValue {
    var plain = options
    // Else a pickle within a pickle within a pickle could exhaust the stack.
    plain.rawData = nil
    var machine = PickleMachine(input, plain)
    let value = try machine.run()
    input = machine.input
    return value
  }
}
