/// The formats of files that hold arrays.
public enum FileFormat: String, CaseIterable, Sendable {
  /// One array.
  case npy
  /// A zip archive of arrays.
  case npz
  /// Tensors of a model under their names.
  case safetensors
  /// PyTorch's: a dictionary of tensors.
  case pt
  /// The tensors of llama.cpp's models, which are read only.
  case gguf
  /// Python's pickles, and the files of joblib and PyTorch.
  case pkl
  /// Text with columns between white space.
  case txt
  /// Text with columns between commas.
  case csv
  /// Text with columns between tabs.
  case tsv
  /// Nested lists in JSON, or JSON Lines (`.jsonl`): `null` for NaN, `1e999` for infinity, pairs for complex numbers, objects for records.
  case json
  /// The elements and nothing else: NumPy's `tofile` and `fromfile`.
  case raw

  /// The format that a file's extension names; `nil` if it names none. Those of compressed text (`.csv.gz`) count
  /// without that of the compression.
  public init?(extensionOf path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "npy": self = .npy
    case "npz": self = .npz
    case "safetensors": self = .safetensors
    case "pt", "pth": self = .pt
    case "gguf": self = .gguf
    case "pkl", "pickle", "p": self = .pkl
    case "txt", "dat", "text": self = .txt
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "json", "jsonl", "ndjson": self = .json
    case "raw", "bin": self = .raw
    case "gz", "bz2", "xz", "lzma", "zst": self.init(extensionOf: String(name[..<dot]))
    default: return nil
    }
  }

  /// Whether a name is that of JSON Lines: a value in each line.
  static func isJSONLines(_ path: String) -> Bool {
    let name = path.lowercased()
    let stem = [".gz", ".bz2", ".xz", ".lzma", ".zst"].first { name.hasSuffix($0) }.map { name.dropLast($0.count) }
    return [".jsonl", ".ndjson"].contains { (stem ?? name[...]).hasSuffix($0) }
  }

  /// Whether the format is a table of text.
  public var isText: Bool { self == .txt || self == .csv || self == .tsv }

  /// Whether the format holds any number of arrays under their names.
  package var isArchive: Bool { self == .npz || self == .safetensors || self == .pt }

  /// What separates columns, if the format says so.
  var delimiter: String? { self == .csv ? "," : self == .tsv ? "\t" : nil }
}
