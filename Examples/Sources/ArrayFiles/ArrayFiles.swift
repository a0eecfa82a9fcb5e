import NumPyIO

/// Saves arrays as `.npy` and `.npz`, and reads back as little as is asked for.
@main
enum ArrayFiles {
  static func main() throws {
    let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
    var random = RandomState(seed: 0)
    let scores = random.randint(1, 100, shape: [1000, 8])  // NumPy's numbers for seed 0
    let weights = random.standardNormal(shape: [8, 3])

    // One array, as np.save writes it.
    let path = folder + "/scores.npy"
    try scores.save(to: path)
    let file = try NPYFile(opening: path)  // reads the header only
    print("scores.npy holds \(file.header.dtype) of shape \(file.header.shape)")
    print("its first rows, of which no other byte was read:")
    print(try file.read(0..<2, .ellipsis))

    // More rows behind those that are there; a crash leaves the file as it was before or after.
    try NPYFile.append(AnyNDArray(scores[0..<500, .all]), to: path)
    let mapped = try AnyNDArray(contentsOf: path, mode: .mapped)
    print("now \(mapped.shape[0]) rows, mapped; the mean of each column:")
    print(try mapped.mean(axis: 0))

    // Several arrays, compressed; one of them loaded again, typed.
    let archivePath = folder + "/run.npz"
    try NPZArchive.save(["scores": scores, "weights": weights], to: archivePath, compression: .default)
    let archive = try NPZArchive(opening: archivePath)
    for name in archive.names { print("run.npz:\(name)", try archive.header(of: name).shape) }
    let again: NDArray<Double> = try archive.array("weights")
    print("the weights came back \(again == weights ? "as they were" : "changed")")

    // Whatever is wrong with a file is told with its place.
    do {
      _ = try NDArray<Float>(contentsOf: path)
    } catch {
      print("as floats: \(error)")
    }
  }
}
