/// What a parse does at each position: the inner loop is compiled for each, without a question that always has the same answer.
protocol LazyMode {
  /// See ``LazyParser/Options/hasShortMatches``.
  static var hasShortMatches: Bool { get }
  /// See ``LazyParser/Options/isHasty``.
  static var isHasty: Bool { get }
  /// See ``LazyParser/Options/skips``.
  static var skips: Bool { get }
}
enum LazyModes {
  /// Matches of three bytes, and a search at each position.
  enum Thorough: LazyMode {
    static var hasShortMatches: Bool { true }
    static var isHasty: Bool { false }
    static var skips: Bool { false }
  }
  /// The same where there is a match of three bytes or of a context.
  enum Skipping: LazyMode {
    static var hasShortMatches: Bool { true }
    static var isHasty: Bool { false }
    static var skips: Bool { true }
  }
  /// The same where there is a match of three bytes.
  enum Hasty: LazyMode {
    static var hasShortMatches: Bool { true }
    static var isHasty: Bool { true }
    static var skips: Bool { true }
  }
  /// Contexts only.
  enum Long: LazyMode {
    static var hasShortMatches: Bool { false }
    static var isHasty: Bool { false }
    static var skips: Bool { false }
  }
  /// The same where there is a match of a context.
  enum LongSkipping: LazyMode {
    static var hasShortMatches: Bool { false }
    static var isHasty: Bool { false }
    static var skips: Bool { true }
  }
}
