import Foundation
import NumPyIOFoundation

/// Converts every `.npy` file of a folder to safetensors, several at a time, and shows how far it is.
@main
enum ConvertFolder {
  static func main() async throws {
    let arguments = CommandLine.arguments
    let folder = URL(fileURLWithPath: arguments.count > 1 ? arguments[1] : ".", isDirectory: true)
    let sources = try samples(in: folder.appendingPathComponent("arrays", isDirectory: true))

    let progress = ByteProgress()
    let watching = Task {
      var files: Set<String> = []
      for await state in progress.states { files.insert(state.file) }
      return files.count
    }
    try await progress.observe {
      try await withThrowingTaskGroup(of: String.self) { group in
        for source in sources {
          group.addTask {
            let target = source.deletingPathExtension().appendingPathExtension("safetensors")
            try await Document.convert(source.path, to: target.path)
            return target.lastPathComponent
          }
        }
        // Whoever fails first cancels the others; no half-written file stays.
        for try await name in group { print("converted", name) }
      }
    }
    print("progress was told of files:", await watching.value > 0)
  }

  /// Something to convert.
  static func samples(in folder: URL) throws -> [URL] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = RandomState(seed: 0)
    for number in 0..<4 {
      try random.standardNormal(shape: [200, 50]).save(to: folder.appendingPathComponent("part\(number).npy"))
    }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "npy" }
      .sorted { $0.path < $1.path }
  }
}
