/// Names of columns as a header gives them.
package enum ColumnNames {
  /// Names that are not empty and not given twice.
  package static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.enumerated().map { index, name in
      let base = name.isEmpty ? "f\(index)" : name
      var result = base
      var number = 1
      while !seen.insert(result).inserted {
        result = "\(base)_\(number)"
        number += 1
      }
      return result
    }
  }
}
