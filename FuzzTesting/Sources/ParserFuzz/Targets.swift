import NumPyIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is done with an input, by the parser that it goes to. An error that the library throws is an answer; anything else that
/// happens is a finding.
enum Targets {
  typealias Run = @Sendable (_ bytes: [UInt8], _ folder: String) throws -> Void

  /// All targets.
  static let all: [(name: String, run: Run)] = files + texts

  /// Files of the formats that they are taken for by their endings.
  private static let files: [(name: String, run: Run)] = [
    "npy", "npz", "pkl", "pt", "safetensors", "gguf", "tar", "npy.gz", "csv", "txt",
  ].map { (ending: String) -> (name: String, run: Run) in
    (name: ending, run: { bytes, folder in try readAll(bytes, folder + "/input." + ending) })
  }

  private static let texts: [(name: String, run: Run)] = [
    ("pickle", { bytes, _ in try roundTrip(bytes) }),
    ("loadtxt", { bytes, folder in try loadText(bytes, folder) }),
    ("genfromtxt", { bytes, folder in try genFromText(bytes, folder) }),
    ("number", { bytes, folder in try number(bytes, folder) }),
    ("printing", { bytes, folder in try printing(bytes, folder) }),
    ("dtype", { bytes, _ in try notation(bytes) }),
  ]

  private static func write(_ bytes: [UInt8], _ path: String) throws {
    try AtomicFile.write(to: path, durability: .none) { (sink: any ByteSink) throws(FormatError) in try sink.write(bytes) }
  }

  /// Everything in a file, and what a checker says of it.
  private static func readAll(_ bytes: [UInt8], _ path: String) throws {
    try write(bytes, path)
    _ = try? FileCheck(path: path)
    let document = try Document(opening: path)
    for name in document.names.isEmpty ? [nil] : document.names.prefix(50).map(Optional.some) {
      guard let array = try? document.array(name) else { continue }
      _ = try? array.applying(.slice([.ellipsis, .slice(start: -1, stop: nil, step: -3)])).read().formatted()
      _ = try? array.read().formatted()
    }
  }

  /// A pickle that can be read, and whose value can be written, comes back the same.
  private static func roundTrip(_ bytes: [UInt8]) throws {
    var options = PickleReader.Options()
    options.limits.operations = 1 << 20
    options.limits.totalBytes = 1 << 26
    let value = try Pickle.load(bytes: bytes, options: options)
    guard let written = try? Pickle.bytes(of: value, protocol: 4) else { return }
    let again = try Pickle.load(bytes: written, options: options)
    let third = try Pickle.bytes(of: again, protocol: 4)
    precondition(third == written, "what was written is written otherwise")
  }

  /// The first bytes choose the options, the rest is the text.
  private static func loadText(_ bytes: [UInt8], _ folder: String) throws {
    guard bytes.count > 3 else { return }
    let dtypes = ["f8", "i8", "f4", "U5", "S3", "c16", "M8[s]", "M8", "?", "g", ">i4", "f2", "u1", "i4,f8,U2"]
    var options = LoadTextOptions(dtype: try DType(parsing: dtypes[Int(bytes[0]) % dtypes.count]))
    options.delimiter = [nil, ",", ";", "\t", " "][Int(bytes[1]) % 5]
    if bytes[2] & 1 == 1 { options.quoteCharacter = "\"" }
    if bytes[2] & 2 == 2 { options.maxRows = Int(bytes[2] >> 4) }
    if bytes[2] & 4 == 4 { options.useColumns = [Int(bytes[2] >> 5), -1] }
    try write(Array(bytes.dropFirst(3)), folder + "/text")
    let whole = try AnyNDArray.loadText(from: folder + "/text", options: options)
    // One row at a time goes another way.
    if bytes[2] & 8 == 8 { precondition(whole.ndim <= 2) }
  }

  private static func genFromText(_ bytes: [UInt8], _ folder: String) throws {
    guard bytes.count > 2 else { return }
    var options = GenFromTextOptions()
    let dtypes: [String?] = [nil, "f8", "i8", "U4", "c16", "?", "f4,i8,S3"]
    options.dtype = try dtypes[Int(bytes[0]) % dtypes.count].map { try DType(parsing: $0) }
    options.delimiter = [.space, .text(","), .text(";"), .width(3), .widths([2, 4, 1])][Int(bytes[1]) % 5]
    if bytes[1] & 32 == 32 { options.names = .firstLine }
    try write(Array(bytes.dropFirst(2)), folder + "/text")
    _ = try AnyNDArray.genFromText(from: folder + "/text", options: options)
  }

  /// A decimal number is what `strtod` makes of it.
  private static func number(_ bytes: [UInt8], _ folder: String) throws {
    let text = bytes.filter { "0123456789.eE+-".utf8.contains($0) }
    guard !text.isEmpty, text.count < 2000 else { return }
    try write(text + [10], folder + "/number")
    let options = LoadTextOptions(dtype: .float64, delimiter: ",")
    let found = try NDArray<Double>(AnyNDArray.loadText(from: folder + "/number", options: options)).item()
    let wanted = strtod(String(decoding: text, as: UTF8.self), nil)
    precondition(found.bitPattern == wanted.bitPattern, "\(String(decoding: text, as: UTF8.self)) is \(found), not \(wanted)")
  }

  /// `%.*g` and the like are what `snprintf` makes of them, and the shortest digits read back.
  private static func printing(_ bytes: [UInt8], _ folder: String) throws {
    guard bytes.count >= 9 else { return }
    let value = Double(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    guard !value.isNaN else { return }
    let format = "%.\(bytes[8] & 31)\(["e", "f", "g"][Int(bytes[8] >> 5) % 3])"
    let array = NDArray<Double>([value])
    try array.saveText(to: folder + "/printed", format: .single(format))
    let printed = try FileSource(path: folder + "/printed").readBytes(at: 0, upTo: 4096)
    var wanted = [CChar](repeating: 0, count: 4096)
    let count = withVaList([value]) { vsnprintf(&wanted, wanted.count, format, $0) }
    precondition(
      printed == wanted.prefix(Int(count)).map { UInt8(bitPattern: $0) } + [10], "\(value) as \(format)")
    try array.saveText(to: folder + "/printed", format: .single("%s"))
    let text = try FileSource(path: folder + "/printed").readBytes(at: 0, upTo: 4096)
    let back = strtod(String(decoding: text, as: UTF8.self), nil)
    precondition(back.bitPattern == value.bitPattern, "\(value) comes back as \(back)")
  }

  /// A dtype that can be read is written so that it is read as the same.
  private static func notation(_ bytes: [UInt8]) throws {
    let dtype = try DType(parsing: String(decoding: bytes, as: UTF8.self))
    _ = dtype.description
    // Of records it tells the size only.
    guard dtype.fields == nil, dtype.subarray == nil else { return }
    if let again = try? DType(parsing: dtype.notation) { precondition(again == dtype, "\(dtype.notation)") }
  }
}
