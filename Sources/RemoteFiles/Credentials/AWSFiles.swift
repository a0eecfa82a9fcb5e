internal import ByteIO

/// The files of settings and of credentials, `~/.aws/config` and `~/.aws/credentials`, as botocore reads them.
struct AWSFiles {
  /// The value of a key, with what is indented below it.
  struct Value {
    var text: String
    var inner: [String: String] = [:]
  }

  typealias Sections = [String: [String: Value]]

  private let credentials: Sections
  private let config: Sections
  /// `~/.aws`, where the tools keep what logins give.
  let folder: String

  init(_ options: RemoteOptions) {
    let home = options.environment("HOME") ?? ""
    func sections(_ variable: String, _ file: String) -> Sections {
      let path = options.environment(variable).map { $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 } ?? home + file
      guard let bytes = try? FileSource(path: path).readBytes(at: 0, upTo: 1 << 20) else { return [:] }
      return AWSFiles.sections(of: String(decoding: bytes, as: UTF8.self))
    }
    credentials = sections("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")
    config = sections("AWS_CONFIG_FILE", "/.aws/config")
    folder = home + "/.aws"
  }

  /// A profile; `nil` if neither file has it.
  func profile(_ name: String) -> AWSProfile? {
    let settings = config["profile " + name] ?? (name == "default" ? config["default"] : nil)
    guard credentials[name] != nil || settings != nil else { return nil }
    return AWSProfile(
      name: name, credentials: (credentials[name] ?? [:]).mapValues(\.text),
      settings: (settings ?? [:]).mapValues(\.text),
      s3: settings?["s3"]?.inner ?? [:])
  }

  /// What the section of a login (`[sso-session NAME]`) says; `nil` if there is none.
  func loginSession(_ name: String) -> [String: String]? { config["sso-session " + name]?.mapValues(\.text) }

  /// The value that a section of services (`[services NAME]`) has for a service.
  func setting(_ key: String, of service: String, in name: String) -> String? {
    config["services " + name]?[service]?.inner[key]
  }

  /// The sections of an INI file: `[name]`, `key = value`, comments with `#` and `;`.
  static func sections(of text: String) -> Sections {
    var sections: Sections = [:]
    var section: String?
    var key: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let content = trimmed(line)
      if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
      if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
        let words = content[content.index(after: content.startIndex)..<end].split(separator: " ")
        let name = words.joined(separator: " ").filter { $0 != "\"" && $0 != "'" }
        (section, key) = (name, nil)
        sections[name] = sections[name] ?? [:]
        continue
      }
      guard let section, let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
      let name = trimmed(content[..<sign]).lowercased()
      let value = trimmed(content[content.index(after: sign)...])
      if line.first == " " || line.first == "\t", let key {
        sections[section]?[key]?.inner[name] = value
      } else {
        sections[section]?[name] = Value(text: value)
        key = name
      }
    }
    return sections
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = Substring(text).drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
