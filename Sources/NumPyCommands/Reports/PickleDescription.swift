import ByteIO
import NumPyIO

/// What `info` tells of a pickle: its protocol and a tree of what it holds.
struct PickleDescription {
  let name: String
  private let format: String
  /// Of a pickle.
  private let protocolVersion: Int?
  let value: PickleValue
  let array: AnyNDArray?
  let fileSize: Int?
  private let hasMember: Bool
  /// What further pickles in the file hold.
  private let following: [PickleValue]

  init(_ document: Document, _ address: Address) throws {
    name = address.text
    hasMember = address.member != nil
    if case .pickle(let source) = document.content { fileSize = source.byteCount } else { fileSize = nil }
    let whole: PickleValue
    let path: String?
    if case .value(let value, _) = document.content {
      (whole, path, format, protocolVersion, following) = (value, address.member, "JSON", nil, [])
    } else {
      // Mapped: of tensors only the descriptions are looked at, never the elements.
      let file = try document.pickleFile(mode: .mapped)
      (format, protocolVersion) = (file.format.rawValue, file.protocolVersion)
      do throws(FormatError) { (whole, path) = try file.pickle(at: address.member) } catch {
        throw error.at(file: address.path)
      }
      following = address.member == nil ? file.following : []
    }
    (value, array) = try PickleDescription.part(of: whole, path, address)
  }

