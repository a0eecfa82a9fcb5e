internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PickledArrays
internal import PythonPickle

/// Python's objects as JSON: as `json.dumps` writes those that it knows, others by what they hold.
///
/// | objects | JSON |
/// | --- | --- |
/// | dictionaries of all classes | objects; keys that are no strings as `json.dumps` or `repr` writes them |
/// | lists, tuples, sets, deques, named tuples, ranges | lists |
/// | arrays, wherever they stand | nested lists, what is missing `null` |
/// | integers of any size | numbers |
/// | dates and times | text in ISO 8601 |
/// | durations, decimals, fractions, paths, UUIDs | text, that of `str` |
/// | pandas' frames | lists of objects, one a row |
/// | other objects | objects of their attributes, and of what else they hold; those that hold nothing the text of `repr` |
struct JSONObjects {
  /// How many values may still be written: a few bytes can stand for billions of them.
  private var left: Int
  /// The containers and the long texts that have been written, and how many values may be written of what is met again.
  private var met: Set<ObjectIdentifier> = []
  private var texts = RepeatedTexts()
  private var repeatedLeft = mostRepeated
  /// Within how many containers that were met again this is.
  private var repeatedDepth = 0
  private static let (mostRepeated, mostRepeatedBytes) = (1 << 20, 64 << 20)
  /// Whether no text has more than one line.
  private var isOneLine = false

  init(mostValues: Int) { left = mostValues }

  /// JSON Lines: a line for each item of a list, row of a frame or of an array; other values are one line.
  mutating func lines(of value: PickleValue) throws(ArrayError) -> String {
    isOneLine = true
    if let array = try JSONObjects.found({ () throws(FormatError) in try PickledArray(value) }) {
      return try lines(of: array)
    }
    if let frame = try JSONObjects.found({ () throws(FormatError) in try PandasFrame(value) }) {
      return try rows(of: frame, 0).joined(separator: "\n")
    }
    guard let items = value.items else { return try text(of: value) }
    var lines: [String] = []
    for item in items { lines.append(try text(of: item)) }
    return lines.joined(separator: "\n")
  }

  mutating func lines(of array: PickledArray) throws(ArrayError) -> String {
    isOneLine = true
    guard let length = array.content.shape.first, length > 0 else { return try text(of: array) }
    let shape = Array(array.content.shape.dropFirst())
    let count = Layout.elementCount(shape) ?? 0
    let elements = try elements(of: array, 0)
    return (0..<length).map { row in
      var text = ""
      var nesting = JSONNesting(shape, isOneLine: true)
      for element in elements[(row * count)..<((row + 1) * count)] { nesting.append(element, to: &text) }
      nesting.finish(&text)
      return text
    }.joined(separator: "\n")
  }

