import ByteIO
import NumPyIO

extension Demo {
  /// The array as tab-separated text.
  func text(_ arr: NDArray<Int64>) throws {
    try show(
      "Tab-separated text, for spreadsheets: two axes at most",
      swift: """
        try arr.reshaped(100_000, 10).saveText(
          to: "arr-txt.tsv", format: "%d", delimiter: "\\t", header: "Original shape: (100, 100, 100)")
        """,
      shell: """
        npy convert arr.pkl arr-txt.tsv --reshape 100000,10 --fmt %d --header 'Original shape: (100, 100, 100)'
        head arr-txt.tsv
        """)
    let table = arr.reshaped(100_000, 10)
    try save("arr-txt.tsv") {
      try table.saveText(to: $0, format: "%d", delimiter: "\t", header: "Original shape: (100, 100, 100)")
    }
    let start = try FileSource(path: path("arr-txt.tsv")).readBytes(at: 0, upTo: 1000)
    // As many lines as `head` prints.
    let lines = String(decoding: start, as: UTF8.self).split(separator: "\n").prefix(10)
    try output(lines.joined(separator: "\n"))
  }

  /// The array as a `.npy` file, and back.
  func npy(_ arr: NDArray<Int64>) throws {
    try show(
      "A .npy file: one array, as fast as memory and disk allow",
      swift: "try arr.save(to: \"arr.npy\")            // timed as %time does", shell: "npy convert arr.pkl arr.npy")
    let times = try save("arr.npy") { try arr.save(to: $0) }
    try output(times.lines.joined(separator: "\n"))
    try show(
      "And back",
      swift: """
        let arr3 = try NDArray<Int64>(contentsOf: "arr.npy")
        print(arr3[0..<2].debugDescription)
        """, shell: "npy show --repr 'arr.npy[:2]'")
    try output(try NDArray<Int64>(contentsOf: path("arr.npy"))[0..<2].debugDescription)
  }

  /// Two arrays as `.npz` archives, and back.
  func npz(_ arr: NDArray<Int64>, _ another: NDArray<Double>) throws {
    try show(
      "A .npz archive: several arrays in one file, as they are or compressed, byte for byte as NumPy writes it",
      swift: """
        let another: NDArray = [0.0, 1, 2, 3, 4]
        try NPZArchive.save([arr, another], to: "arr.npz", layout: .numpy)
        try NPZArchive.save([arr, another], to: "arr-compress.npz", compression: .zlib, layout: .numpy)
        """,
      shell: "npy convert --numpy-layout --compress=zlib arr.npz arr-compress.npz")
    try save("arr.npz") { try NPZArchive.save([arr, another], to: $0, layout: .numpy) }
    try save("arr-compress.npz") {
      try NPZArchive.save([arr, another], to: $0, compression: .zlib, layout: .numpy)
    }
    try show(
      "The archive as a dictionary: an array is read when it is asked for",
      swift: """
        let archive = try NPZArchive(opening: "arr.npz")
        for name in archive.names {
          let header = try archive.header(of: name)
          print(name, header.shape, header.dtype) // here with shapes as Python writes them
        }
        print(try archive["arr_1"])
        """, shell: "npy ls arr.npz; npy show arr.npz:arr_1")
    let archive = try NPZArchive(opening: path("arr.npz"))
    for name in archive.names {
      let header = try archive.header(of: name)
      try output("\(name) \(Layout.describe(header.shape)) \(header.dtype)")
    }
    try output(try archive["arr_1"].description)
  }

  /// The tour's files with their sizes, in the order in which `ls` lists them.
  func listSizes() throws {
    try show("File sizes", swift: "", shell: "ls -la")
    let rows = try ["arr-compress.npz", "arr.npy", "arr.npz", "arr.pkl", "arr-txt.tsv"].map { name in
      [String(try size(name)), name]
    }
    try output(
      TextTable.aligned(rows, rightAligned: [0]) + """

        The text is not the largest file: a number from 1 to 99 takes one or two characters and a tab after it, while
        an int64 takes eight bytes, however small it is. With numbers near 9,223,372,036,854,775,807 the text would
        be far larger.
        """)
  }

  /// The size of one of the demo's files in bytes.
  func size(_ name: String) throws -> Int { try FileSource(path: path(name)).byteCount ?? 0 }
}
