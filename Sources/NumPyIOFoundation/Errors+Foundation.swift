public import ByteIO
public import Foundation
public import NDArrays

extension FormatError: LocalizedError {
  /// The one line that ``FormatError/description`` gives, for alerts and logs.
  public var errorDescription: String? { description }
}

extension FormatError: CustomNSError {
  /// The domain of the `NSError` that the error becomes.
  public static var errorDomain: String { "NumPyIO.FormatError" }

  /// The place of the error's code among all codes, from 1 on in the order in which ``FormatError/Code`` declares them; 0 for a
  /// code of a caller's own. Where the Swift type is at hand, switch over ``FormatError/code`` instead.
  public var errorCode: Int { FormatError.numbered.firstIndex(of: code).map { $0 + 1 } ?? 0 }

  /// The description, and the path of the file under `NSFilePathErrorKey` if the error names one.
  public var errorUserInfo: [String: Any] {
    var info: [String: Any] = [NSLocalizedDescriptionKey: description]
    info[NSFilePathErrorKey] = file
    return info
  }

  /// What a number stands for never changes: new codes go to the end.
  private static let numbered: [Code] = [
    .io, .notFound, .permissionDenied, .alreadyExists, .empty, .truncated, .wrongKind, .malformed, .corrupt, .limitExceeded,
    .badValue, .unsupported, .ambiguous, .wrongDType, .wrongShape, .badArgument, .cancelled, .closedPipe,
  ]
}

extension ArrayError: LocalizedError {
  /// The message, for alerts and logs.
  public var errorDescription: String? { message }
}

extension ArrayError: CustomNSError {
  /// The domain of the `NSError` that the error becomes.
  public static var errorDomain: String { "NumPyIO.ArrayError" }

  /// The place of the error's code among all codes, from 1 on in the order in which ``ArrayError/Code`` declares them.
  public var errorCode: Int { (ArrayError.numbered.firstIndex(of: code) ?? -1) + 1 }

  /// The message.
  public var errorUserInfo: [String: Any] { [NSLocalizedDescriptionKey: message] }

  /// What a number stands for never changes: new codes go to the end.
  private static let numbered: [Code] = [
    .indexOutOfRange, .axisOutOfRange, .badIndex, .shapeMismatch, .tooLarge, .badDType, .dtypeMismatch, .badValue,
    .outOfBounds, .noSuchField, .unsupported,
  ]
}