  mutating func text(of value: PickleValue, depth: Int = 0) throws(ArrayError) -> String {
    left -= 1
    let isAgain = value.identity.map { !met.insert($0).inserted } ?? false
    if isAgain { repeatedDepth += 1 }
    defer { if isAgain { repeatedDepth -= 1 } }
    if repeatedDepth > 0 { repeatedLeft -= 1 }
    if let string = value.pickleString { texts.meet(string.identity, string.utf8Count) }
    guard left > 0, repeatedLeft > 0, texts.byteCount < JSONObjects.mostRepeatedBytes, depth < 100 else {
      throw ArrayError(.tooLarge, "the objects are nested too deeply, or refer to each other too often, for JSON")
    }
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .bigInt(let number):
      if let digits = number.decimal() { return digits }
    case .float(let number): return JSONText.number(number)
    case .complex(let number):
      return "[\(JSONText.number(number.real)), \(JSONText.number(number.imaginary))]"
    case .string(let text): return JSONText.quoted(text)
    case .dict(let dict): return try text(of: dict.entries, depth)
    case .list(let list): return try text(of: list.items, depth)
    case .tuple(let tuple): return try text(of: tuple.items, depth)
    case .set(let set), .frozenSet(let set): return try text(of: set.items, depth)
    case _ where value.isMissing: return "null"
    case .object(let object):
      if let known = try text(of: object, value, depth) { return known }
    default: break
    }
    return JSONText.quoted(value.repr(options: PrintOptions(), limit: 100_000, recognizing: .all))
  }

  // MARK: Containers

  private mutating func text(of items: [PickleValue], _ depth: Int) throws(ArrayError) -> String {
    var texts: [String] = []
    for item in items { texts.append(try text(of: item, depth: depth + 1)) }
    return "[" + texts.joined(separator: ", ") + "]"
  }

  private mutating func text(of entries: [PickleDict.Entry], _ depth: Int) throws(ArrayError) -> String {
    try text(of: entries.map { ($0.key, $0.value) }, depth)
  }

  private mutating func text(
    of members: [(key: PickleValue, value: PickleValue)], _ depth: Int
  ) throws(ArrayError) -> String {
    var texts: [String] = []
    for (key, value) in members {
      texts.append(JSONObjects.quoted(key: key) + ": " + (try text(of: value, depth: depth + 1)))
    }
    return "{" + texts.joined(separator: ", ") + "}"
  }

  /// A key as `json.dumps` writes it, which takes no others than strings, numbers, truth values and None.
  private static func quoted(key: PickleValue) -> String {
    switch key {
    case .none: "\"null\""
    case .bool(let flag): flag ? "\"true\"" : "\"false\""
    case .string(let text): JSONText.quoted(text)
    default: JSONText.quoted(key.string ?? key.repr(options: PrintOptions(), limit: 1000, recognizing: .all))
    }
  }

  // MARK: Arrays

  mutating func text(of array: PickledArray, depth: Int = 0) throws(ArrayError) -> String {
    var text = ""
    var nesting = JSONNesting(array.content.shape, isOneLine: isOneLine)
    for element in try elements(of: array, depth) { nesting.append(element, to: &text) }
    nesting.finish(&text)
    return text
  }

  private mutating func elements(of array: PickledArray, _ depth: Int) throws(ArrayError) -> [String] {
    switch array.content {
    case .values(let values):
      left -= values.count
      return try JSONText.texts(of: values.contiguous(), mask: array.mask?.contiguous())
    case .objects:
      var texts: [String] = []
      for item in try array.visibleItems() { texts.append(try text(of: item, depth: depth + 1)) }
      return texts
    }
  }

  // MARK: Objects

  /// An object's text; `nil` if JSON has nothing for it but its `repr`.
  private mutating func text(
    of object: PickleObject, _ value: PickleValue, _ depth: Int
  ) throws(ArrayError) -> String? {
    if let array = try JSONObjects.found({ () throws(FormatError) in try PickledArray(value) }) {
      return try text(of: array, depth: depth)
    }
    if let known = object.state == nil || object.classGlobal?.module == "uuid" ? PythonObject(object) : nil {
      return try text(of: known, depth)
    }
    if let frame = try JSONObjects.found({ () throws(FormatError) in try PandasFrame(value) }) {
      return try text(of: frame, depth)
    }
    if let moment = try FrameText.text(ofMoment: object) { return JSONText.quoted(moment) }
    if object.isCall("numpy", "dtype") { return nil }
    if !object.pairs.isEmpty { return try text(of: object.pairs, depth) }
    if !object.items.isEmpty { return try text(of: object.items, depth) }
    if !object.added.isEmpty { return try text(of: object.added, depth) }
    if let fields = JSONObjects.namedTuple(object) { return try text(of: fields, depth) }
    let children = value.children
    return children.isEmpty ? nil : try text(of: children.map { (.string(PickleString($0.name)), $0.value) }, depth)
  }

  /// The fields of a named tuple, or the items of another tuple of a class of its own.
  private static func namedTuple(_ object: PickleObject) -> [PickleValue]? {
    guard object.state == nil, case .new(_, let arguments) = object.form, !arguments.items.isEmpty else { return nil }
    if arguments.items.count == 1, let items = arguments.items[0].tuple { return items }
    return arguments.items
  }

  private mutating func text(of known: PythonObject, _ depth: Int) throws(ArrayError) -> String? {
    switch known {
    case .orderedDict(let entries), .defaultDict(_, let entries), .counter(let entries):
      return try text(of: entries, depth)
    case .deque(let items, _): return try text(of: items, depth)
    case .range(let start, let stop, let step):
      guard let start = start.int, let stop = stop.int, let step = step.int, step != 0,
        case let (distance, overflow) = stop.subtractingReportingOverflow(start), !overflow, distance / step < left
      else { return nil }
      let numbers = stride(from: start, to: stop, by: step).map(String.init)
      left -= numbers.count
      return "[" + numbers.joined(separator: ", ") + "]"
    case .dateTime(let date, let zone):
      guard let zone, !zone.isNone else { return JSONText.quoted(date.isoText(separator: "T")) }
      return PythonObject.offsetText(ofZone: zone).map { JSONText.quoted(date.isoText(separator: "T") + $0) }
    default: return known.str.map(JSONText.quoted)
    }
  }

  private mutating func text(of frame: PandasFrame, _ depth: Int) throws(ArrayError) -> String {
    "[" + (try rows(of: frame, depth)).joined(separator: isOneLine ? ", " : ",\n ") + "]"
  }

  /// The rows of a frame. Labels of rows are among their values if they tell more than the rows' numbers.
  private mutating func rows(of frame: PandasFrame, _ depth: Int) throws(ArrayError) -> [String] {
    guard let columns = try JSONObjects.found({ () throws(FormatError) in try FrameColumns(frame) }) else { return [] }
    var texts: [(name: String, values: [String])] = []
    for (name, column) in columns.ofRecords {
      var values = try elements(of: PickledArray(kind: .array, content: column.values, mask: nil), depth + 1)
      if column.isZoned { values = values.map { $0.hasSuffix("\"") ? $0.dropLast() + "Z\"" : $0 } }
      texts.append((JSONText.quoted(name) + ": ", values))
    }
    return (0..<columns.rowCount).map { row in
      "{" + texts.map { $0.name + (row < $0.values.count ? $0.values[row] : "null") }.joined(separator: ", ") + "}"
    }
  }

  private static func found<Found>(_ body: () throws(FormatError) -> Found?) throws(ArrayError) -> Found? {
    do throws(FormatError) { return try body() } catch { throw ArrayError(.unsupported, error.message) }
  }
}