  /// What an address names within a pickle: a value, the slice of an array, or an item where brackets hold its number.
  private static func part(
    of whole: PickleValue, _ path: String?, _ address: Address
  ) throws -> (PickleValue, AnyNDArray?) {
    do throws(FormatError) {
      let named = try path.map { (path) throws(FormatError) in try whole.value(at: path) } ?? whole
      let array = try named.array()
      guard let slice = address.slice else { return (named, array) }
      if let array {
        let part = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in try array.slice(slice) }
        return (.array(part), part)
      }
      let brackets = address.bracketed?.dropFirst(address.member?.count ?? 0) ?? ""
      guard let item = try? whole.value(at: (path ?? "") + brackets) else { throw address.slicesNothing(named) }
      return (item, try item.array())
    } catch { throw error.at(file: address.path) }
  }

  /// What is told of an object in an array.
  init(_ value: PickleValue, _ address: Address) {
    (name, hasMember) = (address.text, address.member != nil)
    (self.value, format, protocolVersion) = (value, "an object in an array", nil)
    (array, fileSize, following) = (nil, nil, [])
  }

  /// Whether the value is an array, or has some in it.
  var hasArrays: Bool { ((try? value.arrayPaths()) ?? []).isEmpty == false }

  /// The tree of what the value holds.
  var tree: String { tree(value, indent: "  ", depth: 4) }

  var text: String {
    var rows = [["  format", format + (protocolVersion.map { ", protocol \($0)" } ?? "")]]
    if let fileSize { rows.append(["  file", "\(TextTable.grouped(fileSize)) bytes"]) }
    if !following.isEmpty { rows.append(["  pickles", "\(following.count + 1), named #0, #1 and so on"]) }
    var text = Console.printable(name) + "\n" + TextTable.aligned(rows) + tree(value, indent: "  ", depth: 4)
    for (index, value) in following.prefix(20).enumerated() {
      text += "  #\(index + 1)\n" + tree(value, indent: "    ", depth: 4)
    }
    if following.count > 20 { text += "  … \(following.count - 20) more pickles\n" }
    return text
  }

  /// The lines of `ls`: the arrays by their paths, or the whole where there are none.
  var rows: [[String]] {
    func row(_ name: String, _ dtype: DType, _ shape: [Int]) -> [String] {
      let size = PickleDescription.byteCount(dtype, shape).map(TextTable.size) ?? "-"
      return [
        Console.printable(Failure.shortened(name)), Layout.describe(shape),
        ArrayDescription.brief(dtype.description, dtype), size,
      ]
    }
    if let array, following.isEmpty { return [row(name, array.dtype, array.shape)] }
    var rows: [[String]] = []
    var places: [ObjectIdentifier: String] = [:]
    for (index, value) in ([value] + following).enumerated() {
      let prefix = index == 0 ? name : "\(name):#\(index)"
      let count = rows.count
      for (path, value) in (try? value.arrayPaths()) ?? [] {
        guard let (dtype, shape) = (try? value.arrayDescription()) ?? nil else { continue }
        let isPart = hasMember || index > 0
        var cells = row(path.isEmpty ? prefix : prefix + (isPart ? "." : ":") + path, dtype, shape)
        if let object = value.object {
          // What the pickle has once, and refers to again.
          if let other = places[ObjectIdentifier(object)] { cells.append("= " + Console.printable(other)) }
          if places[ObjectIdentifier(object)] == nil { places[ObjectIdentifier(object)] = path }
        }
        rows.append(cells)
      }
      if rows.count == count {
        rows.append([
          Console.printable(prefix), "-", Console.printable(value.typeName),
          index == 0 ? fileSize.map(TextTable.size) ?? "-" : "-",
        ])
      }
    }
    return rows
  }

  /// The arrays with the names that addresses give them, as many as the tree has nodes at most.
  private var arrayEntries: [JSONValue] {
    var entries: [JSONValue] = []
    var left = PickleDescription.mostNodes
    for (index, value) in ([value] + following).enumerated() {
      for (path, value) in (try? value.arrayPaths()) ?? [] {
        guard left > 0 else { return entries }
        guard let (dtype, shape) = (try? value.arrayDescription()) ?? nil else { continue }
        left -= 1 + PickleDescription.weight(path) + PickleDescription.weight(dtype.description)
        let parts = [index == 0 ? "" : "#\(index)", path]
        entries.append(
          .object([
            ("name", .string(parts.filter { !$0.isEmpty }.joined(separator: "."))), ("dtype", dtype.json),
            ("shape", .array(shape.map(JSONValue.int))),
          ]))
      }
    }
    return entries
  }

  var json: JSONValue {
    var entries: [(key: String, value: JSONValue)] = [
      ("file", .string(name)),
      ("format", .string(format == "JSON" ? "json" : protocolVersion == nil ? "object" : "pickle")),
      ("protocol", protocolVersion.map(JSONValue.int) ?? .null), ("type", .string(value.typeName)),
    ]
    if let array { entries += PickleDescription.fields(array) }
    entries += contentFields
    if !following.isEmpty {
      var left = PickleDescription.mostNodes
      entries.append(
        ("following", .array(following.prefix(1000).map { PickleDescription.json($0, depth: 6, left: &left) })))
    }
    return .object(entries)
  }

  /// The fields that tell what the value holds.
  var contentFields: [(key: String, value: JSONValue)] {
    var left = PickleDescription.mostNodes
    let tree = PickleDescription.json(value, depth: 6, left: &left)
    return [("tree", tree)] + (array == nil ? [("arrays", .array(arrayEntries))] : [])
  }

  /// The bytes of a whole array; `nil` if they cannot be counted, as of a sparse one of any shape.
  private static func byteCount(_ dtype: DType, _ shape: [Int]) -> Int? {
    guard let count = Layout.elementCount(shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.itemSize)
    return overflow ? nil : bytes
  }

  private static func fields(_ array: AnyNDArray) -> [(key: String, value: JSONValue)] {
    [
      ("dtype", array.dtype.json), ("shape", .array(array.shape.map(JSONValue.int))),
      ("fortran_order", .bool(array.isFContiguous && !array.isCContiguous)), ("nbytes", .int(array.nbytes)),
    ]
  }

  /// A few bytes can represent a tree of billions of nodes, each with the same long name or dtype: no more nodes than
  /// these are shown, and fewer of long ones.
  private static let mostNodes = 10_000

  /// How many nodes a text counts for, beside its own.
  private static func weight(_ text: String) -> Int { text.utf8.count / 1_000 }

  /// How many nodes the list of a value's children counts for, of which only the first are shown.
  private static func weight(ofChildren count: Int) -> Int { min(1_000, count / 1_000) }

  private static func json(_ value: PickleValue, depth: Int, left: inout Int) -> JSONValue {
    left -= 1
    if let (dtype, shape) = (try? value.arrayDescription()) ?? nil {
      left -= weight(dtype.description)
      return .object([
        ("type", .string("ndarray")), ("dtype", dtype.json), ("shape", .array(shape.map(JSONValue.int))),
        ("nbytes", byteCount(dtype, shape).map(JSONValue.int) ?? .null),
      ])
    }
    let children = left > 0 && depth > 0 ? value.children : []
    left -= weight(ofChildren: children.count)
    guard !children.isEmpty, left > 0 else {
      let repr = value.repr(limit: 200)
      left -= weight(repr)
      return .object([("type", .string(value.typeName)), ("repr", .string(repr))])
    }
    var entries: [(key: String, value: JSONValue)] = []
    for child in children.prefix(1000) where left > 0 {
      left -= weight(child.name)
      entries.append((key: child.name, value: json(child.value, depth: depth - 1, left: &left)))
    }
    return .object([("type", .string(value.typeName)), ("items", .object(entries))])
  }

  private func tree(_ value: PickleValue, indent: String, depth: Int) -> String {
    func line(_ value: PickleValue) -> String {
      if let (dtype, shape) = (try? value.arrayDescription()) ?? nil {
        return "array \(Layout.describe(shape)) \(Console.printable(dtype.description))"
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
    var left = PickleDescription.mostNodes
    func list(_ value: PickleValue, _ indent: String, _ depth: Int) {
      if ((try? value.arrayDescription()) ?? nil) != nil { return }
      guard left > 0 else { return }
      let children = value.children
      left -= PickleDescription.weight(ofChildren: children.count)
      for (name, child) in children.prefix(20) where left > 0 {
        let entry = indent + Console.printable(Failure.shortened(name)) + ": " + line(child) + "\n"
        left -= 1 + PickleDescription.weight(entry)
        text += entry
        if depth > 0 { list(child, indent + "  ", depth - 1) }
      }
      if children.count > 20 { text += indent + "… \(children.count - 20) more\n" }
    }
    list(value, indent + "  ", depth)
    return text
  }
}
