import ByteIO
import NumPyIO

extension Tour {
  /// The files that the tour has written, as `ls -la` lists their sizes, and how long each takes to load.
  func sizes() throws {
    try show("What it all takes on disk", swift: "", shell: "ls -la; npy sizes array.npy")
    var rows = [["bytes", "file", "of array.npy", "saved in", "loaded in"]]
    let base = try size("array.npy")
    for (name, load) in loaders {
      guard FileStatus(path: path(name)) != nil else { continue }
      let bytes = try size(name)
      let clock = Stopwatch()
      try load(path(name))
      rows.append([
        String(bytes), name, Stopwatch.fixed(Double(bytes) / Double(base) * 100, 1) + " %",
        Stopwatch.text(savingTime(name)), Stopwatch.text(clock.times.wall),
      ])
    }
    try output(String(TextTable.aligned(rows, rightAligned: [0, 2, 3, 4]).dropLast()))
    try output(
      """

      The text is not the largest: a number from 1 to 99 and its tab take two or three characters, while int64
      spends eight bytes on every number, however small.
      """)
  }

  private func size(_ name: String) throws -> Int { try FileSource(path: path(name)).byteCount ?? 0 }

  /// How each file of the tour is loaded.
  private var loaders: [(name: String, load: (String) throws -> Void)] {
    var all: [(name: String, load: (String) throws -> Void)] = [
      ("array.npy", { _ = try NDArray<Int64>(contentsOf: $0) }),
      ("array.tsv", { _ = try NDArray<Int64>(textFile: $0, delimiter: "\t") }),
    ]
    for (name, _, _) in Tour.archives { all.append((name, { _ = try NPZArchive(opening: $0).arrays() })) }
    return all + pickleLoaders
  }
}
