import ByteIO
import NumPyIO

/// What `npy demo` shows: a tour of the formats in which Python with NumPy saves arrays, step by step, and after it
/// what this package adds.
///
/// The tour's files and what it prints, in this order, are those of Python with the same seed.
struct Demo {
  let directory: String
  let seed: UInt32
  private let savingTimes = SavingTimes()

  init(directory: String, seed: UInt32) {
    self.directory = directory
    self.seed = seed
  }

  /// The path of one of the demo's files.
  func path(_ name: String) -> String { directory + "/" + name }

  func run() throws {
    let arr = try makeArray()
    // np.arange(5.0)
    let another: NDArray<Double> = [0, 1, 2, 3, 4]
    let data: PickleValue = [
      "array": .array(arr), "description": "A million random integers", "list": [5.4, 9.1, 3.4],
      "another_array": .array(another),
    ]
    try pickle(arr)
    try pickle(data)
    try text(arr)
    try npy(arr)
    try npz(arr, another)
    try listSizes()

    try Console.write("\n" + Style.heading("=== The tour ends here. What follows is not in NumPy. ===") + "\n")
    try mapAndSlice(arr)
    try openInPart(data)
    try compress(arr, another)
    try compareTimes()
  }

  // MARK: Times

  /// Saves one of the demo's files and records how long it took.
  @discardableResult
  func save(_ name: String, _ body: (String) throws -> Void) throws -> Stopwatch.Times {
    let clock = Stopwatch()
    try body(path(name))
    let times = clock.times
    savingTimes.seconds[name] = times.wall
    return times
  }

  /// How long it took to save a file, in seconds; `nil` if the demo has not saved it.
  func savingTime(_ name: String) -> Double? { savingTimes.seconds[name] }

  // MARK: Printing

  /// Prints a step: a heading, the Swift code for it, and the command that does the same.
  func show(_ title: String, swift: String, shell: String? = nil) throws {
    var text = "\n" + Style.heading("— \(title) —") + "\n"
    for line in swift.split(separator: "\n", omittingEmptySubsequences: false) where !swift.isEmpty {
      text += Style.code("  \(line)") + "\n"
    }
    for line in (shell ?? "").split(separator: "\n") { text += Style.code("  $ \(line)") + "\n" }
    try Console.write(text)
  }

  /// Prints the result of a step.
  func output(_ text: String) throws { try Console.print(text) }
}

/// How long it took to save each file, in seconds.
private final class SavingTimes {
  var seconds: [String: Double] = [:]
}

/// Colours, on a terminal that wants them.
enum Style {
  static func heading(_ text: String) -> String { Console.usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  static func code(_ text: String) -> String { Console.usesColour ? "\u{1B}[36m\(text)\u{1B}[0m" : text }
}
