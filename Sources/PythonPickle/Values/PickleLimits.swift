internal import ByteIO

/// What a pickle may ask for before it is refused.
///
/// What is really there is bounded by its own size: a byte of a pickle makes at most one value. These limits bound
/// it further, and each holds before memory is taken.
public struct PickleLimits: Sendable, Hashable {
  /// The most operations (opcodes) of one pickle: each makes at most one value.
  public var operations: Int
  /// The most values that wait on the machine's stack at a time, and the most open marks.
  public var stackDepth: Int
  /// The most values that the memo remembers.
  public var memoEntries: Int
  /// The most bytes that one string, bytes or frame may have.
  public var valueBytes: Int
  /// The most bytes that all strings and bytes of a pickle may have together.
  public var totalBytes: Int
  /// The most digits of an integer written in decimal; Python's own limit.
  public var integerDigits: Int

  /// The most bytes that a compressed pickle may be inflated to, and that the values of a stream may take; `nil` for what
  /// the file's size justifies, and half of the memory that the process can have.
  public var inflatedBytes: Int?

  /// No limits but the pickle's own size, and Python's on decimal integers.
  public static let `default` = PickleLimits()

  /// What an error says where too many values wait.
  package static func stackMessage(_ depth: Int) -> String { "more than \(depth) values wait on the stack" }

  /// Makes limits; each that is left out is the default.
  public init(
    operations: Int = .max, stackDepth: Int = 100_000_000, memoEntries: Int = 1_000_000_000,
    valueBytes: Int = .max, totalBytes: Int = .max, integerDigits: Int = 4300
  ) {
    self.operations = operations
    self.stackDepth = stackDepth
    self.memoEntries = memoEntries
    self.valueBytes = valueBytes
    self.totalBytes = totalBytes
    self.integerDigits = integerDigits
  }
}

extension MemoryBudget {
  /// What the values of a pickle may take: where its length is known, as much as there is, since its size bounds them.
  init(of source: any ByteSource, _ limits: PickleLimits) {
    let isStream = source.byteCount == nil
    self.init(given: isStream ? limits.inflatedBytes : MemoryBudget.processLimit / 8 * 7)
  }
}
