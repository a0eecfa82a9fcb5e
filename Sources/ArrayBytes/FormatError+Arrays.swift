package import ByteIO
package import NDArrays

extension FormatError {
  /// What an array operation reports, as the error of the file that asked for it.
  package init(_ code: Code, _ error: ArrayError, file: String?) {
    self.init(code, error.message, file: file)
  }

  /// Runs an array operation; its error becomes one of the file that asked for it.
  package static func wrapping<Result>(
    _ code: Code, file: String?, _ body: () throws(ArrayError) -> Result
  ) throws(FormatError) -> Result {
    do throws(ArrayError) { return try body() } catch { throw FormatError(code, error, file: file) }
  }
}
