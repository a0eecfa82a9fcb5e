/// How files on servers are written down: `https://…`, `http://…`, `s3://bucket/key`.
public enum RemoteAddress {
  /// Whether a text begins as the address of a file on a server.
  public static func isRemote(_ text: String) -> Bool { RemoteURL.isRemote(text) }

  /// An address for people: without user, password and query, which may be secret. What is no such address stays as it is.
  public static func printable(_ text: String) -> String {
    guard isRemote(text), let url = RemoteURL(text) else { return text }
    return url.printable
  }
}
