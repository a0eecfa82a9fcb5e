import NumPyIO

/// What the guides of the documentation show, one function a guide.
@main
enum Guide {
  static func main() throws {
    let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
    try arrayFiles(folder)
    try conversions(folder)
    try archives(folder)
    try pickles(folder)
    try textTables(folder)
    try filesFromStrangers(folder)
  }

  /// From any format to any other, in bounded memory.
  static func conversions(_ folder: String) throws {
    try NDArray<Double>([0.5, 1.5, 2.5, 3.5], shape: [2, 2]).save(to: folder + "/weights.npy")
    let document = try Document(opening: folder + "/weights.npy")
    try document.array().applying([.slice([.index(0)]), .cast(.float32)]).save(to: folder + "/first.csv")
    let progress = ByteProgress { state in
      print(state.activity, state.completed)
      return true
    }
    try progress.observe { try document.save(to: folder + "/weights.npz") }
    print("in the archive:", try Document(opening: folder + "/weights.npz").names)
  }

  struct Star: Codable {
    var name: String
    var position: [Double]
    var magnitude: Float
  }

  static func arrayFiles(_ folder: String) throws {
    let path = folder + "/large.npy"
    try NDArray<Float>((0..<3000).map { Float($0) }, shape: [100, 3, 10]).save(to: path)
    let array = try NDArray<Float>(contentsOf: path)
    let mapped = try AnyNDArray(contentsOf: path, mode: .mapped)
    let mine = try AnyNDArray(contentsOf: path, mode: .mappedCopyOnWrite)
    print("the same, read and mapped:", try NDArray<Float>(mapped) == array, try NDArray<Float>(mine) == array)
    print("as doubles:", try mapped.asType(.float64).dtype)

    let file = try NPYFile(opening: path)
    print("a corner of \(file.header.shape):", try file.read(0..<2, -1, .stride(by: 5)))
    try file.forEachChunk { rows, chunk in
      print("rows \(rows.lowerBound) to \(rows.upperBound - 1): \(chunk.nbytes) bytes")
    }

    let log = folder + "/log.npy"
    let writer = try NPYWriter(path: log, dtype: .float64, rowShape: [3])
    for step in 0..<4 { try writer.append(NDArray(repeating: Double(step), shape: [2, 3])) }
    try writer.close()
    try NPYFile.append(NDArray(repeating: 9.0, shape: [1, 3]).untyped, to: log)
    print("the log has \(try NPYFile(opening: log).header.shape[0]) rows")

    let stars = try AnyNDArray(rows: [
      Star(name: "Vega", position: [279.23, 38.78], magnitude: 0.03),
      Star(name: "Deneb", position: [310.36, 45.28], magnitude: 1.25),
    ])
    print(stars.dtype, try stars.field("name").strings(), try NDArray<Float>(stars.field("magnitude")))
    print(try stars.rows(as: Star.self)[1].position)
  }

  static func archives(_ folder: String) throws {
    let path = folder + "/run.npz"
    let weights = try NDArray<Double>((0..<200).map { Double($0) / 8 }, shape: [20, 10])
    try NPZArchive.save(["weights": weights], arrays: [weights.transposed()], to: path)
    try NPZArchive.append([("step1", weights[0..<3].untyped)], to: path, compression: .default)
    let archive = try NPZArchive(opening: path)
    for name in archive.names { print(name, try archive.header(of: name).shape) }
    let again: NDArray<Double> = try archive.array("weights")
    print(
      "weights:", again == weights, try NDArray<Double>(archive.mapped("weights")) == weights,
      try archive.read("step1", 0, 0..<2))
  }

  struct Run: Codable {
    var name: String
    var losses: [Double]
  }

  static func pickles(_ folder: String) throws {
    let path = folder + "/data.pkl"
    let scores = try NDArray<Int64>(nested: [[1, 2], [3, 4]])
    try Pickle.save(["array": .array(scores), "description": "scores"], to: path)
    let value = try Pickle.load(from: path)
    print(value["description"]?.string ?? "", try value["array"]?.array()?.shape ?? [])
    print(try Pickle.bytes(of: value, protocol: 5).count, "bytes at protocol 5")
    let bytes = try PickleEncoder().encode(Run(name: "first", losses: [0.5, 0.25]))
    print(try PickleDecoder().decode(Run.self, from: bytes).losses)
  }

  static func textTables(_ folder: String) throws {
    let path = folder + "/table.csv.gz"
    try NDArray<Double>(nested: [[1, 2.5], [3, 4]]).saveText(to: path, format: "%.6g", delimiter: ",", header: "x,y")
    print(try NDArray<Double>(textFile: path, delimiter: ","))
    var options = LoadTextOptions(dtype: .float32)
    options.delimiter = ","
    options.skipRows = 2
    print(try AnyNDArray.loadText(from: path, options: options))
  }

  static func filesFromStrangers(_ folder: String) throws {
    let path = folder + "/large.npy"
    do {
      _ = try AnyNDArray(contentsOf: path, limits: LoadLimits(arrayBytes: 1 << 10))
    } catch {
      print("within a limit of 1024 bytes:", error.message)
    }
    let check = try FileCheck(path: path)
    print("sound:", check.isSound, "findings:", check.findings.count)
  }
}
