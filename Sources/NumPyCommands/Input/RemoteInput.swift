import ArgumentParser
import ByteIO
import NumPyIO
import RemoteFiles

/// Opens what an address names: a file here, standard input, or a file on a server.
struct RemoteInput: ParsableArguments, Sendable {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A header for servers, such as 'Authorization: Bearer TOKEN'; @FILE reads them from a file, a line each.",
      discussion: "It goes to the server that the address names, and to no other.", valueName: "header"))
  var httpHeader: [String] = []

  func validate() throws {
    guard httpHeader.isEmpty || CommandLine.arguments.contains(where: { $0.contains("://") }) else {
      throw ValidationError("--http-header is for addresses on servers, such as https://host/x.npy")
    }
    // What was typed may be a secret.
    guard httpHeader.allSatisfy({ $0.hasPrefix("@") || $0.contains(":") }) else {
      throw ValidationError("--http-header takes 'Name: value', or @FILE")
    }
  }

  /// The bytes of a file.
  ///
  /// - Throws: ``FormatError`` if there is no such file, here or on the server.
  func source(_ path: String) throws(FormatError) -> any ByteSource {
    guard RemoteInput.isRemote(path) else { return try StandardStreams.source(path) }
    return try RemoteSource(opening: path, options: options())
  }

  /// A file opened as what it is.
  func document(_ path: String, _ options: OpenOptions) throws(FormatError) -> Document {
    var options = options
    options.openPart = source
    return try Document(source(path), path: RemoteInput.name(path), options: options)
  }

  /// How servers are spoken to.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for what is no header.
  func options() throws(FormatError) -> RemoteOptions {
    var options = RemoteOptions()
    for text in httpHeader {
      guard text.hasPrefix("@") else {
        try options.add(text)
        continue
      }
      let path = String(text.dropFirst())
      let bytes = try StandardStreams.source(path).readBytes(at: 0, upTo: 1 << 16)
      let lines = String(decoding: bytes, as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (number, line) in lines.enumerated() where !line.isEmpty {
        do throws(FormatError) { try options.add(String(line)) } catch {
          var error = error.at(file: path)
          error.line = number + 1
          throw error
        }
      }
    }
    return options
  }

  /// Whether a path is the address of a file on a server.
  static func isRemote(_ path: String) -> Bool { RemoteAddress.isRemote(path) }

  /// A path as it is shown: of an address on a server without what may be secret in it.
  static func name(_ path: String) -> String { RemoteAddress.printable(path) }
}

extension RemoteOptions {
  /// Adds `Name: value`.
  fileprivate mutating func add(_ line: String) throws(FormatError) {
    guard let colon = line.firstIndex(of: ":") else {
      // What stands there may be a secret.
      throw FormatError(.badArgument, "this is no header, which is 'Name: value'")
    }
    headers.append((String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " })))
  }
}
