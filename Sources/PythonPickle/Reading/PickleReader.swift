public import ByteIO

/// What the 8-bit strings of Python 2 become.
public enum PickleStringEncoding: String, Sendable, Hashable, CaseIterable {
  /// Strings; a byte above 127 is an error. Python's default.
  case ascii
  /// Strings of one code point a byte: what NumPy's arrays from Python 2 need.
  case latin1
  /// Bytes.
  case bytes
}

/// Reads pickles: protocols 0 to 5, one after the other from the same source.
///
/// Nothing is ever executed, imported or looked up: what a pickle would call becomes a ``PickleObject``.
///
/// ```swift
/// var reader = PickleReader(try FileSource(path: "log.pkl"))
/// while try !reader.isAtEnd() { print(try reader.read()) }
/// ```
public struct PickleReader {
  private var input: PickleWindow
  private let options: Options

  /// A reader that begins at an offset of the source.
  public init(_ source: any ByteSource, at offset: Int = 0, options: Options = Options()) {
    input = PickleWindow(source, at: offset)
    self.options = options
  }

  /// A reader of a file that is mapped as well: large bytes become parts of the map, all else is read from the file.
  package init(_ source: any ByteSource, lending map: MappedFile?, options: Options) {
    input = PickleWindow(source, at: 0, lending: map)
    self.options = options
  }

  /// Where the next byte lies in the source: after the last pickle.
  public var position: Int { input.position }

  /// The highest protocol that the last pickle declared; 0 for none, as protocols 0 and 1 declare nothing.
  public private(set) var protocolVersion = 0

  /// Whether no byte is left.
  ///
  /// - Throws: What the source throws.
  public mutating func isAtEnd() throws(FormatError) -> Bool { try !input.has(1) }

  /// The next bytes after the last pickle, for formats that put raw data there.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if there are fewer.
  package mutating func rawBytes(_ count: Int) throws(FormatError) -> PickleBytes {
    guard count >= 0 else { throw FormatError(.malformed, "a negative number of bytes", offset: position) }
    return try input.payload(count)
  }

  /// Reads the next pickle.
  ///
  /// - Throws: ``FormatError`` with the byte offset: `truncated`, `malformed`, `unsupported` (a later protocol, an
  ///   unknown extension code), `limitExceeded`; `empty` if there is no byte at all.
  public mutating func read() throws(FormatError) -> PickleValue {
    var machine = PickleMachine(input, options)
    defer {
      input = machine.input
      protocolVersion = machine.protocolVersion
    }
    return try machine.runOrTellWhere()
  }
}

extension PickleMachine {
  /// Runs the pickle as an operation that its source's readers see; its errors say where.
  mutating func runOrTellWhere() throws(FormatError) -> PickleValue {
    let source = input.source
    do throws(FormatError) {
      return try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in try run() }
    } catch {
      throw error.at(file: source.name, offset: operationStart)
    }
  }
}
