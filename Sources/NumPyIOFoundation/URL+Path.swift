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
    let path = path(percentEncoded: false)
    // A path of one `-` means standard input to the functions that take paths; a URL names a file.
    return path == "-" ? "./-" : path
  }
}
