import ByteIO
import NumPyIO
import SystemPackage

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
  /// A smaller dtype that holds all the values, and the bytes that `.npy` would have with it.
  private let narrower: (dtype: DType, bytes: Int)?

  private static let archives: [(name: String, compression: NPZCompression, layout: NPZLayout)] = [
    ("npz", .none, .aligned), ("npz, fast", .fast, .aligned), ("npz, default", .default, .aligned),
    ("npz, best", .best, .aligned), ("npz, zlib as NumPy", .zlib, .numpy),
  ]

  init(_ array: AnyNDArray) throws {
    count = array.count
    narrower = FormatComparison.narrower(array)
    let folder = try Folders.temporary()
    defer { Folders.remove(folder) }
    try measure("npy", folder) {
      try array.save(to: $0, durability: .none)
    } load: {
      _ = try AnyNDArray(contentsOf: $0)
    }
    for (format, compression, layout) in FormatComparison.archives {
      try measure(format, folder) {
        try NPZArchive.save([array], to: $0, compression: compression, layout: layout, durability: .none)
      } load: {
        _ = try NPZArchive(opening: $0).arrays()
      }
    }
    for version in [4, 5] {
      try measure("pickle, protocol \(version)", folder) {
        try Pickle.save(
          .array(array), to: $0, options: PickleWriter.Options(protocolVersion: version), durability: .none)
      } load: {
        _ = try Pickle.load(from: $0).array()
      }
    }
    if let (table, format) = try FormatComparison.table(of: array) {
      var reading = LoadTextOptions(dtype: array.dtype.native)
      reading.delimiter = nil
      try measure(format == "%d" ? "text, %d" : "text, shortest", folder) {
        try table.saveText(to: $0, options: SaveTextOptions(format: .single(format)), durability: .none)
      } load: {
        _ = try AnyNDArray.loadText(from: $0, options: reading)
      }
    }
    try measure("npy.gz", folder) { path in
      try TextFile.write(to: path, durability: .none) { (sink: any ByteSink) throws(FormatError) in
        try array.writeNPY(to: sink)
      }
    } load: { path in
      var reader = NPYReader(try TextFile.open(path))
      _ = try reader.next()
    }
  }

  /// The array as text can hold it: a column, or rows of its last axis, integers by `%d`, floats by the fewest digits that read
  /// back as the same number; `nil` for elements that text does not bring back.
  private static func table(of array: AnyNDArray) throws -> (array: AnyNDArray, format: String)? {
    let format: String
    switch array.dtype.kind {
    case .bool, .signedInteger, .unsignedInteger: format = "%d"
    case .float where array.dtype.itemSize < 16: format = "%s"
    default: return nil
    }
    guard array.count > 0 else { return nil }
    switch array.ndim {
    case 0: return (try array.reshaped([1]), format)
    case 1: return (array, format)
    default: return (try array.reshaped([-1, array.shape[array.ndim - 1]]), format)
    }
  }

  /// The smallest integer dtype that holds the values of integers, if it is smaller than theirs.
  private static func narrower(_ array: AnyNDArray) -> (dtype: DType, bytes: Int)? {
    guard [.signedInteger, .unsignedInteger].contains(array.dtype.kind) else { return nil }
    var statistics = RunningStatistics()
    guard (try? statistics.add(array)) != nil, let range = statistics.integerRange else { return nil }
    let types: [(DType, ClosedRange<Int128>)] = [
      (.uint8, 0...255), (.int8, -128...127), (.uint16, 0...65_535), (.int16, -32_768...32_767),
      (.uint32, 0...4_294_967_295), (.int32, -2_147_483_648...2_147_483_647),
    ]
    for (dtype, values) in types where dtype.itemSize < array.dtype.itemSize {
      if values.contains(Int128(range.lowerBound)), values.contains(Int128(range.upperBound)) {
        return (dtype, array.count * dtype.itemSize)
      }
    }
    return nil
  }

  private mutating func measure(
    _ format: String, _ folder: String, save: (String) throws -> Void, load: (String) throws -> Void
  ) throws {
    let path = folder + "/data" + (format == "npy.gz" ? ".gz" : "")
    // What is saved gets the mode of the file that it replaces: the data may be private.
    let empty = try SystemCall.open(path, .writeOnly, options: [.create, .exclusiveCreate], permissions: 0o600)
    try? empty.close()
    let saved = try FormatComparison.median { try save(path) }
    let loaded = try FormatComparison.median { try load(path) }
    rows.append(Row(format: format, size: try FileSource(path: path).byteCount ?? 0, save: saved, load: loaded))
    SystemCall.remove(path)
  }

  /// The median of as many runs as a tenth of a second has room for: three at least where they are short, at most nine.
  private static func median(_ body: () throws -> Void) throws -> Double {
    var times: [Double] = []
    var sum = 0.0
    while times.count < 9, times.isEmpty || sum < 0.1 {
      let clock = Stopwatch()
      try body()
      times.append(clock.times.wall)
      sum += times[times.count - 1]
    }
    return times.sorted()[times.count / 2]
  }

  private var base: Int { rows.first?.size ?? 1 }

  // MARK: Telling

  var text: String {
    let cells = rows.map { row in
      [
        "  " + row.format, TextTable.grouped(row.size),
        Stopwatch.fixed(Double(row.size) / Double(base) * 100, 1) + " %",
        count == 0 ? "-" : Stopwatch.fixed(bits(row.size), 2) + " bits", Stopwatch.text(row.save),
        Stopwatch.text(row.load),
      ]
    }
    let head = ["  format", "bytes", "ratio", "a value", "save", "load"]
    let hint = narrowing.map { $0 + "\n" } ?? ""
    return TextTable.aligned([head] + cells, rightAligned: [1, 2, 3, 4, 5]) + choice.text + "\n" + hint
  }

  private func bits(_ size: Int) -> Double { Double(size) * 8 / Double(max(1, count)) }

  private func row(_ format: String) -> Row? { rows.first { $0.format == format } }

  /// Which format to take, and why.
  var choice: (format: String, text: String) {
    guard let plain = rows.first, let packed = row("npz, default"), let best = row("npz, best") else { return ("", "") }
    func percent(_ row: Row) -> String { Stopwatch.fixed(Double(row.size) / Double(plain.size) * 100, 0) + " %" }
    if min(packed.size, best.size) * 10 > plain.size * 9 {
      return (
        plain.format,
        "Choose npy: compression would save less than a tenth, and npy can be mapped and sliced at no cost."
      )
    }
    if best.size * 10 < packed.size * 9 {
      return (
        best.format,
        "Choose npz, best: \(percent(best)) of npy's bytes (default: \(percent(packed))), and loading takes no longer; "
          + "default where saving has to be quick."
      )
    }
    return (
      packed.format,
      "Choose npz, default: \(percent(packed)) of npy's bytes, and parts of it can still be read; npy if it is to be "
        + "mapped."
    )
  }

  /// What a smaller dtype would save.
  private var narrowing: String? {
    guard let narrower, count > 0 else { return nil }
    return "The values fit \(narrower.dtype): convert --astype \(narrower.dtype) makes them "
      + "\(TextTable.size(narrower.bytes)) before any compression."
  }

  var fields: [(key: String, value: JSONValue)] {
    let formats = rows.map { row in
      JSONValue.object([
        ("format", .string(row.format)), ("bytes", .int(row.size)),
        ("ratio", .double(Double(row.size) / Double(base))),
        ("bits_per_value", count == 0 ? .null : .double(bits(row.size))), ("save_seconds", .double(row.save)),
        ("load_seconds", .double(row.load)),
      ])
    }
    return [
      ("count", .int(count)), ("formats", .array(formats)), ("choice", .string(choice.format)),
      ("reason", .string(choice.text)), ("fits_dtype", narrower.map { .string($0.dtype.description) } ?? .null),
    ]
  }
}
