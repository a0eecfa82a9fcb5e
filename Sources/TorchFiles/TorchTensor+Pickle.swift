package import ByteIO
internal import NDArrays
package import PythonPickle

// The functions of `torch/_utils.py` by which tensors are pickled, matched by their exact names.

extension TorchTensor {
  /// The tensor that a call would make; `nil` for any other call.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for arguments that make no tensor, `unsupported` for types that
  ///   are not known.
  init?(_ object: PickleObject, depth: Int = 0) throws(FormatError) {
    guard let function = object.callable?.global,
      let tensor = try TorchTensor.rebuild(function, object.arguments, depth: depth)
    else { return nil }
    self = tensor
  }

  /// The tensor that a value is: one that was made when it was read, or in a plain pickle a call that would make one.
  package init?(of value: PickleValue, depth: Int = 0) throws(FormatError) {
    guard let object = value.object else { return nil }
    if let tensor = object.convertible as? TorchTensor {
      self = tensor
    } else {
      try self.init(object, depth: depth)
    }
  }

  /// Parameters of parameters and tensors of tensors nest no deeper.
  private static let maxDepth = 16

  private static func rebuild(
    _ function: PickleGlobal, _ arguments: [PickleValue], depth: Int
  ) throws(FormatError) -> TorchTensor? {
    guard depth < maxDepth else { throw FormatError(.limitExceeded, "a tensor within \(maxDepth) others") }
    switch (function.module, function.name) {
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      return try view(arguments, type: nil, metadata: 6)
    case ("torch._utils", "_rebuild_tensor_v3"):
      guard arguments.count > 6, let dtype = arguments[6].global, dtype.module == "torch",
        let type = TorchScalarType(named: dtype.name)
      else { throw FormatError(.unsupported, "a tensor of a type that is not known") }
      return try view(arguments, type: type, metadata: 7)
    case ("torch._utils", "_rebuild_qtensor"):
      guard arguments.count > 4, let parameters = arguments[4].tuple else {
        throw FormatError(.malformed, "a quantized tensor without parameters")
      }
      var tensor = try view(arguments, type: nil, metadata: arguments.count)
      tensor?.quantization = try TorchQuantization(parameters, depth: depth)
      return tensor
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      return try arguments.first.flatMap { value throws(FormatError) in try TorchTensor(of: value, depth: depth + 1) }
    case ("torch._tensor", "_rebuild_from_type_v2"), ("torch._tensor", "_rebuild_from_type"):
      // A tensor with attributes of its own, or of a subclass: function, class, arguments, state.
      guard arguments.count > 2, let inner = arguments[0].global, let parts = arguments[2].tuple,
        inner.module == "torch._utils"
      else { return nil }
      return try rebuild(inner, parts, depth: depth + 1)
    default: return nil
    }
  }

  /// `(storage, offset, size, stride, …)`.
  private static func view(
    _ arguments: [PickleValue], type: TorchScalarType?, metadata place: Int
  ) throws(FormatError) -> TorchTensor? {
    guard arguments.count >= 4 else { throw FormatError(.malformed, "a tensor of \(arguments.count) parts") }
    guard let storage = try TorchStorage(of: arguments[0]) else { return nil }
    guard let offset = arguments[1].int, let shape = numbers(arguments[2]), let strides = numbers(arguments[3]) else {
      throw FormatError(.malformed, "a tensor whose offset, size or stride are no integers")
    }
    var tensor = try TorchTensor(
      storage: storage, type: type ?? storage.type, offset: offset, shape: shape, strides: strides)
    if place < arguments.count, let metadata = arguments[place].dict {
      tensor.isConjugate = metadata["conj"]?.bool == true
      tensor.isNegative = metadata["neg"]?.bool == true
    }
    return tensor
  }

  /// A tuple of integers, or a `torch.Size`.
  static func numbers(_ value: PickleValue) -> [Int]? {
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
