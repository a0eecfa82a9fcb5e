internal import ByteIO
internal import Foundation

extension URL {
  /// The path of the file that the URL names.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for URLs that name no file of this machine.
  func localPath() throws(FormatError) -> String {
    guard isFileURL else {
      throw FormatError(.unsupported, "only file URLs can be read and written", file: absoluteString)
    }
    return path(percentEncoded: false)
  }
}
