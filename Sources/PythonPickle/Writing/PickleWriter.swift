public import ByteIO

/// Writes pickles, byte for byte as CPython's C pickler (3.13) would.
///
/// The pickler remembers values by identity. Strings and bytes made in Swift count as the same object where they are
/// equal, as Python's literals do (``Options/sharesEqualValues``); values that were read are the same where the
/// pickle they came from said so.
public struct PickleWriter {
  /// How pickles are written: by default as `pickle.dump` does.
  public struct Options {
    /// The protocol, 0 to 5. Python's default is 4, from 3.14 on 5.
    public var protocolVersion = 4
    /// Whether equal strings and bytes made in Swift are written once.
    public var sharesEqualValues = true
    /// Whether Python 3's module names become Python 2's, at protocols 0 to 2.
    public var fixImports = true
    /// Called for each ``PickleBuffer`` at protocol 5: whether it travels beside the pickle.
    public var keepsOutOfBand: ((PickleBuffer) throws(FormatError) -> Bool)?
    /// Called with each value that is to be written, parts of others too: the id of one that lives outside of the pickle,
    /// or `nil` for one to be written as ever. Python's `Pickler.persistent_id`.
    ///
    /// At protocol 0 an id is written as text, which is all that a reader gets.
    public var persistentID: ((PickleValue) throws(FormatError) -> PickleValue?)?
    /// Called with each object that was read, when it is first met: what shall be written in its place, such as the form
    /// that its library gives it at the protocol that is written; or `nil` for the object as it was read.
    public var adapt: ((PickleObject, PickleContext) throws(FormatError) -> PickleValue?)?
    /// Settings for types that choose their own form.
    public var userInfo: [String: any Sendable] = [:]

    /// Options of a protocol, 0 to 5: Python 2 reads up to 2, Python 3.8 and later all; 4 is its default.
    public init(protocolVersion: Int = 4) { self.protocolVersion = protocolVersion }
  }

  private let sink: any ByteSink
  private let options: Options

  /// A writer to a sink.
  public init(_ sink: any ByteSink, options: Options = Options()) {
    self.sink = sink
    self.options = options
  }

  /// Writes one pickle, with a memo of its own.
  ///
  /// - Throws: ``FormatError``: `badArgument` for a protocol that does not exist, `unsupported` for what the protocol
  ///   cannot hold (a buffer before protocol 5, an integer of more than 4300 digits as text), or the sink's.
  public func write(_ value: PickleValue) throws(FormatError) {
    guard (0...5).contains(options.protocolVersion) else {
      throw FormatError(.badArgument, "pickle protocol must be 0 to 5, not \(options.protocolVersion)")
    }
    var pickler = Pickler(sink, options)
    try pickler.dump(value)
  }
}
