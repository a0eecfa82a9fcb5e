import ByteIO
import NumPyIO

/// What `info` tells of a pickle: its protocol and a tree of what it holds.
struct PickleDescription {
  let name: String
  let protocolVersion: Int
  let value: PickleValue
  let array: AnyNDArray?
  let fileSize: Int?

  init(_ source: any ByteSource, _ address: Address) throws {
    name = address.text
    fileSize = source.byteCount
    var reader = PickleReader(source, options: Joblib.options())
    let whole = try reader.read()
    protocolVersion = reader.protocolVersion
    if let member = address.member { value = try whole.value(at: member) } else { value = whole }
    var array = try value.array()
    if let slice = address.slice, let known = array {
      array = try FormatError.wrapping(.badArgument, file: address.path) { () throws(ArrayError) in
        try known.slice(slice)
      }
    }
    self.array = array
  }

  var text: String {
    var rows = [["  format", "pickle, protocol \(protocolVersion)"]]
    if let fileSize { rows.append(["  file", "\(TextTable.grouped(fileSize)) bytes"]) }
    return Console.printable(name) + "\n" + TextTable.aligned(rows) + tree(value, indent: "  ", depth: 4)
  }

  /// The lines of `ls`.
  var row: [String] {
    guard let array else { return [Console.printable(name), "-", value.typeName, fileSize.map(TextTable.size) ?? "-"] }
    return [
      Console.printable(name), Layout.describe(array.shape), array.dtype.description, TextTable.size(array.nbytes),
    ]
  }

  var json: JSONValue {
    var entries: [(key: String, value: JSONValue)] = [
      ("file", .string(name)), ("format", .string("pickle")), ("protocol", .int(protocolVersion)),
      ("type", .string(value.typeName)),
    ]
    if let array { entries += PickleDescription.fields(array) }
    entries.append(("tree", PickleDescription.json(value, depth: 6)))
    return .object(entries)
  }

  private static func fields(_ array: AnyNDArray) -> [(key: String, value: JSONValue)] {
    [
      ("dtype", array.dtype.json), ("shape", .array(array.shape.map(JSONValue.int))),
      ("fortran_order", .bool(array.isFContiguous && !array.isCContiguous)), ("nbytes", .int(array.nbytes)),
    ]
  }

  /// The entries of a container, by the path parts that reach them.
  static func children(_ value: PickleValue) -> [(name: String, value: PickleValue)] {
    if let dict = value.dict {
      return dict.entries.map { ($0.key.string ?? $0.key.repr(limit: 60), $0.value) }
    }
    if let items = value.items { return items.enumerated().map { (String($0.offset), $0.element) } }
    guard let object = value.object else { return [] }
    if let state = object.state?.dict {
      return state.entries.map { ($0.key.string ?? $0.key.repr(limit: 60), $0.value) }
    }
    if let state = object.state { return [("state", state)] }
    return object.items.enumerated().map { (String($0.offset), $0.element) }
  }

  private static func json(_ value: PickleValue, depth: Int) -> JSONValue {
    if let array = (try? value.array()) ?? nil { return .object([("type", .string("ndarray"))] + fields(array)) }
    let children = children(value)
    guard !children.isEmpty, depth > 0 else {
      return .object([("type", .string(value.typeName)), ("repr", .string(value.repr(limit: 200)))])
    }
    let entries = children.prefix(1000).map { (key: $0.name, value: json($0.value, depth: depth - 1)) }
    return .object([("type", .string(value.typeName)), ("items", .object(Array(entries)))])
  }

  private func tree(_ value: PickleValue, indent: String, depth: Int) -> String {
    func line(_ value: PickleValue) -> String {
      if let array = (try? value.array()) ?? nil {
        return "array \(Layout.describe(array.shape)) \(Console.printable(array.dtype.description))"
      }
      switch value {
      case .dict(let dict): return "dict of \(dict.count)"
      case .list, .tuple: return "\(value.typeName) of \(value.items?.count ?? 0)"
      case .object(let object):
        return "object \(Console.printable(object.callable?.global?.qualifiedName ?? value.typeName))"
      default: return Console.printable(value.repr(limit: 70))
      }
    }
    var text = indent + line(value) + "\n"
    func list(_ value: PickleValue, _ indent: String, _ depth: Int) {
      if let array = try? value.array(), array.count >= 0 { return }
      let children = PickleDescription.children(value)
      for (name, child) in children.prefix(20) {
        text += indent + Console.printable(name) + ": " + line(child) + "\n"
        if depth > 0 { list(child, indent + "  ", depth - 1) }
      }
      if children.count > 20 { text += indent + "… \(children.count - 20) more\n" }
    }
    list(value, indent + "  ", depth)
    return text
  }
}
