package import ByteIO
package import NDArrays

extension FormatError {
  /// What an array operation reports, as the error of the file that asked for it. A bad argument is told apart as far as
  /// the operation does.
  package init(_ code: Code, _ error: ArrayError, file: String?) {
    let kind: Code =
      switch (code, error.code) {
      case (.badArgument, .dtypeMismatch): .wrongDType
      case (.badArgument, .shapeMismatch): .wrongShape
      case (.badArgument, .noSuchField): .notFound
      default: code
      }
    self.init(kind, error.message, file: file)
  }

  /// Runs an array operation; its error becomes one of the file that asked for it.
  package static func wrapping<Result>(
    _ code: Code, file: String?, _ body: () throws(ArrayError) -> Result
  ) throws(FormatError) -> Result {
    do throws(ArrayError) { return try body() } catch { throw FormatError(code, error, file: file) }
  }
}
