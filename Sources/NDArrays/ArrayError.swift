/// What cannot be done with an array: a shape, index or dtype that does not fit.
///
/// Errors compare by ``code`` alone.
public struct ArrayError: Error, Sendable {
  /// The kind of trouble.
  public enum Code: String, Sendable, Hashable {
    /// An index, or a bound of a range, outside its axis.
    case indexOutOfRange
    /// An axis that the array does not have.
    case axisOutOfRange
    /// More indices than axes, two ellipses, or a step of zero.
    case badIndex
    /// Shapes that do not fit each other or the number of elements.
    case shapeMismatch
    /// A shape that no memory holds, or more than 64 axes.
    case tooLarge
    /// A dtype notation that NumPy would not accept.
    case badDType
    /// A conversion that the casting rule forbids, or an element type that is not the array's.
    case dtypeMismatch
    /// A value that the dtype cannot hold.
    case badValue
    /// A view that would reach outside its memory.
    case outOfBounds
    /// A structured array has no field of that name.
    case noSuchField
    /// The operation does not exist for this dtype.
    case unsupported
  }

  /// The kind of trouble, for programs; the ``message`` is for people, and its words may change.
  public var code: Code
  /// What is wrong, in one line.
  public var message: String

  /// An error of a kind, with what is wrong in one line.
  @inline(never)
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension ArrayError {
  /// What `NSError` calls the error's domain: not that of a module that nobody imports.
  public var _domain: String { "NumPyIO.ArrayError" }

  /// What `NSError` calls the error's code: its place among all codes, from 1 on in the order in which they are declared. What a number
  /// stands for never changes: new codes go to the end.
  public var _code: Int { (ArrayError.numbered.firstIndex(of: code) ?? -1) + 1 }

  private static let numbered: [Code] = [
    .indexOutOfRange, .axisOutOfRange, .badIndex, .shapeMismatch, .tooLarge, .badDType, .dtypeMismatch, .badValue,
    .outOfBounds, .noSuchField, .unsupported,
  ]
}

extension ArrayError: Equatable {
  /// Errors are equal if their codes are.
  public static func == (left: ArrayError, right: ArrayError) -> Bool { left.code == right.code }
}

extension ArrayError: CustomStringConvertible {
  /// The ``message``, as `print(error)` shows it.
  public var description: String { message }
}
