internal import ByteIO
internal import NDArrays
internal import PythonPickle

// The functions of `torch/_utils.py` by which tensors are pickled, matched by their exact names.

extension TorchTensor {
  /// The tensor that a call would make; `nil` for any other call.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for arguments that make no tensor, `unsupported` for types that
  ///   are not known.
  init?(_ object: PickleObject) throws(FormatError) {
    guard let function = object.callable?.global else { return nil }
    guard let tensor = try TorchTensor.rebuild(function, object.arguments) else { return nil }
    self = tensor
  }

  private static func rebuild(
    _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(FormatError) -> TorchTensor? {
    switch (function.module, function.name) {
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      return try view(arguments, type: nil, metadata: 6)
    case ("torch._utils", "_rebuild_tensor_v3"):
      guard arguments.count > 6, let dtype = arguments[6].global, dtype.module == "torch",
        let type = TorchScalarType(named: dtype.name)
      else { throw FormatError(.unsupported, "a tensor of a type that is not known") }
      return try view(arguments, type: type, metadata: 7)
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      return arguments.first?.object?.convertible as? TorchTensor
    case ("torch._tensor", "_rebuild_from_type_v2"), ("torch._tensor", "_rebuild_from_type"):
      // A tensor with attributes of its own, or of a subclass: function, class, arguments, state.
      guard arguments.count > 2, let inner = arguments[0].global, let parts = arguments[2].tuple,
        inner.module == "torch._utils"
      else { return nil }
      return try rebuild(inner, parts)
    default: return nil
    }
  }

  /// `(storage, offset, size, stride, …)`.
  private static func view(
    _ arguments: [PickleValue], type: TorchScalarType?, metadata place: Int
  ) throws(FormatError) -> TorchTensor? {
    guard arguments.count >= 4 else { throw FormatError(.malformed, "a tensor of \(arguments.count) parts") }
    // A storage that is no persistent id, as in plain pickles of tensors: left as it is.
    guard let storage = arguments[0].object?.convertible as? TorchStorage else { return nil }
    guard let offset = arguments[1].int, let shape = numbers(arguments[2]), let strides = numbers(arguments[3]) else {
      throw FormatError(.malformed, "a tensor whose offset, size or stride are no integers")
    }
    if place < arguments.count, let metadata = arguments[place].dict {
      for key in ["conj", "neg"] where metadata[key]?.bool == true {
        throw FormatError(.unsupported, "a tensor that is a lazily '\(key)' view of its storage")
      }
    }
    return try TorchTensor(
      storage: storage, type: type ?? storage.type, offset: offset, shape: shape, strides: strides)
  }

  /// A tuple of integers, or a `torch.Size`.
  private static func numbers(_ value: PickleValue) -> [Int]? {
    var items = value.items
    if let object = value.object, object.isCall("torch", "Size") { items = object.arguments.first?.items }
    guard let items, items.count <= Layout.maxAxes else { return nil }
    var numbers: [Int] = []
    for item in items {
      guard let number = item.int else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
