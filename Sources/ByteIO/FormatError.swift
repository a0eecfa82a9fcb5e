/// What is wrong with a file or a stream, and where.
///
/// The one error of everything that reads or writes bytes. Errors compare by ``code`` alone, so that tests and
/// callers need not know the wording:
///
/// ```swift
/// do {
///   try AnyNDArray(contentsOf: "arr.npy")
/// } catch {
///   guard error.code == .truncated else { throw error }
///   print("cut short at byte \(error.offset ?? 0)")
/// }
/// ```
public struct FormatError: Error, Sendable {
  /// The kind of trouble; stable, and what `--json` prints.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name of the code, in snake case.
    public let rawValue: String

    /// The code of a name in snake case, also one of a caller's own.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The name of the code.
    public var description: String { rawValue }

    /// The system refused an operation: a write, a rename, a full disk.
    public static let io = Code(rawValue: "io")
    /// No such file, member or path within a file.
    public static let notFound = Code(rawValue: "not_found")
    /// The file may not be opened or replaced.
    public static let permissionDenied = Code(rawValue: "permission_denied")
    /// The output exists and was not to be replaced.
    public static let alreadyExists = Code(rawValue: "already_exists")
    /// Nothing in the file at all, or no array where one should follow.
    public static let empty = Code(rawValue: "empty")
    /// The bytes end before what they promise.
    public static let truncated = Code(rawValue: "truncated")
    /// Not a file of this kind; the message says of which it is, as far as that can be told.
    public static let wrongKind = Code(rawValue: "wrong_kind")
    /// A header, directory or other description that breaks the format's rules.
    public static let malformed = Code(rawValue: "malformed")
    /// Data that contradicts its own checksum or description.
    public static let corrupt = Code(rawValue: "corrupt")
    /// A limit that the caller set, or the format's own, would be exceeded.
    public static let limitExceeded = Code(rawValue: "limit_exceeded")
    /// A text field that is not a value of the wanted type.
    public static let badValue = Code(rawValue: "bad_value")
    /// Well-formed, but this library has no way to hold or write it.
    public static let unsupported = Code(rawValue: "unsupported")
    /// Two parts of an answer fit: a name that stands twice, a choice that was not made.
    public static let ambiguous = Code(rawValue: "ambiguous")
    /// The elements are of another dtype than was asked for, or than fits.
    public static let wrongDType = Code(rawValue: "wrong_dtype")
    /// The shape is another than fits.
    public static let wrongShape = Code(rawValue: "wrong_shape")
    /// What the caller asked for makes no sense for this data.
    public static let badArgument = Code(rawValue: "bad_argument")
    /// The caller's progress callback asked to stop.
    public static let cancelled = Code(rawValue: "cancelled")
    /// The reader of the output has gone away (EPIPE).
    public static let closedPipe = Code(rawValue: "closed_pipe")
  }

  /// What there is to say, in a block of its own: an error is one reference, which every `try` between where it is thrown and where
  /// it is caught hands on in a register. As a struct of ten fields it took a tenth of the library's code to hand on.
  private var block: Block

  private final class Block: Sendable {
    let details: Details
    init(_ details: Details) { self.details = details }
  }

  private struct Details {
    var code: Code
    var message: String
    var file: String?
    var member: String?
    var offset: Int?
    var line: Int?
    var row: Int?
    var column: Int?
    var hint: String?
    var commandHint: String?
  }

  private var details: Details {
    get { block.details }
    set { block = Block(newValue) }
  }

  /// The kind of trouble, for programs; the ``message`` is for people, and its words may change.
  public var code: Code {
    get { details.code }
    set { details.code = newValue }
  }
  /// What is wrong, in one line, without the place.
  public var message: String {
    get { details.message }
    set { details.message = newValue }
  }
  /// The file's name as the caller gave it.
  public var file: String? {
    get { details.file }
    set { details.file = newValue }
  }
  /// The archive member, or the path of keys within a pickle.
  public var member: String? {
    get { details.member }
    set { details.member = newValue }
  }
  /// Where in the file (or member), in bytes from its start.
  public var offset: Int? {
    get { details.offset }
    set { details.offset = newValue }
  }
  /// The line of a text file, counted from 1.
  public var line: Int? {
    get { details.line }
    set { details.line = newValue }
  }
  /// The row of a text file, counted as NumPy counts it in its messages.
  public var row: Int? {
    get { details.row }
    set { details.row = newValue }
  }
  /// The column of a text file, counted as NumPy counts it in its messages.
  public var column: Int? {
    get { details.column }
    set { details.column = newValue }
  }
  /// What may help, in a few words.
  public var hint: String? {
    get { details.hint }
    set { details.hint = newValue }
  }
  /// What may help who uses the command: the options that do. Programs have no such options, and are not told of them.
  package var commandHint: String? {
    get { details.commandHint }
    set { details.commandHint = newValue }
  }

  /// Makes an error; the place is filled in by those who know it.
  @inline(never)
  public init(
    _ code: Code, _ message: String, file: String? = nil, member: String? = nil, offset: Int? = nil,
    row: Int? = nil, column: Int? = nil
  ) {
    block = Block(
      Details(code: code, message: message, file: file, member: member, offset: offset, row: row, column: column))
  }

  /// The same error with the places filled in that it did not have yet.
  @inline(never)
  public func at(file: String? = nil, member: String? = nil, offset: Int? = nil) -> FormatError {
    var error = self
    error.file = error.file ?? file
    error.member = error.member ?? member
    error.offset = error.offset ?? offset
    return error
  }

  /// The same error with more to its message.
  @inline(never)
  package func adding(_ advice: String) -> FormatError {
    var error = self
    error.message += "; " + advice
    return error
  }

  /// The same error, its byte offset counted from further ahead: what was an offset within a part becomes one
  /// within the whole.
  @inline(never)
  public func shifted(by distance: Int) -> FormatError {
    var error = self
    if let offset = error.offset {
      let (sum, overflow) = offset.addingReportingOverflow(distance)
      error.offset = overflow ? nil : sum
    }
    return error
  }
}

