public import ByteIO
public import Foundation
public import NDArrays

extension FormatError: LocalizedError {
  /// The one line that ``FormatError/description`` gives, for alerts and logs.
  public var errorDescription: String? { description }
}

extension ArrayError: LocalizedError {
  /// The message, for alerts and logs.
  public var errorDescription: String? { message }
}
