import NumPyIO

/// Lists the arrays of any files: archives, pickles of pandas and scikit-learn, PyTorch's models, safetensors.
@main
enum ListArrays {
  static func main() throws {
    var paths = Array(CommandLine.arguments.dropFirst())
    if paths.count == 1, !paths[0].contains(".") { paths = try samples(in: paths[0]) }
    for path in paths {
      do { try list(path) } catch { print(error) }
    }
  }

  static func list(_ path: String) throws {
    let document = try Document(opening: path)
    if !document.names.isEmpty {
      for name in document.names {
        let array = try document.array(name)
        print("\(path):\(name)", array.dtype, array.shape)
      }
      return
    }
    // What is no archive is one array, or a pickle with arrays somewhere in it.
    if let array = try? document.array() { return print(path, array.dtype, array.shape) }
    for (place, value) in try PickleFile(opening: path, mode: .mapped).value.arrayPaths() {
      guard let (dtype, shape) = try value.arrayDescription() else { continue }
      print("\(path):\(place)", dtype, shape)
    }
  }

  /// Something to list.
  static func samples(in folder: String) throws -> [String] {
    let weights = NDArray<Float>(zeros: 4, 3)
    try SafetensorsFile.save(["layer.weight": weights], to: folder + "/model.safetensors")
    try NPZArchive.save(["weights": weights], to: folder + "/model.npz", compression: .default)
    try Pickle.save(["layers": [["weight": .array(weights)]], "epoch": 3], to: folder + "/model.pkl")
    try weights.save(to: folder + "/weights.npy")
    return ["model.safetensors", "model.npz", "model.pkl", "weights.npy", "missing.npy"].map { folder + "/" + $0 }
  }
}
