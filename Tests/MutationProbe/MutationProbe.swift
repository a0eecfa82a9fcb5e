import NumPyIO

/// `MutationProbe SEEDS WORK COUNT SEED`: changes the files of a folder at random and does with each what a user would.
///
/// Each file is written to the folder `WORK` first, so that one that ends the process stays there. Prints a line for each
/// that is answered with anything but a result or a typed error, which is exit code 1, and how many were answered how.
@main
enum MutationProbe {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 6, let count = Int(arguments[3]), let seed = UInt64(arguments[4]) else {
      throw FormatError(.badArgument, "usage: MutationProbe SEEDS WORK COUNT SEED NAME...")
    }
    let (folder, work, names) = (arguments[1], arguments[2], arguments[5...])
    let seeds = try names.map { name in
      try AnyNDArray(rawBytesOf: "\(folder)/\(name)").bytes
    }
    var mutator = Mutator(seed: seed)
    var (good, refused, bad) = (0, 0, 0)
    for _ in 0..<count {
      let which = mutator.next(below: seeds.count)
      let bytes = mutator.mutate(seeds[which], with: seeds[mutator.next(below: seeds.count)])
      let name = names[names.startIndex + which]
      let path = "\(work)/\(name)"
      try AtomicFile.write(to: path, durability: .none) { (sink: any ByteSink) throws(FormatError) in
        try sink.write(bytes)
      }
      for (what, use) in uses {
        do {
          try use(path, "\(work)/out")
          good += 1
        } catch let error as FormatError {
          refused += 1
          if let fault = fault(of: error) {
            bad += 1
            print("\(name): \(what): \(fault): \(error.description.prefix(200))")
          }
        } catch {
          bad += 1
          print("\(name): \(what): not a FormatError: \(error)")
        }
      }
    }
    print("\(good) results, \(refused) errors, \(bad) faults")
    if bad > 0 { throw FormatError(.malformed, "faults") }
  }

  /// What is wrong with an error itself.
  private static func fault(of error: FormatError) -> String? {
    if error.file == nil { return "no file is named" }
    if error.message.isEmpty { return "no message" }
    if error.description.utf8.count > 1000 { return "a message of \(error.description.utf8.count) bytes" }
    return nil
  }

  /// What is done with each file.
  private static let uses: [(String, @Sendable (_ path: String, _ output: String) throws -> Void)] = [
    ("check", { path, _ in _ = try FileCheck(path: path) }),
    (
      "read",
      { path, _ in
        let document = try Document(opening: path)
        for name in document.names.isEmpty ? [nil] : document.names.map(Optional.some) {
          _ = try document.array(name).read().formatted()
        }
      }
    ),
    (
      "slice",
      { path, _ in
        let document = try Document(opening: path)
        let array = try document.array(document.names.first)
        _ = try array.applying(.slice([.ellipsis, .slice(start: -1, stop: nil, step: -3)])).read().formatted()
      }
    ),
    ("npz", { path, output in try Document(opening: path).save(to: output + ".npz") }),
    ("pickle", { path, output in try Document(opening: path).save(to: output + ".pkl") }),
    ("model", { path, output in try Document(opening: path).save(to: output + ".safetensors") }),
    ("torch", { path, output in try Document(opening: path).save(to: output + ".pt") }),
    ("text", { path, output in try Document(opening: path).save(to: output + ".csv") }),
  ]
}

extension AnyNDArray {
  /// All bytes of a file, whatever it is.
  fileprivate init(rawBytesOf path: String) throws {
    let source = try FileSource(path: path)
    let bytes = try source.readBytes(at: 0, upTo: source.byteCount ?? 0)
    try self.init(bytes: bytes, dtype: .uint8, shape: [bytes.count])
  }
}
