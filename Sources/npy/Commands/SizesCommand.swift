import ArgumentParser
import ByteIO
import NumPyIO

struct SizesCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "sizes",
    abstract: "Save data in every format and compare size and time.",
    discussion: """
      The files are written to a temporary folder and removed. The ratio is to .npy.

      EXAMPLES
        npy sizes arr.npy
        npy sizes --json model.npz:weights
      """)

  @Argument(help: "The arrays.") var addresses: [String]
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var objects: [JSONValue] = []
    for (place, address) in addresses.enumerated() {
      let array = try ArrayInput(address, reading: reading).read()
      let comparison = try FormatComparison(array)
      if json {
        objects.append(.object([("file", .string(address))] + comparison.fields))
      } else {
        try Console.write((place > 0 ? "\n" : "") + Console.printable(address) + "\n" + comparison.text)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty(depth: 3)) }
  }
}

/// One array saved and loaded in every format.
struct FormatComparison {
  struct Row {
    let format: String
    let size: Int
    let save: Double
    let load: Double
  }
  let count: Int
  private(set) var rows: [Row] = []

  init(_ array: AnyNDArray) throws {
    count = array.count
    let folder = try Folders.temporary()
    defer { Folders.remove(folder) }
    let archives: [(String, NPZCompression, NPZLayout)] = [
      ("npz", .none, .aligned), ("npz, fast", .fast, .aligned), ("npz, default", .default, .aligned),
      ("npz, best", .best, .aligned), ("npz, zlib as NumPy", .zlib, .numpy),
    ]
    try measure("npy", folder) {
      try array.save(to: $0)
    } load: {
      _ = try AnyNDArray(contentsOf: $0)
    }
    for (format, compression, layout) in archives {
      try measure(format, folder) {
        try NPZArchive.save([array], to: $0, compression: compression, layout: layout)
      } load: {
        _ = try NPZArchive(opening: $0).arrays()
      }
    }
    for version in [4, 5] {
      try measure("pickle, protocol \(version)", folder) {
        try Pickle.save(.array(array), to: $0, protocol: version)
      } load: {
        _ = try Pickle.load(from: $0).array()
      }
    }
    if let (table, options) = try FormatComparison.table(of: array) {
      var reading = LoadTextOptions(dtype: array.dtype.native)
      reading.delimiter = nil
      try measure("text, \(FormatComparison.name(options))", folder) {
        try table.saveText(to: $0, options: options)
      } load: {
        _ = try AnyNDArray.loadText(from: $0, options: reading)
      }
    }
    try measure("npy.gz", folder) { path in
      try TextFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in try array.writeNPY(to: sink) }
    } load: { path in
      var reader = NPYReader(try TextFile.open(path))
      _ = try reader.next()
    }
  }

  /// The array as text can hold it: rows of its last axis, integers by `%d`, floats by the fewest digits that read
  /// back as the same number; `nil` for elements that text does not bring back.
  private static func table(of array: AnyNDArray) throws -> (AnyNDArray, SaveTextOptions)? {
    let format: TextFormat
    switch array.dtype.kind {
    case .bool, .signedInteger, .unsignedInteger: format = "%d"
    case .float where array.dtype.itemSize < 16: format = "%s"
    default: return nil
    }
    guard array.count > 0 else { return nil }
    let table = array.ndim == 0 ? try array.reshaped([1]) : try array.reshaped([-1, array.shape[array.ndim - 1]])
    return (table, SaveTextOptions(format: format))
  }

  private static func name(_ options: SaveTextOptions) -> String {
    if case .single(let format) = options.format { return format }
    return ""
  }

  private mutating func measure(
    _ format: String, _ folder: String, save: (String) throws -> Void, load: (String) throws -> Void
  ) throws {
    let path = folder + "/data" + (format == "npy.gz" ? ".gz" : "")
    let saving = Stopwatch()
    try save(path)
    let saved = saving.times.wall
    let loading = Stopwatch()
    try load(path)
    let loaded = loading.times.wall
    rows.append(Row(format: format, size: try FileSource(path: path).byteCount ?? 0, save: saved, load: loaded))
    SystemCall.remove(path)
  }

  private var base: Int { rows.first?.size ?? 1 }

  var text: String {
    let cells = rows.map { row in
      [
        "  " + row.format, TextTable.grouped(row.size),
        Stopwatch.fixed(Double(row.size) / Double(base) * 100, 1) + " %",
        bits(row) + " bits", Stopwatch.text(row.save), Stopwatch.text(row.load),
      ]
    }
    let head = ["  format", "bytes", "ratio", "a value", "save", "load"]
    return TextTable.aligned([head] + cells, rightAligned: [1, 2, 3, 4, 5]) + choice + "\n"
  }

  private func bits(_ row: Row) -> String {
    count == 0 ? "-" : Stopwatch.fixed(Double(row.size) * 8 / Double(count), 2)
  }

  /// Which format to take, and why.
  var choice: String {
    guard let plain = rows.first, let packed = rows.first(where: { $0.format == "npz, default" }) else { return "" }
    let share = Double(packed.size) / Double(plain.size)
    if share > 0.9 {
      return "Choose npy: compression saves less than a tenth, and npy can be mapped and sliced at no cost."
    }
    let percent = Stopwatch.fixed(share * 100, 0)
    return
      "Choose npz, default: \(percent) % of the bytes, and parts of it can still be read; npy if it is mapped often."
  }

  var fields: [(key: String, value: JSONValue)] {
    let formats = rows.map { row in
      JSONValue.object([
        ("format", .string(row.format)), ("bytes", .int(row.size)),
        ("ratio", .double(Double(row.size) / Double(base))),
        ("bits_per_value", count == 0 ? .null : .double(Double(row.size) * 8 / Double(count))),
        ("save_seconds", .double(row.save)), ("load_seconds", .double(row.load)),
      ])
    }
    return [("count", .int(count)), ("formats", .array(formats)), ("choice", .string(choice))]
  }
}
