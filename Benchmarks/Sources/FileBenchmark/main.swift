// Times the library on the tour's million integers (S) and a million normal doubles (F): a line each, the name and the
// seconds of every repetition. compare-with-numpy.py runs it beside NumPy and prints the ratios.
//
// usage: FileBenchmark FOLDER [REPETITIONS [PREFIXES [LARGE.npz]]]
//
// PREFIXES: only the work whose name begins with one of these, separated by commas.
// LARGE.npz: an archive with a 3-d array `arr_0` of at least 310 in each axis, of which all and a corner are loaded.
import BenchmarkSupport
import NumPyIO

let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "/tmp"
let repetitions = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 9 : 9

let prefixes = (CommandLine.arguments.count > 3 ? CommandLine.arguments[3] : "")
  .split(separator: ",", omittingEmptySubsequences: false)

func measure(_ name: String, _ body: () throws -> Void) throws {
  guard prefixes.contains(where: name.hasPrefix) else { return }
  try printTimes(name, repetitions: repetitions, body)
}

var random = RandomState(seed: 0)
let s = random.randint(1, 100, shape: [100, 100, 100])
let f = random.standardNormal(shape: [1000, 1000])
let table = try s.reshaped([100_000, 10])
let path = folder + "/swift"

try measure("save npy S") { try s.save(to: path + ".npy") }
try measure("load npy S") { _ = try NDArray<Int64>(contentsOf: path + ".npy") }
try measure("map npy S") { _ = try NDArray<Int64>(contentsOf: path + ".npy", mode: .mapped) }
try measure("savez S") { try NPZArchive.save([s], to: path + ".npz") }
try measure("load npz S") { let _: AnyNDArray = try NPZArchive(opening: path + ".npz").array("arr_0") }
try measure("map npz member S") { _ = try NPZArchive(opening: path + ".npz").mapped("arr_0") }
try measure("savez_compressed S") { try NPZArchive.save([s], to: path + "c.npz", compression: .default) }
try measure("savez_compressed S, fast") { try NPZArchive.save([s], to: path + "f.npz", compression: .fast) }
try measure("load compressed S") { let _: AnyNDArray = try NPZArchive(opening: path + "c.npz").array("arr_0") }
try measure("load NumPy's compressed S") {
  let _: AnyNDArray = try NPZArchive(opening: folder + "/numpyc.npz").array("arr_0")
}
try measure("savez_compressed F") { try NPZArchive.save([f], to: path + "g.npz", compression: .default) }
try measure("pickle dump S") { try Pickle.save(.array(s), to: path + ".pkl") }
try measure("pickle load S") { _ = try Pickle.load(from: path + ".pkl").array() }
try measure("pickle load S, mapped") { _ = try Pickle.load(from: MappedFile(path: path + ".pkl")).array() }
let dumped = try Pickle.bytes(of: .array(s))
try measure("pickle dumps S") { _ = try Pickle.bytes(of: .array(s)) }
try measure("pickle loads S") { _ = try Pickle.load(bytes: dumped).array() }
let lists = try PickleValue.dict(
  (0..<100_000).map { (.string("key \($0)"), .list([.float(Double($0) * 0.5)])) })
try measure("pickle dumps 100k lists") { _ = try Pickle.bytes(of: lists) }
let listed = try Pickle.bytes(of: lists)
try measure("pickle loads 100k lists") { _ = try Pickle.load(bytes: listed) }
try measure("savetxt %d S") { try table.saveText(to: path + ".tsv", format: "%d", delimiter: "\t") }
try measure("savetxt F") { try f.saveText(to: path + ".txt") }
try measure("loadtxt int S") { _ = try NDArray<Int64>(textFile: path + ".tsv", delimiter: "\t") }
try measure("loadtxt F") { _ = try NDArray<Double>(textFile: path + ".txt") }
let small = NDArray<Double>((0..<100_000).map { Double($0) * 1.37 - 5 })
try measure("array2string of 100,000 doubles") {
  _ = small.formatted(.str, options: PrintOptions(threshold: .max))
}

if CommandLine.arguments.count > 4 {
  let large = CommandLine.arguments[4]
  try measure("large, corner") {
    _ = try NPZArchive(opening: large).read("arr_0", 100..<110, 200..<210, 300..<310)
  }
  try measure("large, all") { let _: AnyNDArray = try NPZArchive(opening: large).array("arr_0") }
}

// What is done with arrays once they are loaded.
let left = random.randint(0, 100, shape: [512, 512])
let square = random.standardNormal(shape: [1024, 1024])
try measure("matmul int64 512") { _ = try matmul(left, left) }
try measure("matmul float64 1024") { _ = try matmul(square, square) }
try measure("sum F") { _ = f.sum() }
try measure("std F") { _ = f.std() }
try measure("max S") { _ = try s.max() }
try measure("F transposed to C order") { _ = f.transposed().untyped.packed() }
try measure("S as float32") { _ = try s.asType(Float.self) }
