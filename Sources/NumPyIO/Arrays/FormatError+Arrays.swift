package import ByteIO
internal import NDArrays

extension FormatError {
  /// Runs what may fail as an array operation; the failure becomes one of the file that asked for it.
  package static func wrapping<Result>(
    _ code: Code, file: String?, _ body: () throws(ArrayError) -> Result
  ) throws(FormatError) -> Result {
    do throws(ArrayError) { return try body() } catch { throw FormatError(code, error.message, file: file) }
  }
}
