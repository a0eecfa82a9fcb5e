/// The name that somebody may have meant.
package enum NearestName {
  /// The known name that is nearest to a name by the number of characters that were added, left out, changed or
  /// swapped; `nil` if none is near.
  package static func of(_ name: String, among known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    guard !wanted.isEmpty, wanted.count <= 256 else { return nil }
    // A third of the characters may be wrong (of one none, of two one); more would be guessing.
    var limit = wanted.count == 1 ? 1 : max(1, wanted.count / 3) + 1
    var best: String?
    for candidate in known.prefix(100_000) where abs(candidate.count - wanted.count) < limit {
      let distance = distance(wanted, Array(candidate.lowercased()), below: limit)
      if distance < limit, candidate != name {
        limit = distance
        best = candidate
      }
    }
    return best
  }

  /// Damerau and Levenshtein's distance (swaps of neighbours count once), or `limit` if it is not less.
  private static func distance(_ a: [Character], _ b: [Character], below limit: Int) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for row in 1...a.count {
      var line = [row] + [Int](repeating: 0, count: b.count)
      var minCost = row
      for column in stride(from: 1, through: b.count, by: 1) {
        let change = last[column - 1] + (a[row - 1] == b[column - 1] ? 0 : 1)
        var cost = min(change, last[column] + 1, line[column - 1] + 1)
        if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
          cost = min(cost, beforeLast[column - 2] + 1)
        }
        line[column] = cost
        minCost = min(minCost, cost)
      }
      if minCost >= limit { return limit }
      (beforeLast, last) = (last, line)
    }
    return last[b.count]
  }
}
