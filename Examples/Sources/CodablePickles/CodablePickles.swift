import Foundation
import NumPyIOFoundation

/// What a training run leaves behind.
struct Experiment: Codable, Equatable {
  struct Settings: Codable, Equatable {
    var learningRate: Double
    var layers: [Int]
  }
  var name: String
  var settings: Settings
  var losses: [Double]
  var comment: String?
}

/// Writes a `Codable` value as a pickle of plain dictionaries and lists, which Python reads, and reads it back.
@main
enum CodablePickles {
  static func main() throws {
    let arguments = CommandLine.arguments
    let folder = URL(fileURLWithPath: arguments.count > 1 ? arguments[1] : ".", isDirectory: true)
    let url = folder.appendingPathComponent("experiment.pkl")
    let experiment = Experiment(
      name: "run 7", settings: Experiment.Settings(learningRate: 0.001, layers: [64, 64, 10]),
      losses: [0.9, 0.41, 0.23], comment: nil)

    try PickleEncoder().encodeData(experiment).write(to: url)
    print("experiment.pkl is written; in Python: pickle.load(open('experiment.pkl', 'rb'))")

    // The same file without a type: whatever it holds, nothing of it is run.
    let value = try Pickle.load(from: url)
    print("it holds a \(value.typeName): name \(value["name"]?.string ?? "none")")

    // And as the type again.
    let again = try PickleDecoder().decode(Experiment.self, from: url)
    print("decoded, it is \(again == experiment ? "equal" : "different"): losses \(again.losses)")

    // A value that does not fit says which key it was.
    do {
      _ = try PickleDecoder().decode(Experiment.Settings.self, from: url)
    } catch let error as DecodingError {
      if case .keyNotFound(let key, _) = error { print("as settings: no key \(key.stringValue)") }
    }
  }
}
