import ByteIO
import NumPyIO

/// What `info` and `ls` tell of one array.
struct ArrayDescription {
  let name: String
  let header: NPYHeader
  let dtype: DType
  private(set) var shape: [Int]
  let dataOffset: Int
  /// Where the `.npy` begins in the file: not 0 for a stored member of an archive, `nil` for a compressed one.
  let fileOffset: Int?
  let trailingByteCount: Int?
  /// Of a file that is cut short how many rows are whole, and what is wrong with it.
  let cut: (wholeRows: Int, rows: Int, name: String, error: FormatError)?
  /// What the only object of an array without axes is, which is how `np.save` keeps a dictionary.
  var contents: PickleDescription?
  /// The arrays that follow in the same `.npy` file.
  var following: [ArrayDescription] = []
  /// Why the array after these cannot be read, if one is there.
  var errorOfNext: FormatError?

  /// - Parameter stored: Where the `.npy` begins in the file; `nil` if it is compressed.
  init(_ file: NPYFile, name: String, stored: Int?) {
    self.name = name
    header = file.header
    dtype = header.dtype
    shape = header.shape
    dataOffset = file.dataOffset
    // Behind the header of objects comes their pickle, whose length nothing tells.
    trailingByteCount = file.header.dtype.hasObjects ? nil : file.trailingByteCount
    fileOffset = stored
    do throws(FormatError) {
      try file.requireComplete()
      cut = nil
    } catch { cut = (file.wholeRowCount, file.rowCount, file.rowName, error) }
  }

  /// What is told of the part that a slice selects.
  func sliced(_ slice: [AxisSelection]?) throws(FormatError) -> ArrayDescription {
    guard let slice else { return self }
    var part = self
    part.shape = try FormatError.wrapping(.badArgument, file: name) { () throws(ArrayError) in
      try ResolvedSlice(slice, shape: header.shape).shape
    }
    return part
  }

  /// Whether the elements begin in the file at a multiple of their alignment, so that they can be used where they are
  /// mapped.
  var isAligned: Bool { fileOffset.map { ($0 + dataOffset) % max(1, dtype.alignment) == 0 } ?? false }
  var byteCount: Int { shape.reduce(1, &*) &* dtype.itemSize }

  var printableName: String { Console.printable(name) }
  var shapeText: String { Layout.describe(shape) }
  /// The dtype for a column of a table: long ones of records by the number of their fields.
  var briefDType: String { ArrayDescription.brief(dtypeText, dtype) }

  static func brief(_ text: String, _ dtype: DType) -> String {
    guard text.count > 60, let fields = dtype.fields else { return text }
    return
      "record of \(TextTable.grouped(fields.count)) field\(fields.count == 1 ? "" : "s"), \(TextTable.size(dtype.itemSize))"
  }

  /// The dtype as it is printed; of a record of very many fields the first.
  var dtypeText: String {
    let text = Console.printable(header.elementFormat?.rawValue ?? dtype.description)
    guard text.count > 600 else { return text }
    return "\(text.prefix(300)) … (\(TextTable.grouped(dtype.fields?.count ?? 0)) fields)"
  }
  var sizeText: String { TextTable.size(byteCount) }

  var text: String {
    var rows: [[String]] = [
      ["  format", "npy \(header.version)"],
      ["  dtype", dtypeText + (dtype.isStructured || dtype.notation == dtypeText ? "" : " (\(dtype.notation))")],
      ["  shape", shapeText],
      ["  order", header.isFortranOrder ? "Fortran" : "C"],
      ["  elements", TextTable.grouped(shape.reduce(1, &*))],
      ["  bytes", TextTable.grouped(byteCount)],
      ["  header", "\(header.byteCount) bytes, data at \(dataOffset), " + (isAligned ? "aligned" : "not aligned")],
    ]
    if let cut {
      rows.append([
        "  cut short", "\(TextTable.grouped(cut.wholeRows)) of \(TextTable.grouped(cut.rows)) \(cut.name) are whole",
      ])
    }
    if !following.isEmpty {
      rows.append(["  arrays", "\(TextTable.grouped(following.count + 1)), named \(printableName):1 and so on"])
    } else if let trailing = trailingByteCount, trailing > 0 {
      rows.append(["  trailing", "\(TextTable.grouped(trailing)) bytes follow the array"])
    }
    return printableName + "\n" + TextTable.aligned(rows) + (contents?.tree ?? "")
  }

  /// The lines of `ls`: the array, or those in the object that it is.
  var rows: [[String]] {
    if let contents, contents.hasArrays { return contents.rows }
    return [[printableName, shapeText, briefDType, sizeText]] + following.flatMap(\.rows)
  }

  var json: JSONValue {
    let trouble = cut.map { [(key: "error", value: Failure.json(Advice.added(to: $0.error)))] } ?? []
    var more = contents?.contentFields ?? []
    if !following.isEmpty { more.append(("following", .array(following.map { .object($0.arrayFields) }))) }
    return .object([("file", .string(name)), ("format", .string("npy"))] + arrayFields + more + trouble)
  }

  /// The fields that describe an array, in a file or as a member.
  var arrayFields: [(key: String, value: JSONValue)] {
    [
      ("version", .string(header.version.description)), ("dtype", dtype.json),
      ("shape", .array(shape.map(JSONValue.int))), ("fortran_order", .bool(header.isFortranOrder)),
      ("nbytes", .int(byteCount)), ("header_bytes", .int(header.byteCount)), ("data_offset", .int(dataOffset)),
      ("aligned", .bool(isAligned)),
    ] + (cut.map { [(key: "whole_rows", value: .int($0.wholeRows))] } ?? [])
  }
}

extension DType {
  /// `dtype.str`, or for records the list of `dtype.descr` with lists for its tuples.
  var json: JSONValue {
    if let (inner, shape) = subarray { return .array([inner.json, .array(shape.map(JSONValue.int))]) }
    guard let fields else { return .string(notation) }
    var entries: [JSONValue] = []
    var offset = 0
    func pad(to end: Int) {
      if end > offset { entries.append(.array([.string(""), .string("|V\(end - offset)")])) }
    }
    for field in fields {
      pad(to: field.offset)
      let name: JSONValue = field.title.map { .array([.string($0), .string(field.name)]) } ?? .string(field.name)
      if let (inner, shape) = field.dtype.subarray {
        entries.append(.array([name, inner.json, .array(shape.map(JSONValue.int))]))
      } else {
        entries.append(.array([name, field.dtype.json]))
      }
      offset = field.offset + field.dtype.itemSize
    }
    pad(to: itemSize)
    return .array(entries)
  }
}
