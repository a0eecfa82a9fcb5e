import ArrayBytes
import ByteIO
import NumPyIO

/// What `info` and `ls` tell of one tensor of a model's file.
struct TensorDescription {
  /// How the tensor was named; of one of several its name in the file.
  let name: String
  private let tensor: StoredTensor
  private let file: any TensorFile
  private var shape: [Int]

  init(_ tensor: StoredTensor, _ file: any TensorFile, name: String) {
    self.tensor = tensor
    self.file = file
    self.name = name
    shape = tensor.shape
  }

  /// What is told of the part that a slice selects.
  func sliced(_ slice: [AxisSelection]?) throws(FormatError) -> TensorDescription {
    guard let slice else { return self }
    var part = self
    part.shape = try FormatError.wrapping(.badArgument, file: name) { () throws(ArrayError) in
      try ResolvedSlice(slice, shape: tensor.shape).shape
    }
    return part
  }

  /// The bytes in the file; of a part as many as its share.
  private var byteCount: Int {
    let whole = Layout.elementCount(tensor.shape) ?? 0
    let part = Layout.elementCount(shape) ?? 0
    guard part != whole, whole > 0 else { return tensor.byteCount }
    return tensor.byteCount.multipliedFullWidth(by: part).high == 0 ? tensor.byteCount * part / whole : 0
  }

  /// Name, shape, type and size.
  var row: [String] {
    [
      Console.printable(name), tensor.failure == nil ? Layout.describe(shape) : "-",
      tensor.failure == nil ? Console.printable(tensor.typeText) : "(unreadable)", TextTable.size(byteCount),
    ]
  }

  var text: String {
    let decoded = tensor.format == nil ? "" : tensor.dtype.map { ", decoded to \($0)" } ?? ""
    return Console.printable(name) + "\n"
      + TextTable.aligned([
        ["  format", file.formatName],
        ["  dtype", Console.printable("\(tensor.typeText) (\(tensor.typeName)\(decoded))")],
        ["  shape", Layout.describe(shape)],
        ["  elements", TextTable.grouped(shape.reduce(1, &*))],
        ["  bytes", TextTable.grouped(byteCount)],
        ["  data", "at \(tensor.offset), " + (tensor.isAligned ? "aligned" : "not aligned")]
          + (tensor.source.name == file.name ? [] : ["in " + Console.printable(tensor.source.name)]),
      ])
  }

  var json: JSONValue {
    .object([("file", .string(name)), ("format", .string(file.formatName))] + fields)
  }

  /// The fields that describe the tensor, by itself or as one of several.
  var fields: [(key: String, value: JSONValue)] {
    if let failure = tensor.failure { return [("error", Failure.json(failure))] }
    return [
      ("dtype", tensor.format.map { .string($0.rawValue) } ?? tensor.dtype?.json ?? .null),
      ("type", .string(tensor.typeName)), ("shape", .array(shape.map(JSONValue.int))),
      ("fortran_order", .bool(false)), ("nbytes", .int(byteCount)), ("data_offset", .int(tensor.offset)),
      ("aligned", .bool(tensor.isAligned)),
    ] + (tensor.source.name == file.name ? [] : [(key: "in", value: .string(tensor.source.name))])
  }
}

/// What `info` and `ls` tell of a model's file: its tensors, one by one.
struct ModelDescription {
  private let file: any TensorFile
  private let name: String
  private let tensors: [TensorDescription]

  init(_ file: any TensorFile, name: String) {
    self.file = file
    self.name = name
    tensors = file.tensors.map { TensorDescription($0, file, name: $0.name) }
  }

  /// Why tensors cannot be read, once for each file.
  var errors: [FormatError] { file.failures }

  var text: String {
    let total = file.tensors.reduce(0) { $0 &+ $1.byteCount }
    var rows = [
      ["  format", "\(file.formatName), \(tensors.count) tensor\(tensors.count == 1 ? "" : "s")"],
      ["  bytes", TextTable.grouped(total)],
    ]
    if let size = file.byteCount { rows.append(["  file", "\(TextTable.grouped(size)) bytes"]) }
    for (key, value) in file.metadata {
      let shown = value.count > 100 ? value.prefix(100) + "…" : value[...]
      rows.append(["  " + Console.printable(String(key.prefix(60))), Console.printable(String(shown))])
    }
    return Console.printable(name) + "\n" + TextTable.aligned(rows)
      + TextTable.aligned(tensors.map { ["  " + $0.row[0]] + $0.row.dropFirst() }, rightAligned: [3])
  }

  var rows: [[String]] {
    tensors.map { [Console.printable(name) + ":" + $0.row[0]] + $0.row.dropFirst() }
  }

  var json: JSONValue {
    .object([
      ("file", .string(name)), ("format", .string(file.formatName)),
      ("metadata", .object(file.metadata.map { ($0.key, .string($0.value)) })),
      ("members", .array(tensors.map { .object([("name", .string($0.name))] + $0.fields) })),
    ])
  }
}

extension StoredTensor {
  /// The type by the name that arrays of it have in Python; by the file's own where they have none.
  var typeText: String { format?.rawValue ?? dtype?.description ?? typeName }
}
