import ByteIO
import NumPyIO

/// A file and what was found in it.
struct CheckedFile {
  let path: String
  let findings: [FileCheck.Finding]
  let risk: PickleRisk
  let isGood: Bool
  /// Whether nothing of it was read.
  var isLeftOut = false
}

/// What `check` found, for other programs.
enum CheckReport {
  static func json(_ result: CheckedFile) -> JSONValue {
    .object([
      ("file", .string(result.path)), ("ok", .bool(result.isGood)), ("risk", .string(result.risk.rawValue)),
      ("findings", .array(result.findings.map(json))),
    ])
  }

  private static func json(_ finding: FileCheck.Finding) -> JSONValue {
    var entries: [(key: String, value: JSONValue)] = [
      ("severity", .string(finding.severity.rawValue)), ("code", .string(finding.error.code.rawValue)),
      ("message", .string(message(of: finding))), ("member", finding.error.member.map(JSONValue.string) ?? .null),
      ("offset", finding.error.offset.map(JSONValue.int) ?? .null),
    ]
    if let risk = finding.risk { entries.append(("risk", .string(risk.rawValue))) }
    if let name = finding.name {
      entries.append(("name", .string(name)))
      entries.append(("calls", .array(finding.calls.map(JSONValue.string))))
    }
    return .object(entries)
  }

  private static func message(of finding: FileCheck.Finding) -> String {
    Failure.message(of: Advice.added(to: finding.error))
  }

  // MARK: SARIF

  /// The Static Analysis Results Interchange Format of OASIS, version 2.1.0.
  static func sarif(_ results: [CheckedFile], version: String) -> JSONValue {
    let findings = results.flatMap { result in result.findings.map { (result.path, $0) } }
    var rules: [String] = []
    for (_, finding) in findings where !rules.contains(finding.error.code.rawValue) {
      rules.append(finding.error.code.rawValue)
    }
    let driver = JSONValue.object([
      ("name", .string("npy check")), ("version", .string(version)),
      ("rules", .array(rules.map { .object([("id", .string($0))]) })),
    ])
    return .object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
      (
        "runs",
        .array([
          .object([
            ("tool", .object([("driver", driver)])),
            ("results", .array(findings.map { sarif($0.1, in: $0.0, rules) })),
          ])
        ])
      ),
    ])
  }

  private static func sarif(_ finding: FileCheck.Finding, in path: String, _ rules: [String]) -> JSONValue {
    let code = finding.error.code.rawValue
    var place: [(key: String, value: JSONValue)] = [("artifactLocation", .object([("uri", .string(uri(path)))]))]
    // An offset within a member is none within the file.
    if let offset = finding.error.offset, finding.error.member == nil {
      place.append(("region", .object([("byteOffset", .int(offset))])))
    }
    var location: [(key: String, value: JSONValue)] = [("physicalLocation", .object(place))]
    if let member = finding.error.member {
      location.append(("logicalLocations", .array([.object([("fullyQualifiedName", .string(member))])])))
    }
    return .object([
      ("ruleId", .string(code)), ("ruleIndex", .int(rules.firstIndex(of: code) ?? 0)),
      ("level", .string(finding.severity.rawValue)),
      ("message", .object([("text", .string(Console.printable(message(of: finding))))])),
      ("locations", .array([.object(location)])),
    ])
  }

  /// A path as a relative or absolute reference: what is not plain is escaped.
  private static func uri(_ path: String) -> String {
    var text = path.hasPrefix("/") ? "file://" : ""
    let digits = Array("0123456789ABCDEF")
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
      }
    }
    return text
  }
}
