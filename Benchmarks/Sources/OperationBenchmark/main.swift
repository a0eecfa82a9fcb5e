// Does what compare.py asks for, a line each on standard input, and answers with a line: the seconds that each repetition took,
// by the clock and by the processor. So ours and a peer's are timed in turns, each in a process that goes on.
//
// A line: REPETITIONS, OPERATION, FILE and what the operation takes, separated by tabs. An answer: seconds,processor seconds of
// each repetition, separated by blanks; or `error` and a message.
import BenchmarkSupport
import ByteIO
import NumPyIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files that have been read, by path: what an operation works on is no part of what it takes.
var arrays: [String: AnyNDArray] = [:]

@MainActor func array(_ path: String) throws -> AnyNDArray {
  if let known = arrays[path] { return known }
  let loaded = try AnyNDArray(contentsOf: path)
  arrays[path] = loaded
  return loaded
}

func bytes(_ path: String) throws -> [UInt8] {
  let file = try FileSource(path: path)
  return try file.readBytes(at: 0, upTo: file.byteCount ?? 0)
}

/// The array laid out as a word says: `C`, `F` (the axes in reverse), `strided` (every second of the last axis).
func laidOut(_ array: AnyNDArray, _ layout: String) throws -> AnyNDArray {
  switch layout {
  case "F": array.transposed()
  case "strided": try array.slice([.ellipsis, .stride(by: 2)])
  default: array
  }
}

typealias Work = () throws -> Void

func arithmetic<Element: NumericArrayElement>(
  _: Element.Type, _ operation: String, _ array: AnyNDArray
) throws -> Work {
  let left = try NDArray<Element>(array)
  let right = try NDArray<Element>(array)
  switch operation {
  case "add": return { _ = left + right }
  case "multiply": return { _ = left * right }
  case "subtract": return { _ = left - right }
  case "add a number": return { _ = left + 3 }
  default: throw FormatError(.badValue, "there is no operation \(operation)")
  }
}

/// Arithmetic is for types that are known when a program is compiled.
func arithmetic(_ operation: String, _ array: AnyNDArray) throws -> Work {
  switch array.dtype {
  case .int8: try arithmetic(Int8.self, operation, array)
  case .uint8: try arithmetic(UInt8.self, operation, array)
  case .int16: try arithmetic(Int16.self, operation, array)
  case .int32: try arithmetic(Int32.self, operation, array)
  case .int64: try arithmetic(Int64.self, operation, array)
  case .float32: try arithmetic(Float.self, operation, array)
  default: try arithmetic(Double.self, operation, array)
  }
}

func reduction(_ operation: String, _ array: AnyNDArray, axis: Int?) -> Work {
  switch operation {
  case "sum": { _ = try array.sum(axis: axis) }
  case "mean": { _ = try array.mean(axis: axis) }
  case "std": { _ = try array.std(axis: axis) }
  case "max": { _ = try array.max(axis: axis) }
  default: { _ = try array.min(axis: axis) }
  }
}

@MainActor func text(_ operation: String, _ path: String, _ words: [String]) throws -> Work {
  func word(_ index: Int) -> String { index < words.count ? words[index] : "" }
  if operation == "savetxt" {
    let array = try array(path)
    let options = SaveTextOptions(format: .single(word(0)), delimiter: word(1))
    return { try array.saveText(to: path + ".ours", options: options) }
  }
  if operation == "genfromtxt" {
    var options = GenFromTextOptions()
    options.dtype = word(0) == "None" ? nil : try DType(parsing: word(0))
    options.delimiter = .text(word(1))
    return { _ = try AnyNDArray.genFromText(from: path, options: options) }
  }
  var options = LoadTextOptions(dtype: try DType(parsing: word(0)), delimiter: word(1).isEmpty ? nil : word(1))
  if !word(2).isEmpty { options.quoteCharacter = word(2) }
  return { _ = try AnyNDArray.loadText(from: path, options: options) }
}

@MainActor func work(_ operation: String, _ path: String, _ words: [String]) throws -> Work {
  func word(_ index: Int) -> String { index < words.count ? words[index] : "" }
  switch operation {
  case "loads":
    let bytes = try bytes(path)
    return { _ = try Pickle.load(bytes: bytes) }
  case "dumps":
    let value = try Pickle.load(bytes: try bytes(path))
    let version = Int(word(0)) ?? 4
    return { _ = try Pickle.bytes(of: value, protocol: version) }
  case "sum", "mean", "std", "max", "min":
    return reduction(operation, try laidOut(array(path), word(0)), axis: Int(word(1)))
  case "add", "multiply", "subtract", "add a number":
    return try arithmetic(operation, laidOut(array(path), word(0)))
  case "astype":
    let (array, dtype) = (try laidOut(array(path), word(0)), try DType(parsing: word(1)))
    return { _ = try array.asType(dtype, casting: .unsafe) }
  case "copy":
    let array = try laidOut(array(path), word(0))
    return { _ = array.packed() }
  case "equal":
    let array = try laidOut(array(path), word(0))
    let other = array.packed()
    return { _ = try array.isEqual(to: other) }
  case "matmul":
    let (left, right) = (try array(path), try array(word(0)))
    return { _ = try matmul(left, right) }
  case "load": return { _ = try AnyNDArray(contentsOf: path) }
  case "save":
    let array = try array(path)
    return { try array.save(to: path + ".ours") }
  case "str":
    let array = try array(path)
    return { _ = array.formatted(.str, options: PrintOptions(threshold: .max)) }
  default: return try text(operation, path, words)
  }
}

while let line = readLine() {
  let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  do {
    let body = try work(words[1], words[2], Array(words.dropFirst(3)))
    var times: [String] = []
    for _ in 0..<(Int(words[0]) ?? 1) {
      let (start, busy) = (wallSeconds(), processorSeconds())
      try body()
      times.append("\(wallSeconds() - start),\(processorSeconds() - busy)")
    }
    print(times.joined(separator: " "))
  } catch {
    print("error \(error)")
  }
  fflush(nil)
}
