internal import PandasPickles
internal import TorchFiles
internal import PickledArrays
public import ByteIO
internal import NDArrays
public import PythonPickle

extension PickleValue {
  /// The value at a path of keys and indices, joined by points: `list.0`, `model.coef_`.
  ///
  /// A part is the key of a dictionary, a column of a pandas frame, an attribute of an object, or the index of a list or
  /// tuple, from the end if it is negative; `toarray` of a sparse matrix or tensor is it with its zeros, `int_repr` of a quantized tensor its integers. Keys that hold points
  /// themselves are found as well: the longest that is there is taken.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, which names what is there instead.
  public func value(at path: String) throws(FormatError) -> PickleValue {
    var value = self
    var rest = path[...]
    while !rest.isEmpty {
      guard let (next, left) = try value.step(into: rest) else {
        throw FormatError(
          .notFound, "there is no '\(rest)' in a \(value.typeName)\(value.hint(for: String(rest)))", member: path)
      }
      value = next
      rest = left
    }
    return value
  }

  private func step(into path: Substring) throws(FormatError) -> (PickleValue, Substring)? {
    let frame = try PandasFrame(self)
    var end = path.endIndex
    while true {
      let part = path[..<end]
      let rest = end == path.endIndex ? path[end...] : path[path.index(after: end)...]
      if let found = try frame?.value(String(part)) ?? self[String(part)] { return (found, rest) }
      if let found = try treeAttribute(String(part)) { return (found, rest) }
      if let found = try computed(String(part)) { return (found, rest) }
      if let index = Int(part), let found = self[index] { return (found, rest) }
      if let items = object?.state?.tuple, let index = Int(part), items.indices.contains(index) {
        return (items[index], rest)
      }
      guard let point = path[..<end].lastIndex(of: ".") else { return nil }
      end = point
    }
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
    let keys: [String]
    if let frame = (try? PandasFrame(self)) ?? nil {
      keys = frame.children.map(\.name)
    } else if let dict {
      keys = dict.entries.compactMap { $0.key.string ?? $0.key.int.map(String.init) }
    } else if let state = object?.state?.dict {
      keys = state.entries.compactMap { $0.key.string }
    } else if let items {
      return " of \(items.count) items"
    } else {
      return ""
    }
    if let nearest = NearestName.of(path, among: keys) { return "; did you mean '\(nearest)'?" }
    return keys.isEmpty ? "" : ", which has " + keys.prefix(8).joined(separator: ", ") + (keys.count > 8 ? ", …" : "")
  }
}

extension PickleValue {
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
