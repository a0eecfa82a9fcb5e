internal import NumberText

/// Makes names of fields out of any texts: NumPy's `NameValidator`.
struct FieldNames {
  private let excluded: Set<String>
  private let deleted: Set<Unicode.Scalar>
  private let nameCase: GenFromTextOptions.NameCase
  private let replaceSpace: String
  private let format: String

  init(_ options: GenFromTextOptions) {
    excluded = Set(options.excludeList + ["return", "file", "print"])
    let characters = options.deleteCharacters ?? "~!@#$%^&*()-=+~\\|]}[{';: /?.>,<"
    deleted = Set(characters.unicodeScalars).union(["\""])
    nameCase = options.nameCase
    replaceSpace = options.replaceSpace
    format = options.defaultFormat
  }

  /// The name of a field without one: the format's `%i` (or `%d`, with a width) replaced.
  static func numbered(_ format: String, _ index: Int) -> String {
    var text = TextBuffer()
    for part in PercentFormat.parts(of: format) {
      switch part {
      case .literal(let bytes): text.append(bytes)
      case .conversion(let spec): text.append(magnitude: UInt64(index.magnitude), isNegative: index < 0, spec)
      // What is wrong with a format is left out.
      case .invalid, .wrongType: break
      }
    }
    return String(decoding: text.array, as: UTF8.self)
  }

  /// Valid, different names; as many as `count` says if it is given.
  ///
  /// - Parameter isHeader: Whether they are those of a header, or were given: NumPy calls these by its own format if they
  ///   are empty, whatever `defaultfmt` says.
  func validate(_ names: [String], count: Int? = nil, isHeader: Bool = false) -> [String] {
    let format = isHeader ? "f%i" : self.format
    var names = names
    if let count {
      if names.count < count { names += repeatElement("", count: count - names.count) }
      if names.count > count { names.removeLast(names.count - count) }
    }
    let given = Set(names)
    var result: [String] = []
    var seen: [String: Int] = [:]
    var emptyCount = 0
    for name in names {
      var item = PythonText.strip(cased(name))
      if !replaceSpace.isEmpty { item = PythonText.replacing(item, " ", with: replaceSpace) }
      item.unicodeScalars.removeAll { deleted.contains($0) }
      if item.isEmpty {
        item = FieldNames.numbered(format, emptyCount)
        // A format without a number would never end.
        while given.contains(item), FieldNames.numbered(format, emptyCount + 1) != item {
          emptyCount += 1
          item = FieldNames.numbered(format, emptyCount)
        }
        emptyCount += 1
      } else if excluded.contains(item) {
        item += "_"
      }
      let known = seen[item] ?? 0
      result.append(known > 0 ? "\(item)_\(known)" : item)
      seen[item] = known + 1
    }
    return result
  }

  private func cased(_ name: String) -> String {
    switch nameCase {
    case .kept: name
    case .upper: name.uppercased()
    case .lower: name.lowercased()
    }
  }
}
