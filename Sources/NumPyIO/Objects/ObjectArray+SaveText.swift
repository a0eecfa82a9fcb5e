public import ByteIO
public import PickledArrays
public import TextTables
internal import NDArrays
internal import PythonPickle

// Tables of objects: NumPy's `savetxt` hands them to Python's `%` as they are.

extension ObjectArray {
  /// Saves the array as text, byte for byte as NumPy's `np.savetxt` would. Each object is
  /// formatted on its own: `%s` writes its `str`, `%d` and `%f` take numbers.
  ///
  /// - Throws: ``FormatError`` as `AnyNDArray.saveText(to:options:replacing:durability:)`.
  public func saveText(
    to path: String, options: SaveTextOptions = SaveTextOptions(), replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    var options = options
    options.encoding = options.encoding ?? .utf8
    try ByteProgress.operation(.writing, path, total: 0, counting: .array) { () throws(FormatError) in
      try TextFile.write(to: path, replacing: replacing, durability: durability) {
        (sink: any ByteSink) throws(FormatError) in
        var writer = try TextTableWriter(
          sink, dtype: dtype, rowShape: Array(shape.dropFirst()), ndim: shape.count, options: options)
        let width = shape.dropFirst().first ?? 1
        try writer.append(objects: shape[0]) { (row: Int, column: Int) throws(FormatError) in
          if shape.count == 1, let fields = dtype.fields { return try field(column, of: items[row], fields) }
          return TextObject(items[row * width + column])
        }
        try writer.finish()
      }
    }
  }

  /// A field of a record: an object, or what NumPy makes of a value when it takes it out of the record: a scalar.
  private func field(_ number: Int, of record: PickleValue, _ fields: [DType.Field]) throws(FormatError) -> TextObject {
    guard let parts = record.tuple, parts.indices.contains(number) else {
      throw FormatError(.malformed, "a record that is not a tuple of its fields")
    }
    let dtype = fields[number].dtype
    guard !dtype.hasObjects, dtype.subarray == nil else { return TextObject(parts[number]) }
    let scalar = try FormatError.wrapping(.badValue, file: nil) { () throws(ArrayError) in
      try ObjectArray.of([parts[number]], shape: []).asType(dtype)
    }
    return TextObject(.scalar(scalar))
  }
}

extension TextObject {
  fileprivate init(_ value: PickleValue) {
    var character: UInt32?
    if let points = value.pickleString?.codePoints, points.count == 1 { character = points[0] }
    self.init(
      number: Number(value), character: character,
      str: { value.pickleString?.codePoints ?? value.pythonText(.all).unicodeScalars.map(\.value) },
      repr: { value.repr(options: PrintOptions()) })
  }
}

extension TextObject.Number {
  fileprivate init?(_ value: PickleValue) {
    switch value {
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .int(let value): self = .integer(value)
    case .bigInt(let value):
      self = .large(
        isNegative: value.isNegative,
        digits: { radix in
          guard radix == 10 else { return value.digits(bits: radix == 16 ? 4 : 3) }
          return value.decimal().map { Array($0.utf8.drop { $0 == UInt8(ascii: "-") }) }
        },
        double: value.double)
    case .float(let value): self = .float(value)
    default:
      if let number = value.realNumber {
        self = .real(integer: number.integer.flatMap { $0.decimal() }, double: number.double)
        return
      }
      guard value.object != nil, let array = (try? ArrayRecognizers.all.array(in: value))?.content.values,
        array.shape.isEmpty
      else { return nil }
      self = .scalar(array)
    }
  }
}
