extension [AxisSelection] {
  /// The selections of Python's notation, as it stands between the brackets: `2:6,4,3:4`, `::-1,...,-1`, `:,newaxis`.
  ///
  /// For slices that users give; whether an array has these places is told when the slice is taken.
  ///
  /// ```swift
  /// let part = try a.slice([AxisSelection](parsing: "0:2, -1"))   // a[0:2, -1]
  /// ```
  ///
  /// - Parameter text: Integers, `start:stop:step`, `...`, `newaxis` or `None`, between commas. Bounds beyond 64 bits are cut.
  /// - Throws: ``ArrayError`` with code `badIndex` for anything else.
  public init(parsing text: some StringProtocol) throws(ArrayError) {
    self = []
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.filter { $0 != " " }) }
    for (place, part) in parts.enumerated() {
      // A comma may end the list, as in Python's `a[1,]`.
      if part.isEmpty, place == parts.count - 1, place > 0 { break }
      guard let selection = AxisSelection(notation: part) else {
        throw ArrayError(.badIndex, "'\(part)' is no index: write integers, start:stop:step, ... or newaxis")
      }
      append(selection)
    }
  }
}

extension AxisSelection {
  fileprivate init?(notation part: String) {
    switch part {
    case "...":
      self = .ellipsis
      return
    case "newaxis", "None", "np.newaxis":
      self = .newAxis
      return
    default: break
    }
    if let index = Int(part) {
      self = .index(index)
      return
    }
    let bounds = part.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard (2...3).contains(bounds.count) else { return nil }
    var numbers: [Int?] = []
    for bound in bounds {
      if bound.isEmpty {
        numbers.append(nil)
      } else {
        guard let number = Int(bound) ?? AxisSelection.beyond(bound) else { return nil }
        numbers.append(number)
      }
    }
    self = .slice(start: numbers[0], stop: numbers[1], step: numbers.count > 2 ? numbers[2] ?? 1 : 1)
  }

  /// A bound of more than 64 bits, which Python cuts to the axis as any other.
  private static func beyond(_ bound: Substring) -> Int? {
    let isNegative = bound.first == "-"
    let digits = bound.drop { $0 == "-" || $0 == "+" }
    guard bound.count - digits.count <= 1, !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else {
      return nil
    }
    return isNegative ? -Int.max : Int.max
  }
}
