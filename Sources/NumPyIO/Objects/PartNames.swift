internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonLiterals
internal import PythonPickle

/// The names of what a value holds, as parts of paths: each is another, and each finds what it names.
///
/// A string is its own name, unless that could be taken for something else: then it stands in quotes, as in Python. Every
/// other key has the name that Python prints.
enum PartNames {
  /// The names of keys, in their order.
  static func names(of keys: [PickleValue]) -> [String] {
    var taken: Set<String> = []
    // What is no string has no other name than its own.
    let others = Set(keys.lazy.filter { $0.pickleString == nil }.map { text(of: $0) })
    return keys.enumerated().map { place, key in
      var name: String
      if let string = key.string {
        name = isPlain(string) && !others.contains(string) ? string : PythonRepr.string(string)
      } else {
        name = text(of: key)
      }
      // Keys that look alike, or are too long to be typed, are counted.
      if name.utf8.count > longest && key.pickleString == nil || !taken.insert(name).inserted {
        name = "#\(place)"
        taken.insert(name)
      }
      return name
    }
  }

  /// The strings among keys that have other names, by these.
  static func quoted(of keys: [PickleValue]) -> [String: String] {
    var quoted: [String: String] = [:]
    for (name, key) in zip(names(of: keys), keys) {
      if let string = key.string, string != name { quoted[name] = string }
    }
    return quoted
  }

  /// A name, or one made of it by a number if it is taken; it is taken then.
  static func unused(_ wanted: String, _ taken: inout Set<String>) -> String {
    var name = wanted
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(wanted)#\(count)"
    }
    return name
  }

  private static let longest = 400

  /// What Python prints for a key that is no string.
  static func text(of key: PickleValue) -> String { key.repr(options: PrintOptions(), limit: longest + 1) }

  /// The key that a name is if it is that of a number, `None` or a truth value; `nil` for any other name.
  static func literal(_ name: String) -> PickleValue? {
    switch name {
    case "None": return PickleValue.none
    case "True": return .bool(true)
    case "False": return .bool(false)
    default:
      if let number = Int(name), String(number) == name { return .int(number) }
      guard name.contains(where: { ".en".contains($0) }), let number = Double(name) else { return nil }
      return .float(number)
    }
  }

  /// Whether a key has a name, beside that which ``names(of:)`` gives it: the text of bytes, the number of a NumPy scalar.
  static func isName(_ name: String, of key: PickleValue) -> Bool {
    switch key {
    case .string(let string): return PythonRepr.string(string.text) == name
    case .bytes(let bytes): return bytes.array.elementsEqual(name.utf8) || text(of: key) == name
    case .object:
      if let array = (try? key.array()) ?? nil, array.count == 1, array.formatted(.str) == name { return true }
      return text(of: key) == name
    default: return text(of: key) == name
    }
  }

  /// Whether a string can be a part of a path as it is.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    if "'\"#".contains(first) || first == " " || last == " " || last == "." || first == "." { return false }
    if last == "]", text.contains("[") { return false }
    return text.unicodeScalars.allSatisfy { PythonRepr.isPrintable($0.value) }
  }
}
