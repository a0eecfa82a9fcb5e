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
  /// How pickles are read: by default as `pickle.load` does, but that nothing is run.
  public struct Options {
    /// What the 8-bit strings of Python 2 become.
    public var encoding = PickleStringEncoding.ascii
    /// What a pickle may ask for.
    public var limits = PickleLimits.default
    /// Whether Python 2's module names become Python 3's, at protocols 0 to 2.
    public var fixImports = true
    /// The global names that extension codes represent (`copyreg.add_extension`).
    public var extensions: [Int: (module: String, name: String)] = [:]
    /// The buffers that travel beside the pickle (protocol 5), in order.
    public var buffers: [PickleMemory] = []
    /// Called for the buffers beyond ``buffers``, with their index; `nil` if there are no more.
    public var nextBuffer: ((Int) throws(FormatError) -> PickleBuffer?)?
    /// Called with every class or function that the pickle names, in order, whatever becomes of it: what Python would
    /// import.
    public var onGlobal: ((PickleGlobal) -> Void)?
    /// Called with each call that Python would make when it loads the pickle, known or not, whatever becomes of it.
    public var onCall: ((PickleObject) -> Void)?
    /// Called with each object that gets a state, and the state (`BUILD`).
    public var onState: ((PickleObject, PickleValue) -> Void)?
    /// With it, ``PickleStringEncoding/ascii`` is no more than what is expected: strings of Python 2 that are not ASCII
    /// are read as Latin-1, and this is called at the first.
    public var onForeignText: (() -> Void)?
    /// Called with a memo index that is millions beyond the number of entries: Python takes memory for all of them.
    public var onFarMemo: ((Int) -> Void)?
    /// Called where a state is set on a class or function itself, which changes it for the whole program. Reading fails
    /// then.
    public var onGlobalState: ((PickleGlobal, PickleValue) -> Void)?
    /// Called with each extension code, of ``extensions`` or not: what Python would look up in its registry.
    public var onExtension: ((Int) -> Void)?
    /// Called at the end of a pickle with the length of a frame that claimed more bytes than there are, by which Python's
    /// unpickler in C fails. The one in Python reads on, and so does the reader with this.
    public var onLongFrame: ((UInt64) -> Void)?
    /// Called for persistent ids (`persistent_load`); without it they stay ``PickleValue/persistent(_:)``.
    public var persistentLoad: ((PickleValue) throws(FormatError) -> PickleValue)?
    /// Called with each object that a call would make, before anything refers to it; may give what shall take its
    /// place.
    public var replaceCall: ((PickleObject) throws(FormatError) -> PickleValue?)?
    /// Called when an object has got its state; may read raw bytes that follow within the stream, and give what
    /// shall take the object's place.
    public var rawData: ((PickleObject, inout PickleRawData) throws(FormatError) -> PickleValue?)?

    /// The defaults of Python's `pickle.load`.
    public init() {}
  }

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
    let source = input.source
    var machine = PickleMachine(input, options)
    defer {
      input = machine.input
      protocolVersion = machine.protocolVersion
    }
    do throws(FormatError) {
      return try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in try machine.run() }
    } catch {
      throw error.at(file: source.name, offset: machine.operationStart)
    }
  }
}
