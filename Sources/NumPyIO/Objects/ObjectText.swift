public import PickledArrays
public import TextTables
internal import ArrayBytes
public import ByteIO
internal import NDArrays
internal import PythonPickle
internal import Locks

// Text as Python's objects: NumPy's `loadtxt(…, dtype=object)` and `genfromtxt(…, dtype=object)`.

extension ObjectArray {
  /// Reads a table of text whose elements, or fields of a dtype that are objects, are Python's strings, each as long as it
  /// is: `np.loadtxt(dtype=object)`.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/loadText(from:options:)-(ByteSource,_)``.
  public static func loadText(
    from source: any ByteSource, options: LoadTextOptions
  ) throws(FormatError) -> ObjectArray {
    let (source, options) = try options.prepared(source)
    return try options.dtype.isStructured ? loadRecords(source, options) : loadTable(source, options)
  }

  /// Records some of whose fields are objects: their texts are read on their own.
  private static func loadRecords(
    _ source: any ByteSource, _ options: LoadTextOptions
  ) throws(FormatError) -> ObjectArray {
    let fields = options.dtype.fields ?? []
    guard fields.allSatisfy({ $0.dtype.fields == nil && $0.dtype.subarray == nil }), !options.unpack else {
      throw FormatError(
        .unsupported, "objects within fields of several values cannot be read from text", file: source.name)
    }
    // It is read twice.
    let source =
      source.isSeekable ? source : ReplayableStream(source, folder: ScratchFile.defaultFolder, staysWhole: true)
    let places = fields.indices.filter { fields[$0].dtype.kind == .object }
    var plain = options
    plain.dtype = try structured(fields.map { ($0.name, $0.dtype.kind == .object ? .string(1) : $0.dtype) })
    let values = try AnyNDArray.loadText(from: source, options: plain)
    var texts = options
    texts.dtype = .object
    texts.useColumns = places.map { options.useColumns?[$0] ?? $0 }
    texts.ndmin = 2
    texts.onWarning = nil
    let strings = try loadTable(source, texts).items
    return try records(values, dtype: options.dtype) { row, field, value in
      guard let place = places.firstIndex(of: field) else { return value }
      return strings[row * places.count + place]
    }
  }

  private static func structured(_ fields: [(String, DType)]) throws(FormatError) -> DType {
    try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
      try DType.structured(fields.map { (name: $0.0, dtype: $0.1) })
    }
  }

  /// Records of the values of an array, some of them objects.
  ///
  /// - Parameter object: What a field of a record becomes.
  private static func records(
    _ values: AnyNDArray, dtype: DType,
    _ object: (_ row: Int, _ field: Int, _ value: PickleValue) throws(FormatError) -> PickleValue
  ) throws(FormatError) -> ObjectArray {
    let plain = try FormatError.wrapping(.badValue, file: nil) { () throws(ArrayError) in try ObjectArray(values) }
    var items: [PickleValue] = []
    for (row, record) in plain.items.enumerated() {
      var parts = record.tuple ?? []
      for field in parts.indices { parts[field] = try object(row, field, parts[field]) }
      items.append(.tuple(parts))
    }
    return try ObjectArray(shape: values.shape, items: items, dtype: dtype)
  }

  /// A table whose elements are all Python's strings.
  private static func loadTable(
    _ source: any ByteSource, _ options: LoadTextOptions
  ) throws(FormatError) -> ObjectArray {
    let texts = Lock<[String]>([])
    var options = options
    let isTransposed = options.unpack
    options.unpack = false
    // The fields are kept as they go by; the array that is made of them tells the shape.
    options.dtype = .string(1)
    options.converter = { text in
      texts.withLock { $0.append(text) }
      return .text("")
    }
    let array = try AnyNDArray.loadText(from: source, options: options)
    let items = texts.withLock { $0 }.map { PickleValue.string(PickleString($0, isShared: false)) }
    return try FormatError.wrapping(.malformed, file: source.name) { () throws(ArrayError) in
      let objects = try ObjectArray.of(items, shape: array.shape)
      return isTransposed ? try objects.rearranged { $0.transposed() } : objects
    }
  }

  /// Reads a table of text whose elements are Python's bytes, as `np.genfromtxt(dtype=object)` makes them without
  /// converters.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/genFromText(from:options:)-(ByteSource,_)``.
  public static func genFromText(
    from source: any ByteSource, options: GenFromTextOptions
  ) throws(FormatError) -> ObjectArray {
    var plain = options
    let fields = options.dtype?.fields
    plain.dtype =
      try fields.map { (fields) throws(FormatError) in
        try structured(fields.map { ($0.name, $0.dtype.kind == .object ? .string(0) : $0.dtype) })
      } ?? .string(0)
    let array = try AnyNDArray.genFromText(from: source, options: plain).array
    do throws(FormatError) {
      guard let found = array.dtype.fields else {
        var objects = try FormatError.wrapping(.badValue, file: nil) { () throws(ArrayError) in try ObjectArray(array) }
        objects.items = try objects.items.map(latin1)
        return objects
      }
      let isObject = found.indices.map { fields?[$0].dtype.kind ?? .object == .object }
      let dtype = try structured(zip(found, isObject).map { ($0.name, $1 ? .object : $0.dtype) })
      return try records(array, dtype: dtype) { (_, field, value) throws(FormatError) in
        isObject[field] ? try latin1(value) : value
      }
    } catch { throw error.at(file: source.name) }
  }

  /// A string's bytes, as NumPy makes them.
  private static func latin1(_ value: PickleValue) throws(FormatError) -> PickleValue {
    var bytes: [UInt8] = []
    for point in value.pickleString?.codePoints ?? [] {
      guard let byte = UInt8(exactly: point) else {
        throw FormatError(.badValue, "'latin-1' codec can't encode character: ordinal not in range(256)")
      }
      bytes.append(byte)
    }
    return .bytes(PickleBytes(bytes, isShared: false))
  }
}
