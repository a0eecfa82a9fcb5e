import ByteIO
import NumPyIO

/// The tour that `npy demo` gives, step by step.
struct Tour {
  let folder: String
  let seed: UInt32
  private let savingTimes = SavingTimes()

  init(folder: String, seed: UInt32) {
    self.folder = folder
    self.seed = seed
  }

  /// A file of the tour.
  func path(_ name: String) -> String { folder + "/" + name }

  func run() throws {
    var random = RandomState(seed: seed)
    try show(
      "A million random integers from 1 to 99",
      swift: """
        var random = RandomState(seed: \(seed))
        let arr = random.randint(1, 100, shape: [100, 100, 100])
        print(arr)
        """)
    let arr = random.randint(1, 100, shape: [100, 100, 100])
    try output(arr.description)

    try show("Slices and the matrix product", swift: "print(arr[2..<6, 4, 3..<4] • arr[8..<9, 3, 4..<8])")
    try output((arr[2..<6, 4, 3..<4] • arr[8..<9, 3, 4..<8]).description)

    let second = random.randint(1, 100, shape: [100, 100])
    try pickles(arr, second)
    try text(arr)
    try npy(arr)
    try npz(arr, second)
    try sizes()
  }

  // MARK: Steps

  private func text(_ arr: NDArray<Int64>) throws {
    try show(
      "Text, tab-separated, for spreadsheets",
      swift: """
        try arr.reshaped(100_000, 10).saveText(
          to: "array.tsv", format: "%d", delimiter: "\\t", header: "Original shape: (100, 100, 100)")
        """,
      shell: """
        npy convert array.npy array.tsv --reshape 100000,10 --fmt %d --header 'Original shape: (100, 100, 100)'
        head -4 array.tsv
        """)
    let table = arr.reshaped(100_000, 10)
    try save("array.tsv") {
      try table.saveText(to: $0, format: "%d", delimiter: "\t", header: "Original shape: (100, 100, 100)")
    }
    let start = try FileSource(path: path("array.tsv")).readBytes(at: 0, upTo: 1000)
    let lines = String(decoding: start, as: UTF8.self).split(separator: "\n").prefix(4)
    try output(lines.joined(separator: "\n"))
  }

  private func npy(_ arr: NDArray<Int64>) throws {
    try show(".npy: one array, as fast as memory and disk allow", swift: "try arr.save(to: \"array.npy\")   // timed")
    let times = try save("array.npy") { try arr.save(to: $0) }
    try output(times.lines.joined(separator: "\n"))
    try show(
      "And back",
      swift: """
        let loaded = try NDArray<Int64>(contentsOf: "array.npy")
        print(loaded == arr)
        print(loaded)
        """, shell: "npy show array.npy")
    let loaded = try NDArray<Int64>(contentsOf: path("array.npy"))
    try output(loaded == arr ? "true" : "false")
    try output(loaded.description)
  }

  private func npz(_ arr: NDArray<Int64>, _ second: NDArray<Int64>) throws {
    try show(
      ".npz: several arrays in one file, as they are or compressed",
      swift: """
        try NPZArchive.save([arr, second], to: "arrays.npz", layout: .numpy)
        try NPZArchive.save([arr, second], to: "arrays_compressed.npz", compression: .zlib, layout: .numpy)
        try NPZArchive.save([arr, second], to: "arrays_small.npz", compression: .default)   // ours: fast, and no larger
        """,
      shell: "npy pack --compress=default arrays_small.npz arr_0=array.npy")
    for (name, compression, layout) in Tour.archives {
      let times = try save(name) {
        try NPZArchive.save([arr, second], to: $0, compression: compression, layout: layout)
      }
      try output("\(name): \(Stopwatch.text(times.wall))")
    }
    try show(
      "The archive as a dictionary: nothing is loaded until it is asked for",
      swift: """
        let archive = try NPZArchive(opening: "arrays_compressed.npz")
        for name in archive.names {
          let header = try archive.header(of: name)
          print(name, header.shape, header.dtype)
        }
        print(try archive["arr_1"])
        """, shell: "npy ls arrays_compressed.npz; npy show arrays_compressed.npz:arr_1")
    let archive = try NPZArchive(opening: path("arrays_compressed.npz"))
    for name in archive.names {
      let header = try archive.header(of: name)
      try output("\(name) \(header.shape) \(header.dtype)")
    }
    try output(try archive["arr_1"].description)
  }

  static let archives: [(name: String, compression: NPZCompression, layout: NPZLayout)] = [
    ("arrays.npz", .none, .numpy), ("arrays_compressed.npz", .zlib, .numpy), ("arrays_small.npz", .default, .aligned),
  ]

  // MARK: Times

  /// Saves a file of the tour, and remembers how long it took.
  @discardableResult
  func save(_ name: String, _ body: (String) throws -> Void) throws -> Stopwatch.Times {
    let clock = Stopwatch()
    try body(path(name))
    let times = clock.times
    savingTimes.seconds[name] = times.wall
    return times
  }

  /// How long saving a file took, in seconds.
  func savingTime(_ name: String) -> Double { savingTimes.seconds[name] ?? 0 }

  // MARK: Printing

  /// A step: a heading, the Swift that does it, and the command that does the same.
  func show(_ title: String, swift: String, shell: String? = nil) throws {
    var text = "\n" + Style.heading("— \(title) —") + "\n"
    for line in swift.split(separator: "\n", omittingEmptySubsequences: false) {
      text += Style.code("  \(line)") + "\n"
    }
    for line in (shell ?? "").split(separator: "\n") { text += Style.code("  $ \(line)") + "\n" }
    try Console.write(text)
  }

  /// What a step gives.
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
