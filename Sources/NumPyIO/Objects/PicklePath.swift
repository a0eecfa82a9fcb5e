internal import PandasPickles
internal import TorchFiles
internal import PickledArrays
public import ByteIO
internal import NDArrays
public import PythonPickle

extension PickleValue {
  /// The value at a path of keys and indices, joined by points: `list.0`, `model.coef_`.
  ///
  /// A part is the key of a dictionary, a column of a pandas frame, an attribute of an object, an argument of a call by its
  /// number, a field of records, or the index of a list, a tuple or an array, from the end if it is negative: `rows.0`, or
  /// `rows[0]`. Keys that
  /// are no strings have the names that Python prints: `(1, 2)`, `None`, `1.5`; those of bytes also their text. A key in
  /// quotes is that string and nothing else: `'a.b'`. `toarray` of a sparse matrix or tensor is it with its zeros,
  /// `int_repr` of a quantized tensor its integers, `mask` and `data` are those of a masked array. Keys that hold points
  /// themselves are found as well: the longest that is there is taken. A number that no key has as its name finds the key
  /// that is equal to it, as in Python.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, which names what is there instead.
  public func value(at path: String) throws(FormatError) -> PickleValue {
    var value = self
    var rest = path[...]
    while !rest.isEmpty {
      guard let (next, left) = try value.step(into: rest) else {
        if let dtype = try value.arrayDescription()?.dtype, let fields = dtype.fields {
          throw FormatError(
            .notFound, "no field '\(rest)'; there are \(fields.map(\.name).lazy.listed())", member: path)
        }
        throw FormatError(
          .notFound,
          "there is no '\(rest)' in \(value.typeName == "object" ? "an" : "a") \(value.typeName)\(value.hint(for: String(rest)))",
          member: path)
      }
      value = next
      rest = left
    }
    return value
  }

  private func step(into path: Substring) throws(FormatError) -> (PickleValue, Substring)? {
    let array = try PickledArray(self)
    let frame = array == nil ? try PandasFrame(self) : nil
    // Any key whose name this is comes before one that is merely equal: `3.0` is item 0 of what stands under 3.
    if let found = try longest(
      of: path,
      { part throws(FormatError) in
        if let array, !part.isEmpty, let found = try PickleValue.element(of: array, part) { return found }
        return try named(part, frame)
      })
    {
      return found
    }
    if let found = try longest(of: path, { part in PartNames.literal(part).flatMap { dict?[$0] } }) { return found }
    // `rows[0]` is `rows.0`.
    guard let open = path.firstIndex(of: "["), let close = path[open...].firstIndex(of: "]"),
      Int(path[path.index(after: open)..<close]) != nil
    else { return nil }
    let tail = path[path.index(after: close)...]
    let name = path[..<open] + (path[..<open].isEmpty ? "" : ".") + path[path.index(after: open)..<close] + tail
    return try step(into: Substring(name))
  }

  /// What the longest beginning of a path finds that ends before a point, and the rest of the path.
  private func longest(
    of path: Substring, _ find: (String) throws(FormatError) -> PickleValue?
  ) throws(FormatError) -> (PickleValue, Substring)? {
    var end = path.endIndex
    while true {
      let part = String(path[..<end])
      let rest = end == path.endIndex ? path[end...] : path[path.index(after: end)...]
      if let found = try find(part) { return (found, rest) }
      guard let point = path[..<end].lastIndex(of: ".") else { return nil }
      end = point
    }
  }

  /// What stands under a name in a value that is no array.
  private func named(_ part: String, _ frame: PandasFrame?) throws(FormatError) -> PickleValue? {
    if let found = try frame?.value(part) { return found }
    // Strings that look like another key stand in quotes.
    if let key = PartNames.literal(part), let found = dict?.entry(of: key), PartNames.isName(part, of: found.key) {
      return found.value
    }
    if let key = dict?.entries.last(where: { $0.key.isOther && PartNames.text(of: $0.key) == part }) {
      return key.value
    }
    if let found = self[part] { return found }
    if let found = try treeAttribute(part) { return found }
    if let found = try computed(part) { return found }
    if let index = Int(part), let found = self[index] { return found }
    if let items = object?.state?.items, let index = Int(part), items.indices.contains(index) { return items[index] }
    // Keys that are no strings, arguments, and whatever else is listed.
    if let entries = dict?.entries ?? object?.pairs,
      let found = entries.last(where: { PartNames.isName(part, of: $0.key) })
    {
      return found.value
    }
    return children.first { $0.name == part }?.value
  }

