internal import ByteIO
internal import CNumPyIO
internal import NDArrays
internal import NumPyIO
internal import PickledArrays
internal import PythonPickle

/// Makes a table of nodes of what a pickle holds: each value a row, its parts the numbers of other rows.
///
/// Nothing is called within itself, however deeply values nest; what stands at several places is one row.
struct TreeBuilder {
  /// A node, with its text as a range of ``text``.
  struct Row {
    var kind: Int
    var integer = 0
    var number = 0.0
    var imaginary = 0.0
    var text = 0..<0
    var children = 0..<0
  }

  private(set) var rows: [Row] = []
  private(set) var children: [Int64] = []
  private(set) var text: [UInt8] = []
  private(set) var arrays: [AnyNDArray] = []
  private var places: [ObjectIdentifier: Int] = [:]
  /// What is still to be looked at.
  private var open: [(place: Int, value: PickleValue)] = []
  /// What was made on the way, whose identity must not become another's.
  private var made: [PickleValue] = []

  /// - Throws: ``FormatError`` if an array within the value is not one that NumPy could make.
  init(_ value: PickleValue) throws(FormatError) {
    _ = place(of: value)
    while let next = open.popLast() { try fill(next.place, with: next.value) }
  }

  /// The row of a value, which is filled later.
  private mutating func place(of value: PickleValue) -> Int {
    if let identity = value.identity {
      if let known = places[identity] { return known }
      places[identity] = rows.count
    }
    rows.append(Row(kind: NPYIO_NODE_NONE))
    open.append((rows.count - 1, value))
    return rows.count - 1
  }

  private mutating func fill(_ place: Int, with value: PickleValue) throws(FormatError) {
    var row = Row(kind: NPYIO_NODE_OTHER)
    switch value {
    case .none: row.kind = NPYIO_NODE_NONE
    case .bool(let value): (row.kind, row.integer) = (NPYIO_NODE_BOOL, value ? 1 : 0)
    case .int(let value): (row.kind, row.integer) = (NPYIO_NODE_INT, value)
    case .bigInt(let value):
      // In two's complement, the low byte first: what Python's `int.from_bytes` takes.
      (row.kind, row.text) = (NPYIO_NODE_BIG_INT, add(value.twosComplement))
    case .float(let value): (row.kind, row.number) = (NPYIO_NODE_FLOAT, value)
    case .complex(let value):
      (row.kind, row.number, row.imaginary) = (NPYIO_NODE_COMPLEX, value.real, value.imaginary)
    case .string(let value): (row.kind, row.text) = (NPYIO_NODE_STRING, add(value.utf8))
    case .bytes(let value): (row.kind, row.text) = (NPYIO_NODE_BYTES, add(value.array))
    case .byteArray(let value): (row.kind, row.text) = (NPYIO_NODE_BYTEARRAY, add(value.array))
    case .list(let value): (row.kind, row.children) = (NPYIO_NODE_LIST, add(value.items))
    case .tuple(let value): (row.kind, row.children) = (NPYIO_NODE_TUPLE, add(value.items))
    case .dict(let value):
      (row.kind, row.children) = (NPYIO_NODE_DICT, add(value.entries.flatMap { [$0.key, $0.value] }))
    case .set(let value): (row.kind, row.children) = (NPYIO_NODE_SET, add(value.items))
    case .frozenSet(let value): (row.kind, row.children) = (NPYIO_NODE_FROZENSET, add(value.items))
    case .global(let value): (row.kind, row.text) = (NPYIO_NODE_GLOBAL, add(value))
    case .object(let object): row = try self.row(of: object, value)
    case .persistent(let value): (row.kind, row.children) = (NPYIO_NODE_PERSISTENT, add([value.id]))
    case .buffer: row.text = add(Array("memoryview".utf8))
    }
    rows[place] = row
  }

  private mutating func add(_ bytes: [UInt8]) -> Range<Int> {
    let start = text.count
    text += bytes
    // Texts that C looks at end in a null byte.
    text.append(0)
    return start..<(text.count - 1)
  }

  private mutating func add(_ global: PickleGlobal) -> Range<Int> {
    add(global.moduleString.utf8 + [UInt8(ascii: "\n")] + global.nameString.utf8)
  }

  private mutating func add(_ values: [PickleValue]) -> Range<Int> {
    let numbers = values.map { Int64(place(of: $0)) }
    children += numbers
    return (children.count - numbers.count)..<children.count
  }

  /// A tuple of what belongs together.
  private mutating func tuple(_ values: [PickleValue]) -> PickleValue {
    let value = PickleValue.tuple(values)
    made.append(value)
    return value
  }

  /// An object: an array, a dtype, or what Python would call.
  private mutating func row(of object: PickleObject, _ value: PickleValue) throws(FormatError) -> Row {
    if let array = try PickledArray(value) { return row(of: array) }
    if object.isCall("numpy", "dtype"), let dtype = try? DType(pickled: value),
      let descr = try? dtype.elementDescription()
    {
      return Row(kind: NPYIO_NODE_DTYPE, text: add(Array(descr.utf8)))
    }
    var row = Row(kind: NPYIO_NODE_OBJECT, integer: object.state == nil ? 0 : 1)
    if let callable = object.callable?.global { row.text = add(callable) }
    row.children = add([
      tuple(object.arguments), object.state ?? .none, tuple(object.items + object.added),
      tuple(object.pairs.flatMap { [$0.key, $0.value] }),
    ])
    return row
  }

  private mutating func row(of array: PickledArray) -> Row {
    switch array.content {
    case .values(let values):
      let number = arrays.count
      arrays.append(values)
      if let mask = array.mask {
        arrays.append(mask)
        if let fill = array.fillValue { arrays.append(fill) }
        return Row(kind: NPYIO_NODE_MASKED, integer: number, number: array.fillValue == nil ? 0 : 1)
      }
      return Row(kind: array.kind == .scalar ? NPYIO_NODE_SCALAR : NPYIO_NODE_ARRAY, integer: number)
    case .objects(let objects):
      let descr = (try? objects.dtype.headerDescription()) ?? "'|O'"
      return Row(
        kind: NPYIO_NODE_OBJECTS, integer: objects.isFortran ? 1 : 0, text: add(Array(descr.utf8)),
        children: add([tuple(objects.shape.map { .int($0) }), tuple(objects.items)]))
    }
  }
}

extension PickleString {
  /// The text in UTF-8, lone surrogates like any other code point.
  fileprivate var utf8: [UInt8] {
    // Safe: copied within the call.
    unsafe withUTF8 { unsafe Array($0) }
  }
}
