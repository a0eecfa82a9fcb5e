// Times the library's text functions on the files that compare-text.py has made: a line each, the name and the seconds of
// every repetition.
//
// usage: TextBenchmark FOLDER [REPETITIONS [PART-OF-A-NAME]]
import BenchmarkSupport
import NumPyIO

let arguments = CommandLine.arguments
let folder = arguments.count > 1 ? arguments[1] : "/dev/shm"
let repetitions = arguments.count > 2 ? Int(arguments[2]) ?? 9 : 9
let wanted = arguments.count > 3 ? arguments[3] : ""

func measure(_ name: String, _ body: () throws -> Void) throws {
  guard wanted.isEmpty || name.contains(wanted) else { return }
  try printTimes(name, repetitions: repetitions, body)
}

let s = try NDArray<Int64>(contentsOf: folder + "/S.npy")
let f = try NDArray<Double>(contentsOf: folder + "/F.npy")
let f32 = try NDArray<Float>(contentsOf: folder + "/F32.npy")
let wide = try NDArray<Int64>(contentsOf: folder + "/W.npy")
let records = try AnyNDArray(contentsOf: folder + "/R.npy")
let out = folder + "/ours"

func load(_ file: String, _ dtype: DType, _ delimiter: String? = nil, columns: [Int]? = nil) throws {
  var options = LoadTextOptions(dtype: dtype, delimiter: delimiter)
  options.useColumns = columns
  _ = try AnyNDArray.loadText(from: folder + "/" + file, options: options)
}

func gen(_ file: String, _ dtype: DType?, _ delimiter: String, names: GenFromTextOptions.Names? = nil) throws {
  var options = GenFromTextOptions()
  options.dtype = dtype
  options.delimiter = .text(delimiter)
  options.names = names
  _ = try AnyNDArray.genFromText(from: folder + "/" + file, options: options)
}

try measure("loadtxt int S") { try load("S.tsv", .int64, "\t") }
try measure("loadtxt wide ints") { try load("W.csv", .int64, ",") }
try measure("loadtxt F") { try load("F.txt", .float64) }
try measure("loadtxt F shortest") { try load("F-shortest.csv", .float64, ",") }
try measure("loadtxt F float32") { try load("F.txt", .float32) }
try measure("loadtxt F usecols 1,3") { try load("F.txt", .float64, columns: [1, 3]) }
try measure("loadtxt records") { try load("R.csv", records.dtype, ",") }
try measure("genfromtxt int S") { try gen("S.tsv", .int64, "\t") }
try measure("genfromtxt S dtype=None") { try gen("S.tsv", nil, "\t") }
try measure("genfromtxt F") { try gen("F-shortest.csv", .float64, ",") }
try measure("genfromtxt names") { try gen("N.csv", nil, ",", names: .firstLine) }

try measure("savetxt %d S") { try s.saveText(to: out + ".tsv", format: "%d", delimiter: "\t") }
try measure("savetxt %d wide") { try wide.saveText(to: out + ".csv", format: "%d", delimiter: ",") }
try measure("savetxt F") { try f.saveText(to: out + ".txt") }
try measure("savetxt %.6g F") { try f.saveText(to: out + ".txt", format: "%.6g") }
try measure("savetxt %.3f F") { try f.saveText(to: out + ".txt", format: "%.3f") }
try measure("savetxt %s F") { try f.saveText(to: out + ".txt", format: "%s") }
try measure("savetxt F32") { try f32.saveText(to: out + ".txt") }
try measure("savetxt %s F32") { try f32.saveText(to: out + ".txt", format: "%s") }
try measure("savetxt %.6g %10.3f widths") {
  try f.saveText(to: out + ".txt", format: .columns((0..<10).map { $0 % 2 == 0 ? "%.6g" : "%10.3f" }))
}
try measure("savetxt records") {
  let options = SaveTextOptions(format: .columns(["%d", "%.6g", "%s"]), delimiter: ",")
  try records.saveText(to: out + ".csv", options: options)
}
let small = NDArray<Double>((0..<100_000).map { Double($0) * 1.37 - 5 })
let normal = try NDArray<Double>(contentsOf: folder + "/F1.npy")
try measure("array2string of 100,000 doubles") { _ = small.formatted(.str, options: PrintOptions(threshold: .max)) }
try measure("array2string of 100,000 normal doubles") {
  _ = normal.formatted(.str, options: PrintOptions(threshold: .max))
}
let ints = try s.reshaped([1_000_000])[0..<100_000]
try measure("array2string of 100,000 ints") { _ = ints.formatted(.str, options: PrintOptions(threshold: .max)) }
