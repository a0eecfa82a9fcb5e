public import ByteIO
public import PythonPickle

extension PickleValue {
  /// The value at a path of keys and indices, joined by points: `list.0`, `model.coef_`.
  ///
  /// A part is the key of a dictionary, an attribute of an object, or the index of a list or tuple, from the end if it
  /// is negative. Keys that hold points themselves are found as well: the longest that is there is taken.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, which names what is there instead.
  public func value(at path: String) throws(FormatError) -> PickleValue {
    var value = self
    var rest = path[...]
    while !rest.isEmpty {
      guard let (next, left) = value.step(into: rest) else {
        throw FormatError(.notFound, "there is no '\(rest)' in a \(value.typeName)\(value.hint(for: String(rest)))", member: path)
      }
      value = next
      rest = left
    }
    return value
  }

  private func step(into path: Substring) -> (PickleValue, Substring)? {
    var end = path.endIndex
    while true {
      let part = path[..<end]
      let rest = end == path.endIndex ? path[end...] : path[path.index(after: end)...]
      if let found = self[String(part)] { return (found, rest) }
      if let index = Int(part), let found = self[index] { return (found, rest) }
      if let items = object?.state?.tuple, let index = Int(part), items.indices.contains(index) {
        return (items[index], rest)
      }
      guard let point = path[..<end].lastIndex(of: ".") else { return nil }
      end = point
    }
  }

  /// What could have been asked for.
  private func hint(for path: String) -> String {
    let keys: [String]
    if let dict {
      keys = dict.entries.compactMap { $0.key.string ?? $0.key.int.map(String.init) }
    } else if let state = object?.state?.dict {
      keys = state.entries.compactMap { $0.key.string }
    } else if let items {
      return " of \(items.count) items"
    } else {
      return ""
    }
    if let nearest = NearestName.of(path, among: keys) { return "; did you mean '\(nearest)'?" }
    return keys.isEmpty ? "" : ", which has " + keys.prefix(8).joined(separator: ", ") + (keys.count > 8 ? ", …" : "")
  }
}
