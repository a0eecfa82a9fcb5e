import ArgumentParser
import ArrayBytes
import ByteIO
import NumPyIO
import PythonLiterals

struct StatsCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "stats", _superCommandName: "npy",
    abstract: "Count, smallest, largest, mean and more of an array's numbers.",
    discussion: """
      One pass in bounded memory, however large the file. NaNs are counted and left out of the rest; of complex
      numbers the magnitudes count. Of an archive, or a pickle, of several arrays a line for each; of records, such as a
      table with names, a line for each field.

      EXAMPLES
        npy stats arr.npy
        npy stats --json 'arr.npz:x[:,0]'
        npy stats model.npz
      """)

  @Argument(help: "The array.") var address: String
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    let source = try Address(address)
    let document = try reading.document(source.path).value(naming: source.member)
    guard let collection = try source.collection(in: document) else {
      if let masked = try source.masked(in: document), masked.content.dtype.fields != nil {
        return try printFields(StatsCommand.statistics(ofFieldsOf: masked, source), source)
      }
      let array: LazyArray
      if let values = try source.unmasked(in: document) {
        array = try LazyArray(.values(values), name: source.text, spool: document.spool)
      } else {
        array = try source.item(of: document).array
      }
      try print(array, source)
      return try document.warnOfRestOfStream()
    }
    var rows = [["member"] + StatsCommand.titles]
    var objects: [JSONValue] = []
    defer {
      if json {
        try? Console.print(JSONValue.array(objects).pretty())
      } else {
        try? Console.write(TextTable.aligned(rows, rightAligned: Set(1...8)))
      }
    }
    let note = { (name: String, error: JSONValue) in
      objects.append(.object([("file", .string(source.text + ":" + name)), ("error", error)]))
    }
    try ArchiveMembers(collection.document, collection.contents).forEach(onError: json ? note : nil) { name, array in
      var array = array
      if case .values(let members) = collection.contents, let masked = members.masked(name) {
        // What is masked is no value, and no mask an array of its own.
        guard !masked.isMask else { return }
        let values = try FormatError.wrapping(.badArgument, file: source.path) { () throws(ArrayError) in
          try masked.array.compressed()
        }
        if let values { array = try LazyArray(.values(values), name: name, spool: document.spool) }
      }
      let statistics =
        RunningStatistics.takes(array.dtype) ? try StatsCommand.statistics(array) : try StatsCommand.count(array)
      rows.append([Console.printable(name)] + columns(statistics, array.dtype).map(\.1))
      objects.append(object(statistics, array.dtype, source.text + ":" + name))
    }
  }

  private static let titles = ["count", "min", "max", "mean", "std", "nan", "inf", "zeros"]

  /// Prints what is to be said of one array, or of the fields of records.
  private func print(_ array: LazyArray, _ source: Address) throws {
    do throws(FormatError) {
      if array.dtype.fields == nil {
        let statistics = try StatsCommand.statistics(array)
        if json { return try Console.print(object(statistics, array.dtype, source.text).pretty()) }
        return try Console.write(text(statistics, array.dtype))
      }
      try printFields(StatsCommand.statistics(ofFieldsOf: array), source)
    } catch { throw error.at(file: source.path, member: source.member) }
  }

  private typealias FieldStatistics = (name: String, dtype: DType, statistics: RunningStatistics)

  private func printFields(_ fields: [FieldStatistics], _ source: Address) throws(FormatError) {
    if json {
      let prefix = source.text + (source.member == nil ? ":" : ".")
      let objects = fields.map { object($0.statistics, $0.dtype, prefix + $0.name) }
      return try Console.print(JSONValue.array(objects).pretty())
    }
    let rows = fields.map { [Console.printable($0.name)] + columns($0.statistics, $0.dtype).map(\.1) }
    try Console.write(TextTable.aligned([["field"] + StatsCommand.titles] + rows, rightAligned: Set(1...8)))
  }

  /// The statistics of each field of masked records: of what is not masked.
  private static func statistics(
    ofFieldsOf masked: PickledArray, _ source: Address
  ) throws(FormatError) -> [FieldStatistics] {
    try FormatError.wrapping(.unsupported, file: source.path) { () throws(ArrayError) in
      try masked.content.dtype.leafFields.map { (path, dtype) throws(ArrayError) in
        var part = masked
        for name in path { part = try part.field(name) }
        var statistics = RunningStatistics()
        let values = try part.compressed()
        if let values, RunningStatistics.takes(dtype) {
          try statistics.add(values)
        } else {
          statistics.skip(values?.count ?? part.content.shape.reduce(1, &*))
        }
        return (path.joined(separator: "."), dtype, statistics)
      }
    }
  }

  /// The statistics of each field of records, in one pass; of texts and the like only how many there are.
  private static func statistics(ofFieldsOf array: LazyArray) throws(FormatError) -> [FieldStatistics] {
    let paths = array.dtype.leafFields
    var results = [RunningStatistics](repeating: RunningStatistics(), count: paths.count)
    try array.blocks().forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
      try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in
        for (place, (path, dtype)) in paths.enumerated() {
          var part = run
          for name in path { part = try part.field(name) }
          if RunningStatistics.takes(dtype) { try results[place].add(part) } else { results[place].skip(part.count) }
        }
      }
    }
    return zip(paths, results).map { ($0.path.joined(separator: "."), $0.dtype, $1) }
  }

  /// How many elements an array has of which there are no statistics: texts, objects.
  private static func count(_ array: LazyArray) throws(FormatError) -> RunningStatistics {
    var statistics = RunningStatistics()
    statistics.skip(try array.counted().shape.reduce(1, *))
    return statistics
  }

  private static func statistics(_ array: LazyArray) throws(FormatError) -> RunningStatistics {
    var statistics = RunningStatistics()
    let blocks = try array.blocks()
    do throws(FormatError) {
      try blocks.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
        try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in try statistics.add(run) }
      }
    } catch {
      guard error.code == .unsupported, array.dtype.kind == .void else { throw error }
      throw error.adding("--view bfloat16, u2 and others see raw bytes as numbers")
    }
    return statistics
  }

  private func object(_ s: RunningStatistics, _ dtype: DType, _ name: String) -> JSONValue {
    /// What doubles cannot say is given by its digits; where these are none, as of infinities, as doubles have it.
    func number(_ value: Double?, _ exact: String?) -> JSONValue {
      if let exact, exact.last?.isNumber == true { return .digits(exact) }
      return value.map(JSONValue.double) ?? .null
    }
    let (range, exact) = (s.integerRange, s.extendedTexts)
    return .object([
      ("file", .string(name)), ("dtype", dtype.json), ("count", .int(s.count)),
      ("min", number(s.minimum, range.map { String($0.lowerBound) } ?? exact?.minimum)),
      ("max", number(s.maximum, range.map { String($0.upperBound) } ?? exact?.maximum)),
      ("mean", number(s.mean, exact?.mean)), ("std", number(s.standardDeviation, exact?.standardDeviation)),
      ("nan", .int(s.nanCount)), ("inf", .int(s.infiniteCount)), ("zeros", .int(s.zeroCount)),
    ])
  }

  private func text(_ statistics: RunningStatistics, _ dtype: DType) -> String {
    TextTable.aligned(columns(statistics, dtype).map { [$0.0, $0.1] })
  }

  private func columns(_ s: RunningStatistics, _ dtype: DType) -> [(String, String)] {
    func number(_ value: Double?) -> String { value.map(StatsCommand.repr) ?? "-" }
    /// A date or duration of so many steps.
    func steps(_ exact: Int128?, _ value: Double?) -> String {
      (exact.flatMap { Int64(exactly: $0) } ?? value.flatMap { Int64(exactly: $0.rounded(.down)) })
        .flatMap { StatsCommand.text(ofSteps: $0, dtype) } ?? number(value)
    }
    let (low, high) = (s.integerRange?.lowerBound, s.integerRange?.upperBound)
    let unit = dtype.dateUnit.map { $0.unit == .generic ? "" : " steps of \(dtype)" } ?? ""
    let isDate = dtype.dateUnit != nil
    let exact = s.extendedTexts
    return [
      ("count", TextTable.grouped(s.count)),
      ("min", isDate ? steps(low, s.minimum) : low.map { String($0) } ?? exact?.minimum ?? number(s.minimum)),
      ("max", isDate ? steps(high, s.maximum) : high.map { String($0) } ?? exact?.maximum ?? number(s.maximum)),
      ("mean", isDate ? steps(nil, s.mean) : exact?.mean ?? number(s.mean)),
      ("std", (exact?.standardDeviation ?? number(s.standardDeviation)) + unit),
      ("nan", TextTable.grouped(s.nanCount)), ("inf", TextTable.grouped(s.infiniteCount)),
      ("zeros", TextTable.grouped(s.zeroCount)),
    ]
  }

  /// The date, or duration, of a number of steps from 1970, or from zero.
  private static func text(ofSteps count: Int64, _ dtype: DType) -> String? {
    guard let array = try? NDArray(scalar: count).untyped.viewed(as: dtype.native) else { return nil }
    return array.description
  }

  private static func repr(_ value: Double) -> String { PythonRepr.float(value) }
}

extension DType {
  /// The paths to the fields of records that are no records themselves, and the type of their elements.
  fileprivate var leafFields: [(path: [String], dtype: DType)] {
    (fields ?? []).flatMap { field -> [(path: [String], dtype: DType)] in
      let inner = field.dtype.flattenedSubarray?.dtype ?? field.dtype
      guard inner.fields != nil else { return [([field.name], inner)] }
      return inner.leafFields.map { ([field.name] + $0.path, $0.dtype) }
    }
  }
}