  /// A field, a row or an element of an array; its mask, and its data without it.
  private static func element(of array: PickledArray, _ part: String) throws(FormatError) -> PickleValue? {
    if let mask = array.mask {
      if part == "mask" { return .array(mask) }
      if part == "data" { return .array(array.content) }
    }
    if array.content.dtype.field(part) != nil {
      return value(
        of: try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in try array.field(part) })
    }
    // An array without axes is what it holds.
    if case .objects(let objects) = array.content, objects.shape.isEmpty {
      return try objects.items[0].step(into: part[...])?.0
    }
    // A number is an index and nothing else: not a part of what the array is made from.
    guard let index = Int(part) else { return nil }
    let row = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
      try array.content.slice([.index(index)])
    }
    if let hidden = try array.mask.map({ (mask) throws(FormatError) in
      try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in try mask.slice([.index(index)]) }
    }) {
      return try masked(row, hidden)
    }
    if case .objects(let objects) = row, objects.shape.isEmpty { return objects.items[0] }
    if case .values(let values) = row, values.shape.isEmpty { return .scalar(values) }
    return .array(row)
  }

  private static func value(of array: PickledArray) -> PickleValue {
    guard case .values(let values) = array.content else { return .array(array.content) }
    if let mask = array.mask { return .maskedArray(values.contiguous(), mask: mask.contiguous()) }
    return array.kind == .scalar ? .scalar(values) : .array(array.content)
  }

  /// A row of a masked array; NumPy's `masked` for an element that is missing.
  private static func masked(_ row: StoredArray, _ mask: AnyNDArray) throws(FormatError) -> PickleValue {
    if mask.shape.isEmpty, mask.dtype.kind == .bool {
      let isHidden = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
        try NDArray<Bool>(mask.contiguous()).elements == [true]
      }
      if isHidden { return .object(PickleObject("numpy.ma.core", "MaskedConstant")) }
      if case .objects(let objects) = row { return objects.items[0] }
      if case .values(let values) = row { return .scalar(values) }
    }
    guard case .values(let values) = row else { return .array(row) }
    return .maskedArray(values.contiguous(), mask: mask.contiguous())
  }

  /// What a method of Python's would compute: of sparse matrices and tensors, and of quantized tensors.
  private func computed(_ name: String) throws(FormatError) -> PickleValue? {
    switch name {
    case "toarray", "to_dense":
      if let sparse = try SparseArray(self) { return .array(try sparse.dense()) }
      return try TorchSparse(self).map { sparse throws(FormatError) in .array(try sparse.dense()) }
    case "int_repr":
      guard let tensor = try TorchTensor(of: self), tensor.quantization != nil else { return nil }
      return .array(try tensor.storedArray())
    default: return nil
    }
  }

  /// What could have been asked for.
  private func hint(for path: String) -> String {
    let known = children
    guard known.contains(where: { Int($0.name) == nil }) else {
      return known.isEmpty ? "" : " of \(known.count) item\(known.count == 1 ? "" : "s")"
    }
    let keys = known.map(\.name)
    if let nearest = NearestName.of(path, among: keys) { return "; did you mean '\(nearest)'?" }
    return keys.isEmpty ? "" : ", which has " + keys.listed()
  }
}

extension PickleValue {
  /// Whether a key is neither text nor a number: a string that reads as it does has its name in quotes.
  fileprivate var isOther: Bool {
    switch self {
    case .string, .int, .float, .bool, .none: false
    default: true
    }
  }

  /// The attributes of scikit-learn's `Tree` that its pickles hold under other names: fields of `nodes`, and `values`.
  fileprivate func treeAttribute(_ name: String) throws(FormatError) -> PickleValue? {
    guard let object, object.isCall("sklearn.tree._tree", "Tree") else { return nil }
    if name == "value" { return object["values"] }
    let field = ["children_left": "left_child", "children_right": "right_child"][name] ?? name
    guard let nodes = try object["nodes"]?.array(), let part = nodes.dtype.fields?.first(where: { $0.name == field })
    else { return nil }
    // The field of each record: a view within the records.
    return .array(
      AnyNDArray(
        uncheckedDType: part.dtype, shape: nodes.shape, strides: nodes.strides, offset: nodes.offset + part.offset,
        storage: nodes.storage))
  }
}
