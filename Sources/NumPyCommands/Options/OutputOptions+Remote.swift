import ArgumentParser
import ByteIO
import RemoteFiles

/// Files on servers: they are made here first, then uploaded, so that a server never has a part of one.
extension OutputOptions {
  /// Has a file written where a path says: here by `body`, which gets the path for the library, or on a server.
  ///
  /// - Parameter remote: How the server is spoken to.
  func write(to path: String, _ remote: RemoteInput, _ body: (_ path: String) throws -> Void) throws {
    let isHTTP = RemoteAddress.isRemote(path) && path.prefix(5).lowercased() != "s3://"
    guard isHTTP || !put else {
      throw ValidationError("--put is for an address of http or https that is written to, such as https://host/x.npy")
    }
    guard RemoteAddress.isRemote(path) else { return try body(StandardStreams.target(path)) }
    guard put || !isHTTP else {
      throw ValidationError(
        "--put writes to \(RemoteAddress.printable(path)) by PUT, if the server takes files that way")
    }
    let upload = try RemoteUpload(to: path, replacing: replaces, options: remote.options())
    try upload.checkTarget()
    let folder = try Folders.temporary()
    defer { Folders.remove(folder) }
    let name = RemoteAddress.printable(path).split(separator: "/").last.map(String.init) ?? ""
    // The extension says what is written; the name may be longer than a file's here.
    let file = folder + "/" + String(decoding: name.utf8.suffix(100), as: UTF8.self)
    try body(file)
    try upload.upload(FileSource(path: file))
  }
}
