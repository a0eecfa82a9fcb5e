import ByteIO
import NumPyIO

/// What is told of a field of records, or of another part of an array that has no header of its own.
struct PartDescription {
  private let name: String
  private let dtype: DType
  private let shape: [Int]

  init(_ array: LazyArray, name: String) {
    self.name = name
    (dtype, shape) = (array.dtype, array.shape)
  }

  private var byteCount: Int { shape.reduce(1, &*) &* dtype.itemSize }
  private var dtypeText: String { ArrayDescription.brief(Console.printable(dtype.description), dtype) }

  var text: String {
    let rows: [[String]] = [
      ["  dtype", dtypeText], ["  shape", Layout.describe(shape)],
      ["  elements", TextTable.grouped(shape.reduce(1, &*))], ["  bytes", TextTable.grouped(byteCount)],
    ]
    return Console.printable(name) + "\n" + TextTable.aligned(rows)
  }

  var row: [String] { [Console.printable(name), Layout.describe(shape), dtypeText, TextTable.size(byteCount)] }

  var json: JSONValue {
    .object([
      ("file", .string(name)), ("format", .string("npy")), ("dtype", dtype.json),
      ("shape", .array(shape.map(JSONValue.int))), ("nbytes", .int(byteCount)),
    ])
  }
}
