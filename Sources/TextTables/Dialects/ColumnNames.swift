/// Names of columns as a header gives them.
package enum ColumnNames {
  /// Names that are not empty and not given twice; those that are made give way to those that are there.
  package static func distinct(_ names: [String]) -> [String] {
    let given = Set(names)
    var seen: Set<String> = []
    // Of many columns of one name each would go through all numbers again.
    var numbers: [String: Int] = [:]
    return names.enumerated().map { index, name in
      let base = name.isEmpty ? "f\(index)" : name
      var result = base
      var number = numbers[base] ?? 1
      while seen.contains(result) || (result != name && given.contains(result)) {
        result = "\(base)_\(number)"
        number += 1
      }
      seen.insert(result)
      if number > 1 { numbers[base] = number }
      return result
    }
  }
}
