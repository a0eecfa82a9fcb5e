import ArgumentParser
import ArrayBytes
import ByteIO
import NumPyIO
import PythonLiterals

struct StatsCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count, smallest, largest, mean and more of an array's numbers.",
    discussion: """
      One pass in bounded memory, however large the file. NaNs are counted and left out of the rest; of complex
      numbers the magnitudes count.

      EXAMPLES
        npy stats arr.npy
        npy stats --json 'arr.npz:x[:,0]'
      """)

  @Argument(help: "The array.") var address: String
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(address)
    let array = try address.open(reading.openOptions(for: address.path))
    var statistics = RunningStatistics()
    let blocks = try array.blocks()
    try blocks.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
      try FormatError.wrapping(.unsupported, file: blocks.name) { () throws(ArrayError) in try statistics.add(run) }
    }
    let dtype = array.dtype
    if json {
      try Console.print(object(statistics, dtype).pretty())
    } else {
      try Console.write(text(statistics))
    }
  }

  private func object(_ s: RunningStatistics, _ dtype: DType) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
    return .object([
      ("file", .string(address)), ("dtype", dtype.json), ("count", .int(s.count)),
      ("min", s.integerRange.map { .exact($0.lowerBound) } ?? number(s.minimum)),
      ("max", s.integerRange.map { .exact($0.upperBound) } ?? number(s.maximum)), ("mean", number(s.mean)),
      ("std", number(s.standardDeviation)), ("nan", .int(s.nanCount)), ("inf", .int(s.infiniteCount)),
      ("zeros", .int(s.zeroCount)),
    ])
  }

  private func text(_ s: RunningStatistics) -> String {
    func number(_ value: Double?) -> String { value.map(StatsCommand.repr) ?? "-" }
    return TextTable.aligned([
      ["count", TextTable.grouped(s.count)],
      ["min", s.integerRange.map { String($0.lowerBound) } ?? number(s.minimum)],
      ["max", s.integerRange.map { String($0.upperBound) } ?? number(s.maximum)], ["mean", number(s.mean)],
      ["std", number(s.standardDeviation)], ["nan", TextTable.grouped(s.nanCount)],
      ["inf", TextTable.grouped(s.infiniteCount)], ["zeros", TextTable.grouped(s.zeroCount)],
    ])
  }

  private static func repr(_ value: Double) -> String { PythonRepr.float(value) }
}
