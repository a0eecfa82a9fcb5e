import ByteIO
import NumPyIO

/// What follows the tour: faster ways, and ways that read no more than is asked for.
extension Demo {
  /// Parts of a file, and a file that is mapped instead of read.
  func mapAndSlice(_ arr: NDArray<Int64>) throws {
    try show(
      "A slice of a file: only its bytes are read",
      swift: """
        let corner = try NPYFile(opening: "arr.npy").read(2..<6, 4, 3..<7)
        print(corner)
        """, shell: "npy show 'arr.npz:arr_0[2:6,4,3:7]'")
    try output(try NPYFile(opening: path("arr.npy")).read(2..<6, 4, 3..<7).description)
    try show(
      "A mapped file: nothing is read until it is used",
      swift: """
        let mapped = try AnyNDArray(contentsOf: "arr.npy", mode: .mapped)
        print(mapped)
        """, shell: "npy show arr.npy")
    try output(try AnyNDArray(contentsOf: path("arr.npy"), mode: .mapped).description)
  }

  /// One item of a pickle by its path.
  func openInPart(_ data: PickleValue) throws {
    try show(
      "One item of a pickle, by its path",
      swift: """
        try Pickle.save(data, to: "data.pkl")
        print(try Pickle.load(from: "data.pkl")["list"]!.repr())
        """, shell: "npy show data.pkl:list")
    try save("data.pkl") { try Pickle.save(data, to: $0) }
    try output(try Pickle.load(from: path("data.pkl"))["list"]?.repr() ?? "")
  }

  /// The same archive, compressed in a fraction of the time to fewer bytes.
  func compress(_ arr: NDArray<Int64>, _ another: NDArray<Double>) throws {
    try show(
      "The same archive, compressed by this package: sooner, and to fewer bytes, which NumPy reads as its own",
      swift: "try NPZArchive.save([arr, another], to: \"arr-small.npz\", compression: .default)",
      shell: "npy convert --compress=default arr.npz arr-small.npz")
    let times = try save("arr-small.npz") {
      try NPZArchive.save([arr, another], to: $0, compression: .default)
    }
    for (name, time) in [("arr-compress.npz", savingTime("arr-compress.npz") ?? 0), ("arr-small.npz", times.wall)] {
      try output("\(name): \(TextTable.grouped(try size(name))) bytes in \(Stopwatch.text(time))")
    }
  }

  /// All files: how large they are, and how long it takes to save and to load them.
  func compareTimes() throws {
    try show("All of it side by side", swift: "", shell: "npy sizes arr.npy")
    var rows = [["bytes", "file", "of arr.npy", "saved in", "loaded in"]]
    let base = try size("arr.npy")
    for (name, load) in loaders {
      let bytes = try size(name)
      let clock = Stopwatch()
      try load(path(name))
      rows.append([
        String(bytes), name, Stopwatch.fixed(Double(bytes) / Double(base) * 100, 1) + " %",
        Stopwatch.text(savingTime(name) ?? 0), Stopwatch.text(clock.times.wall),
      ])
    }
    try output(String(TextTable.aligned(rows, rightAligned: [0, 2, 3, 4]).dropLast()))
  }

  /// How each file of the demo is loaded.
  private var loaders: [(name: String, load: (String) throws -> Void)] {
    var all: [(name: String, load: (String) throws -> Void)] = [
      ("arr.npy", { _ = try NDArray<Int64>(contentsOf: $0) }),
      ("arr-txt.tsv", { _ = try NDArray<Int64>(textFile: $0, delimiter: "\t") }),
    ]
    for name in ["arr.npz", "arr-compress.npz", "arr-small.npz"] {
      all.append((name, { _ = try NPZArchive(opening: $0).arrays() }))
    }
    for name in ["arr.pkl", "data.pkl"] { all.append((name, { _ = try Pickle.load(from: $0) })) }
    return all
  }
}
