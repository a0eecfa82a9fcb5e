/// A regular expression that lines are searched for: in time that grows with the line and with the pattern, whatever either is.
///
/// All ways through the pattern are followed side by side (K. Thompson, "Regular expression search algorithm", 1968). So there is
/// no going back to a group that was matched before, nor looking around; what Python's `re` has beside these is here: classes,
/// groups, alternatives, repetitions, `^`, `$`, `\b`, `(?i)`. Swift's own `Regex` tries one way after the other, which can take
/// until the end of time, and takes a megabyte of every program.
struct TextPattern {
  /// What a pattern is made of.
  indirect enum Node {
    case scalars(ScalarSet)
    case start, end, wordBoundary, noWordBoundary
    case sequence([Node])
    case alternatives([Node])
    /// At least and at most as often; `nil` for without end.
    case repeated(Node, Int, Int?)
  }

  /// A step of the machine that a pattern becomes.
  private enum Step {
    case scalar(ScalarSet)
    case check(Node)
    case jump(Int)
    case either(Int, Int)
    case match
  }

  private var steps: [Step] = []

  /// Repetitions of repetitions multiply: no more steps than these are made of a pattern.
  private static let mostSteps = 20_000

  /// What is wrong with a pattern.
  struct Trouble: Error {
    let message: String
    /// Counted in characters from the pattern's start.
    var place: Int?
  }

  init(_ pattern: String) throws(Trouble) {
    try add(TextPatternParser.parse(pattern))
    steps.append(.match)
  }

  private mutating func add(_ node: Node) throws(Trouble) {
    guard steps.count < TextPattern.mostSteps else { throw Trouble(message: "its repetitions are too many") }
    switch node {
    case .scalars(let set): steps.append(.scalar(set))
    case .start, .end, .wordBoundary, .noWordBoundary: steps.append(.check(node))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .alternatives(let nodes):
      var ends: [Int] = []
      for (place, node) in nodes.enumerated() {
        let choice = steps.count
        if place + 1 < nodes.count { steps.append(.jump(0)) }
        try add(node)
        guard place + 1 < nodes.count else { break }
        ends.append(steps.count)
        steps.append(.jump(0))
        steps[choice] = .either(choice + 1, steps.count)
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repeated(let node, let least, let most):
      for _ in 0..<least { try add(node) }
      guard let most else {
        let choice = steps.count
        steps.append(.jump(0))
        try add(node)
        steps.append(.jump(choice))
        steps[choice] = .either(choice + 1, steps.count)
        return
      }
      var choices: [Int] = []
      for _ in least..<max(least, most) {
        choices.append(steps.count)
        steps.append(.jump(0))
        try add(node)
      }
      for choice in choices { steps[choice] = .either(choice + 1, steps.count) }
    }
  }

  /// Whether the pattern matches a part of a line.
  func matchesPart(of line: [Unicode.Scalar]) -> Bool {
    var (here, next): ([Int], [Int]) = ([], [])
    // At which place each step was reached last.
    var reached = [Int](repeating: -1, count: steps.count)
    for place in 0...line.count {
      if follow(0, line, place, &reached, &here) { return true }
      guard place < line.count else { break }
      next.removeAll(keepingCapacity: true)
      for step in here {
        guard case .scalar(let set) = steps[step], set.contains(line[place]) else { continue }
        if follow(step + 1, line, place + 1, &reached, &next) { return true }
      }
      swap(&here, &next)
    }
    return false
  }

  /// Adds all steps that read a character and are reached from a step without one; true if the match is.
  private func follow(
    _ start: Int, _ line: [Unicode.Scalar], _ place: Int, _ reached: inout [Int], _ list: inout [Int]
  ) -> Bool {
    var open = [start]
    while let step = open.popLast() {
      guard reached[step] != place else { continue }
      reached[step] = place
      switch steps[step] {
      case .match: return true
      case .scalar: list.append(step)
      case .jump(let other): open.append(other)
      case .either(let one, let other): open += [other, one]
      case .check(let node): if TextPattern.holds(node, line, place) { open.append(step + 1) }
      }
    }
    return false
  }

  private static func holds(_ node: Node, _ line: [Unicode.Scalar], _ place: Int) -> Bool {
    switch node {
    case .start: return place == 0
    case .end: return place == line.count
    default:
      let before = place > 0 && ScalarSet.isWord(line[place - 1])
      let after = place < line.count && ScalarSet.isWord(line[place])
      if case .wordBoundary = node { return before != after }
      return before == after
    }
  }
}

/// The characters that a step of a pattern reads.
struct ScalarSet {
  enum Class {
    case digit, word, space
  }

  var ranges: [ClosedRange<UInt32>] = []
  var classes: [(kind: Class, isNegated: Bool)] = []
  var isNegated = false
  var ignoresCase = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    if hasOne(scalar) { return !isNegated }
    guard ignoresCase else { return isNegated }
    let others = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap {
      $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil
    }
    return others.contains(where: hasOne) != isNegated
  }

  private func hasOne(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) }
      || classes.contains { ScalarSet.isOf($0.kind, scalar) != $0.isNegated }
  }

  private static func isOf(_ kind: Class, _ scalar: Unicode.Scalar) -> Bool {
    switch kind {
    case .digit: scalar.properties.numericType == .decimal
    case .word: isWord(scalar)
    case .space: scalar.properties.isWhitespace
    }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
