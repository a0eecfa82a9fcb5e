import ByteIO
import NumPyIO
import PythonLiterals

extension Demo {
  /// The array that the tour is about: a million random integers.
  func makeArray() throws -> NDArray<Int64> {
    try show(
      "A million random integers from 1 to 99",
      swift: """
        import NumPyIO
        var random = RandomState(seed: \(seed))      // the numbers of np.random.seed(\(seed))
        let arr = random.randint(1, 100, shape: [100, 100, 100])
        print(arr.shape)                       // here as Python writes it
        """)
    var random = RandomState(seed: seed)
    let arr = random.randint(1, 100, shape: [100, 100, 100])
    try output(Layout.describe(arr.shape))

    try show(
      "Slices and the matrix product",
      swift: "print((arr[2..<6, 4, 3..<4] • arr[8..<9, 3, 4..<8]).debugDescription)")
    try output((arr[2..<6, 4, 3..<4] • arr[8..<9, 3, 4..<8]).debugDescription)
    return arr
  }

  /// One array as a pickle, and back.
  func pickle(_ arr: NDArray<Int64>) throws {
    try show(
      "A pickle, byte for byte as Python writes it; loading one runs no code",
      swift: """
        try Pickle.save(.array(arr), to: "arr.pkl")
        let arr2 = try Pickle.load(from: "arr.pkl").array()!
        print(arr2[0..<2].debugDescription)
        """, shell: "npy show --repr 'arr.pkl[:2]'")
    try save("arr.pkl") { try Pickle.save(.array(arr), to: $0) }
    guard let loaded = try Pickle.load(from: path("arr.pkl")).array() else {
      throw FormatError(.corrupt, "the pickle is not an array", file: path("arr.pkl"))
    }
    try output(loaded[0..<2].debugDescription)
  }

  /// A dictionary of arrays, text and numbers as the bytes of a pickle, and back.
  func pickle(_ data: PickleValue) throws {
    try show(
      "A dictionary with arrays, text and numbers, as the bytes of a pickle",
      swift: """
        let data: PickleValue = [
          "array": .array(arr), "description": "A million random integers",
          "list": [5.4, 9.1, 3.4], "another_array": .array([0.0, 1, 2, 3, 4] as NDArray),
        ]
        let dataBytes = try Pickle.bytes(of: data)
        print(dataBytes.prefix(35))            // here as Python writes bytes
        let newData = try Pickle.load(bytes: dataBytes)
        print("Description:", newData["description"]!.string!)
        print("Extra data:", try newData["another_array"]!.array()!)
        """)
    let bytes = try Pickle.bytes(of: data)
    try output(PythonRepr.bytes(bytes.prefix(35)))
    let loaded = try Pickle.load(bytes: bytes)
    guard let description = loaded["description"]?.string, let extra = try loaded["another_array"]?.array() else {
      throw FormatError(.corrupt, "the pickle lacks what was saved in it", file: path("data.pkl"))
    }
    try output("Description: \(description)")
    try output("Extra data: \(extra)")
  }
}
