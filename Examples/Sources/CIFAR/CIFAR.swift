import NumPyIO

/// Puts the first pictures of a batch of CIFAR-10, `data_batch_1` of https://www.cs.toronto.edu/~kriz/cifar.html, side by side, and
/// counts its labels. `npy plot --image` draws such an array, too.
///
/// A batch is a pickle of Python 2: a dictionary of `data`, a picture a row (1,024 bytes of red, then of green and blue), and of
/// `labels`, a list. Nothing that a pickle names is run.
@main
enum CIFAR {
  static func main() throws {
    let arguments = CommandLine.arguments
    let folder = arguments.count > 1 ? arguments[1] : "."
    let path = try arguments.count > 2 ? arguments[2] : madeUpBatch(in: folder)

    // Python: pickle.load(file, encoding="latin1")
    var options = PickleReader.Options()
    options.encoding = .latin1
    let batch = try Pickle.load(from: path, options: options)
    guard let data = try batch["data"]?.array(), let labels = batch["labels"]?.items else {
      return print(path, "is no batch of CIFAR-10")
    }

    // (pictures, channels, rows, columns) to (pictures, rows, columns, channels), without a copy.
    let pictures = try NDArray<UInt8>(data).reshaped([data.shape[0], 3, 32, 32]).transposed([0, 2, 3, 1])
    let count = min(8, pictures.shape[0])
    let strip = try NDArray.concatenated((0..<count).map { try pictures.slice($0, .ellipsis) }, axis: 1)
    try strip.save(to: folder + "/pictures.npy")
    print("pictures.npy:", strip.shape, "mean colour", try strip.mean(axes: [0, 1]))

    var counts: [Int: Int] = [:]
    for label in labels { counts[label.int ?? -1, default: 0] += 1 }
    print("labels:", counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
  }

  /// A batch with CIFAR's layout and none of its pictures, for who has not downloaded it.
  private static func madeUpBatch(in folder: String) throws -> String {
    var random = RandomState(seed: 0)
    let data = random.randint(0, 255, shape: [20, 3072], as: UInt8.self)
    let labels = (0..<20).map { PickleValue.int($0 % 10) }
    let path = folder + "/data_batch_1"
    try Pickle.save(["data": .array(data), "labels": .list(labels)], to: path, protocol: 2)
    return path
  }
}
