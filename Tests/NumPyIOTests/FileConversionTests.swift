import ByteIO
import NumPyIO
import Testing
import TestSupport

/// What is streamed or spooled is byte for byte what comes of arrays in memory: every source, transform and output, with
/// the limit of arrays that are taken whole at 0.
@Suite struct FileConversionTests {
  /// A file of each kind, by what it holds.
  private static func sources(in folder: String) throws -> [(path: String, member: String?)] {
    let numbers = try AnyNDArray(bytes: (0..<240).map { UInt8($0) }, dtype: DType("<i2"), shape: [4, 5, 6])
    let records = try AnyNDArray(
      bytes: (0..<72).map { UInt8($0) }, dtype: DType(parsing: "[('a','<i4'),('b','u1',(2,)),('c','<u2')]"),
      shape: [3, 3])
    var sources: [(path: String, member: String?)] = []
    for (name, array) in [("numbers", numbers), ("records", records)] {
      for (layout, value) in [("c", array), ("fortran", array.packed(fortran: true))] {
        let path = "\(folder)/\(name)-\(layout)"
        try value.save(to: path + ".npy")
        try NPZArchive.save([("x", value.stored)], to: path + "-stored.npz")
        try NPZArchive.save([("x", value.stored)], to: path + "-zlib.npz", compression: .zlib, layout: .numpy)
        try NPZArchive.save([("x", value.stored)], to: path + "-segments.npz", compression: .fast)
        try Pickle.save(["x": .array(value)], to: path + ".pkl")
        sources += [(path + ".npy", nil), (path + ".pkl", "x")]
        sources += ["stored", "zlib", "segments"].map { ("\(path)-\($0).npz", "x") }
      }
    }
    try numbers.reshaped([20, 6]).saveText(
      to: folder + "/table.csv", options: SaveTextOptions(format: "%d", delimiter: ","))
    try numbers.reshaped([20, 6]).saveText(to: folder + "/table.txt.gz", options: SaveTextOptions(format: "%d"))
    return sources + [(folder + "/table.csv", nil), (folder + "/table.txt.gz", nil)]
  }

  private static let transforms: [[ArrayTransform]] = [
    [], [.cast(.float32)], [.cast(.string(0))], [.reshape([-1])], [.reshape([2, -1])], [.order(fortran: true)],
    [.order(fortran: false)], [.field("a")], [.field("b")], [.field("b"), .slice([.index(1)])],
    [.slice([.slice(start: 1, stop: nil, step: 1)])], [.slice([.slice(start: nil, stop: nil, step: -1)])],
    [.slice([.slice(start: nil, stop: nil, step: 2), .index(-1)])], [.slice([.ellipsis, .index(1)])],
    [.slice([.newAxis, .range(lower: 1, upper: 3)])], [.slice([.slice(start: 2, stop: 2, step: 1)])],
    [.slice([.index(1)]), .cast(.complex128), .order(fortran: true)],
    [
      .reshape([3, -1]), .cast(DType.int64.withByteOrder(.big)),
      .slice([.ellipsis, .slice(start: nil, stop: nil, step: 3)]),
    ],
    [.order(fortran: true), .slice([.slice(start: 1, stop: nil, step: 2)]), .reshape([-1])],
  ]

  /// The bytes that a conversion gives, or its error.
  private static func result(
    _ source: (path: String, member: String?), _ transforms: [ArrayTransform], to path: String, limit: Int?
  ) -> Result<[UInt8], FormatError> {
    do throws(FormatError) {
      var options = OpenOptions()
      if let limit { options.wholeArrayLimit = limit }
      let array = try Document(opening: source.path, options: options).array(source.member).applying(transforms)
      var saving = SaveOptions()
      saving.compression = path.hasSuffix("deflated.npz") ? .zlib : .none
      saving.layout = .numpy
      saving.text.format = "%s"
      try array.save(to: path, options: saving)
      return .success(try FileSource(path: path).readBytes(at: 0, upTo: .max))
    } catch { return .failure(error) }
  }

  @Test(arguments: ["out.npy", "stored.npz", "deflated.npz", "out.pkl", "out.csv", "out.txt.gz"])
  func streamsGiveTheBytesOfArrays(output: String) throws {
    try TemporaryFolder.with { folder in
      var compared = 0
      for source in try FileConversionTests.sources(in: folder) {
        for transforms in FileConversionTests.transforms {
          let path = folder + "/" + output
          let whole = FileConversionTests.result(source, transforms, to: path, limit: nil)
          let streamed = FileConversionTests.result(source, transforms, to: path, limit: 0)
          switch (whole, streamed) {
          case (.success(let left), .success(let right)):
            compared += 1
            #expect(left == right, "\(source) \(transforms)")
          case (.failure(let left), .failure(let right)):
            #expect(left == right && left.message == right.message, "\(source) \(transforms): \(left), \(right)")
          default: Issue.record("\(source) \(transforms): \(whole), \(streamed)")
          }
        }
      }
      // Fields that are not there and shapes that do not fit are errors, both ways.
      #expect(compared > 150)
    }
  }

  /// What a transform gives is what NumPy's functions give: the bytes of `np.save` of the result.
  @Test func transformsAreNumPys() throws {
    try TemporaryFolder.with { folder in
      let base = try NDArray<Int32>(Array(0..<60), shape: [3, 4, 5]).untyped
      try base.packed(fortran: true).save(to: folder + "/f.npy")
      try base.save(to: folder + "/c.npy")
      let cases: [(String, [ArrayTransform])] = [
        ("a", []), ("a[1:]", [.slice([.slice(start: 1, stop: nil, step: 1)])]),
        ("a[:, ::-2]", [.slice([.slice(start: nil, stop: nil, step: 1), .slice(start: nil, stop: nil, step: -2)])]),
        ("a[..., 1:3]", [.slice([.ellipsis, .slice(start: 1, stop: 3, step: 1)])]),
        ("a.astype('<f8')", [.cast(.float64)]), ("a.reshape(5, -1)", [.reshape([5, -1])]),
        ("a[1:].astype('>i2')", [.slice([.slice(start: 1, stop: nil, step: 1)]), .cast(">i2")]),
        ("np.asfortranarray(a)", [.order(fortran: true)]), ("np.ascontiguousarray(a)", [.order(fortran: false)]),
        ("a[1].reshape(-1, 2)", [.slice([.index(1)]), .reshape([-1, 2])]),
      ]
      for layout in ["c", "f"] {
        for (expression, transforms) in cases {
          let program = """
            import numpy as np, io
            a = np.load('\(folder)/\(layout).npy')
            out = io.BytesIO()
            np.save(out, \(expression))
            print(out.getvalue().hex())
            """
          let expected = try Python.run(["-c", program]).output
          for limit in [0, nil] {
            let got = try FileConversionTests.result(
              ("\(folder)/\(layout).npy", nil), transforms, to: folder + "/out.npy", limit: limit
            ).get()
            let hex = got.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(
              hex == expected.split(separator: "\n").first.map(String.init), "\(layout): \(expression), \(limit ?? -1)")
          }
        }
      }
    }
  }
}
