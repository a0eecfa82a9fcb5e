internal import ByteIO

/// `s3://bucket/key`. The key is what stands there, with all its characters.
struct S3Location: Sendable {
  var bucket: String
  var key: String

  /// Takes an address apart; `nil` if it is not one of S3.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` if bucket or key are missing.
  init?(_ address: String) throws(FormatError) {
    guard address.prefix(5).lowercased() == "s3://" else { return nil }
    let rest = address.dropFirst(5)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    bucket = String(rest[..<slash])
    key = slash == rest.endIndex ? "" : String(rest[rest.index(after: slash)...])
    let isName = bucket.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-._".utf8.contains($0)
    }
    guard !bucket.isEmpty, isName, !key.isEmpty else {
      throw FormatError(.badArgument, "an address of S3 is s3://BUCKET/KEY", file: address)
    }
  }

  var name: String { "s3://\(bucket)/\(key)" }

  /// The key as it stands in a URL: encoded once, but for what needs no encoding and slashes.
  var path: String { RemoteURL.percentEncoded(key.utf8) { "-._~/".utf8.contains($0) } }

  /// Whether the bucket can be a part of the host's name.
  var isHostName: Bool {
    let parts = bucket.split(separator: "-", omittingEmptySubsequences: false)
    let characters = bucket.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-")
    }
    return (3...63).contains(bucket.utf8.count) && characters && parts.first?.isEmpty == false
      && parts.last?.isEmpty == false
  }
}
