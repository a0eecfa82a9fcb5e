/// Reads what a regular expression says, in the notation that Python's `re` and others share.
struct TextPatternParser {
  private let pattern: [Unicode.Scalar]
  private var place = 0
  private var ignoresCase = false
  private var depth = 0

  /// Groups within groups.
  private static let deepest = 100
  /// How often something is to be repeated.
  private static let mostRepetitions = 1000

  static func parse(_ pattern: String) throws(TextPattern.Trouble) -> TextPattern.Node {
    var parser = TextPatternParser(pattern: Array(pattern.unicodeScalars))
    if parser.take("(?i)") { parser.ignoresCase = true }
    let node = try parser.alternatives()
    guard parser.place == parser.pattern.count else { throw parser.trouble("a ')' without its '('") }
    return node
  }

  private init(pattern: [Unicode.Scalar]) { self.pattern = pattern }

  private var next: Unicode.Scalar? { place < pattern.count ? pattern[place] : nil }

  private func trouble(_ message: String) -> TextPattern.Trouble { TextPattern.Trouble(message: message, place: place) }

  private mutating func take(_ text: String) -> Bool {
    guard pattern[place...].starts(with: text.unicodeScalars) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  private mutating func alternatives() throws(TextPattern.Trouble) -> TextPattern.Node {
    var found = [try sequence()]
    while take("|") { found.append(try sequence()) }
    return found.count == 1 ? found[0] : .alternatives(found)
  }

  private mutating func sequence() throws(TextPattern.Trouble) -> TextPattern.Node {
    var nodes: [TextPattern.Node] = []
    while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repetition()) }
    return .sequence(nodes)
  }

  private mutating func repetition() throws(TextPattern.Trouble) -> TextPattern.Node {
    var node = try atom()
    while let (least, most) = try count() {
      // Which of several matches is taken does not matter here.
      _ = take("?")
      if next == "+" { throw trouble("possessive repetitions are not known here") }
      node = .repeated(node, least, most)
    }
    return node
  }

  /// How often what stands before is repeated; `nil` if that is not said.
  private mutating func count() throws(TextPattern.Trouble) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard next == "{" else { return nil }
    let start = place
    place += 1
    let least = number()
    var most = least
    if take(",") { most = number() }
    // What is no count is text, as for Python.
    guard take("}"), least != nil || most != nil || pattern[start..<place].elementsEqual("{,}".unicodeScalars) else {
      place = start
      return nil
    }
    guard most.map({ $0 >= least ?? 0 }) ?? true, max(least ?? 0, most ?? 0) <= TextPatternParser.mostRepetitions else {
      throw trouble("a count of repetitions that is none, or more than \(TextPatternParser.mostRepetitions)")
    }
    return (least ?? 0, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 48), 1 << 20)
      place += 1
    }
    return value
  }

  private mutating func atom() throws(TextPattern.Trouble) -> TextPattern.Node {
    guard let scalar = next else { throw trouble("it ends too early") }
    switch scalar {
    case "*", "+", "?": throw trouble("nothing stands before '\(scalar)' that could be repeated")
    case "(": return try group()
    case "[": return .scalars(try bracket())
    case "\\": return try escape()
    default: break
    }
    place += 1
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .scalars(ScalarSet(ranges: [10...10], isNegated: true))
    default: return .scalars(set(of: scalar))
    }
  }

  private func set(of scalar: Unicode.Scalar) -> ScalarSet {
    ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
  }

  private mutating func group() throws(TextPattern.Trouble) -> TextPattern.Node {
    place += 1
    if take("?") {
      let isNamed = take("P<") || (pattern[place...].starts(with: "<".unicodeScalars) && !isLookingBehind && take("<"))
      if isNamed {
        while let scalar = next, scalar != ">" { place += 1 }
        guard take(">") else { throw trouble("a group's name does not end") }
      } else if !take(":") {
        throw trouble("of groups that begin with '(?' only (?:…), (?P<name>…) and (?i) at the start are known here")
      }
    }
    depth += 1
    guard depth <= TextPatternParser.deepest else { throw trouble("groups are nested too deeply") }
    let node = try alternatives()
    depth -= 1
    guard take(")") else { throw trouble("a '(' without its ')'") }
    return node
  }

  private var isLookingBehind: Bool {
    pattern[place...].starts(with: "<=".unicodeScalars) || pattern[place...].starts(with: "<!".unicodeScalars)
  }

  private mutating func escape() throws(TextPattern.Trouble) -> TextPattern.Node {
    if take("\\b") { return .wordBoundary }
    if take("\\B") { return .noWordBoundary }
    if take("\\A") { return .start }
    if take("\\Z") || take("\\z") { return .end }
    if let known = takeClass() { return .scalars(ScalarSet(classes: [known])) }
    return .scalars(set(of: try escaped()))
  }

  /// `\d` and its like.
  private mutating func takeClass() -> (kind: ScalarSet.Class, isNegated: Bool)? {
    guard next == "\\", place + 1 < pattern.count else { return nil }
    let known: [Unicode.Scalar: (ScalarSet.Class, Bool)] = [
      "d": (.digit, false), "D": (.digit, true), "w": (.word, false), "W": (.word, true), "s": (.space, false),
      "S": (.space, true),
    ]
    guard let found = known[pattern[place + 1]] else { return nil }
    place += 2
    return (kind: found.0, isNegated: found.1)
  }

  /// A character behind a backslash.
  private mutating func escaped() throws(TextPattern.Trouble) -> Unicode.Scalar {
    place += 1
    guard let scalar = next else { throw trouble("a backslash at the end") }
    place += 1
    let controls: [Unicode.Scalar: Unicode.Scalar] = [
      "t": "\t", "n": "\n", "r": "\r", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}",
    ]
    if let control = controls[scalar] { return control }
    if let digits = ["x": 2, "u": 4, "U": 8][scalar] {
      let text = String(String.UnicodeScalarView(pattern[place...].prefix(digits)))
      guard text.unicodeScalars.count == digits, let value = UInt32(text, radix: 16), let found = Unicode.Scalar(value)
      else { throw trouble("\\\(scalar) is followed by \(digits) hexadecimal digits") }
      place += digits
      return found
    }
    guard !("0"..."9").contains(scalar), !scalar.properties.isAlphabetic else {
      throw trouble("\\\(scalar) is not known here")
    }
    return scalar
  }

  /// `[…]`.
  private mutating func bracket() throws(TextPattern.Trouble) -> ScalarSet {
    place += 1
    var set = ScalarSet(isNegated: take("^"), ignoresCase: ignoresCase)
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      if let known = takeClass() {
        set.classes.append(known)
        continue
      }
      let low = try member()
      guard next == "-", place + 1 < pattern.count, pattern[place + 1] != "]" else {
        set.ranges.append(low.value...low.value)
        continue
      }
      place += 1
      let high = try member()
      guard low <= high else { throw trouble("a range of characters that ends before it begins") }
      set.ranges.append(low.value...high.value)
    }
    guard take("]") else { throw trouble("a '[' without its ']'") }
    return set
  }

  private mutating func member() throws(TextPattern.Trouble) -> Unicode.Scalar {
    guard let scalar = next else { throw trouble("a '[' without its ']'") }
    if scalar == "\\" { return try escaped() }
    place += 1
    return scalar
  }
}
