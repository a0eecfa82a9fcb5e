internal import ByteIO

/// What the environment and the files of a profile say, as botocore reads them.
struct AWSProfile {
  /// The profile's name.
  let name: String
  /// The values of the file of credentials, and those of the file of settings.
  let credentials: [String: String]
  let settings: [String: String]
  /// The settings within `s3 =`.
  let s3: [String: String]

  /// Reads the profile that the environment names, or `default`.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if it names one that is in neither file.
  init(_ options: RemoteOptions) throws(FormatError) {
    let chosen = options.first(of: ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"])
    let name = chosen ?? "default"
    let home = options.environment("HOME") ?? ""
    func sections(_ variable: String, _ file: String) -> [String: [String: AWSProfile.Value]] {
      let path = options.environment(variable).map { $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 } ?? home + file
      guard let bytes = try? FileSource(path: path).readBytes(at: 0, upTo: 1 << 20) else { return [:] }
      return AWSProfile.sections(of: String(decoding: bytes, as: UTF8.self))
    }
    let secrets = sections("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")[name]
    let config = sections("AWS_CONFIG_FILE", "/.aws/config")
    let general = config["profile " + name] ?? (name == "default" ? config["default"] : nil)
    guard chosen == nil || secrets != nil || general != nil else {
      throw FormatError(.notFound, "neither ~/.aws/config nor ~/.aws/credentials has the profile '\(name)'")
    }
    self.name = name
    credentials = (secrets ?? [:]).mapValues(\.text)
    settings = (general ?? [:]).mapValues(\.text)
    s3 = general?["s3"]?.inner ?? [:]
  }

  /// The value of a key, with what is indented below it.
  struct Value {
    var text: String
    var inner: [String: String] = [:]
  }

  /// The sections of an INI file: `[name]`, `key = value`, comments with `#` and `;`.
  static func sections(of text: String) -> [String: [String: Value]] {
    var sections: [String: [String: Value]] = [:]
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
