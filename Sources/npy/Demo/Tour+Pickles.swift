import ByteIO
import NumPyIO
import PythonLiterals

extension Tour {
  /// Python's own format: one array in a file, then a dictionary of everything as bytes.
  func pickles(_ arr: NDArray<Int64>, _ second: NDArray<Int64>) throws {
    try show(
      "A pickle, as Python writes it; opening one runs nothing",
      swift: """
        try Pickle.save(.array(arr), to: "array.pkl")
        let back = try Pickle.load(from: "array.pkl").array()
        print(back![0..<2])
        """, shell: "npy show 'array.pkl[0:2]'")
    try save("array.pkl") { try Pickle.save(.array(arr), to: $0) }
    guard let back = try Pickle.load(from: path("array.pkl")).array() else {
      throw FormatError(.corrupt, "the pickle is no array", file: path("array.pkl"))
    }
    try output(back[0..<2].description)

    try show(
      "A dictionary with arrays, text and numbers, as bytes",
      swift: """
        let data: PickleValue = [
          "array": .array(arr), "description": "A million random integers",
          "extra": [1.5, 2.5, 3.5], "second": .array(second),
        ]
        let bytes = try Pickle.bytes(of: data)
        print(bytes.prefix(35))                      // as Python shows bytes
        let loaded = try Pickle.load(bytes: bytes)
        print(loaded["description"]!.string!)
        print(loaded["extra"]!)
        """, shell: "npy show data.pkl:description; npy show data.pkl:extra")
    let data: PickleValue = [
      "array": .array(arr), "description": "A million random integers", "extra": [1.5, 2.5, 3.5],
      "second": .array(second),
    ]
    try save("data.pkl") { try Pickle.save(data, to: $0) }
    let bytes = try Pickle.bytes(of: data)
    try output(PythonRepr.bytes(bytes.prefix(35)))
    let loaded = try Pickle.load(bytes: bytes)
    try output(loaded["description"]?.string ?? "")
    try output(loaded["extra"]?.repr() ?? "")
  }

  var pickleLoaders: [(name: String, load: (String) throws -> Void)] {
    ["array.pkl", "data.pkl"].map { name in (name, { _ = try Pickle.load(from: $0) }) }
  }
}