extension FormatError: Equatable {
  /// Errors are equal if their codes are.
  public static func == (left: FormatError, right: FormatError) -> Bool { left.code == right.code }
}

extension FormatError {
  /// What `localizedDescription` prints where nothing says how errors of this type are to be put: Foundation then takes
  /// an error's domain and code. `NumPyIOFoundation` does say it; this is for programs that import Foundation alone.
  public var _domain: String { description }

  /// What `NSError` calls the error's code: its place among all codes, from 1 on in the order in which they are declared; 0 for one of a
  /// caller's own. What a number stands for never changes: new codes go to the end.
  public var _code: Int { (FormatError.numbered.firstIndex(of: code) ?? -1) + 1 }

  private static let numbered: [Code] = [
    .io, .notFound, .permissionDenied, .alreadyExists, .empty, .truncated, .wrongKind, .malformed, .corrupt,
    .limitExceeded,
    .badValue, .unsupported, .ambiguous, .wrongDType, .wrongShape, .badArgument, .cancelled, .closedPipe,
  ]
}

extension FormatError: CustomStringConvertible {
  /// One line: the place, as far as it is known, the message, and what may help.
  public var description: String { text(hints: [hint]) }

  /// The description for who uses the command.
  package var commandDescription: String { text(hints: [hint, commandHint]) }

  private func text(hints: [String?]) -> String {
    var place = file ?? ""
    // The name of a member's source has the member in it.
    if let member, !place.hasSuffix(":" + member), !place.hasSuffix(":" + member + ".npy") {
      place += place.isEmpty ? member : ":" + member
    }
    var text = place.isEmpty ? message : place + ": " + message
    switch (line, offset) {
    case (let line?, let offset?): text += " (line \(line), byte \(offset))"
    case (let line?, nil): text += " (line \(line))"
    case (nil, let offset?): text += " (byte \(offset))"
    case (nil, nil): break
    }
    for case let hint? in hints { text += "; " + hint }
    return text
  }
}
