internal import ByteIO
public import NDArrays
public import PythonPickle

/// An array on its way into a pickle: its form depends on the protocol.
struct ArrayInPickle: PickleConvertible, PickledArrayConvertible {
  let array: AnyNDArray
  let isScalar: Bool

  func pickledArray() -> PickledArray {
    PickledArray(kind: isScalar ? .scalar : .array, content: .values(array), mask: nil)
  }

  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    let core = NumPyModules(context).core
    guard !array.dtype.hasObjects else {
      throw FormatError(.unsupported, "an array of bytes with objects in them cannot be pickled")
    }
    let dtype = try array.dtype.pickleValue(in: context)
    if isScalar {
      return .object(
        PickleObject(
          core + ".multiarray", "scalar", [dtype, .bytes(PickleBytes(array.bytes, isShared: array.nbytes == 1))]))
    }
    let isFortran = array.isFContiguous && !array.isCContiguous
    let isContiguous = array.isCContiguous || isFortran
    if context.protocolVersion >= 5, isContiguous, array.dtype.itemSize > 0,
      ArrayInPickle.isBuffer(array.dtype)
    {
      return ArrayInPickle.fromBuffer(core, array, dtype: dtype, isFortran)
    }
    return ArrayInPickle.reconstruct(core, array, dtype: dtype, isFortran)
  }

  /// The bytes of an array in the order that its pickle has them.
  private static func memory(of array: AnyNDArray, _ isFortran: Bool) -> PickleMemory {
    let packed = isFortran ? array : array.contiguous()
    // Safe: the storage outlives the memory object, which holds it, and is not written to while both exist, as
    // arrays copy before they write to a storage that others hold.
    return unsafe PickleMemory(
      borrowing: UnsafeMutableRawPointer(mutating: packed.firstElement), count: packed.nbytes,
      owner: packed.storage)
  }

  /// `_frombuffer(buffer, dtype, shape, order)`: NumPy's form at protocol 5.
  static func fromBuffer(_ core: String, _ array: AnyNDArray, dtype: PickleValue, _ isFortran: Bool) -> PickleValue {
    let function = PickleGlobal(module: PickleString(core + ".numeric"), name: PickleString("_frombuffer"))
    let parts: [PickleValue] = [
      .buffer(PickleBuffer(memory(of: array, isFortran))), dtype, .tuple(array.shape.map { .int($0) }),
      .string(isFortran ? "F" : "C"),
    ]
    return .object(PickleObject(.reduce(callable: .global(function), arguments: PickleTuple(parts))))
  }

  /// `_reconstruct` with the array's bytes: NumPy's form up to protocol 4.
  static func reconstruct(_ core: String, _ array: AnyNDArray, dtype: PickleValue, _ isFortran: Bool) -> PickleValue {
    let data = array.nbytes == 0 ? PickleBytes([]) : PickleBytes(memory(of: array, isFortran))
    return reconstruct(core, .tuple(array.shape.map { .int($0) }), dtype, isFortran, .bytes(data))
  }

  /// `_reconstruct(ndarray, (0,), b'b')` with the state `(1, shape, dtype, fortran, data)`.
  static func reconstruct(
    _ core: String, _ shape: PickleValue, _ dtype: PickleValue, _ isFortran: Bool, _ data: PickleValue
  ) -> PickleValue {
    .object(
      PickleObject(
        core + ".multiarray", "_reconstruct",
        [.global("numpy", "ndarray"), .tuple([.int(0)]), .bytes([0x62])],
        state: .tuple([.int(1), shape, dtype, .bool(isFortran), data])))
  }

  /// Whether Python's buffers can describe the dtype: they know no dates, and fields only in the order of their
  /// offsets.
  static func isBuffer(_ dtype: DType) -> Bool {
    if let fields = dtype.fields {
      var end = 0
      for field in fields {
        guard field.offset >= end, isBuffer(field.dtype) else { return false }
        end = field.offset + field.dtype.itemSize
      }
      return true
    }
    if let subarray = dtype.subarray { return isBuffer(subarray.dtype) }
    return dtype.kind != .datetime && dtype.kind != .timedelta
  }
}

extension PickleValue {
  /// An array, pickled as NumPy does in the protocol that is written.
  public static func array(_ array: AnyNDArray) -> PickleValue {
    .object(PickleObject(ArrayInPickle(array: array, isScalar: false)))
  }
  /// An array, pickled as NumPy does in the protocol that is written.
  public static func array<Element>(_ array: NDArray<Element>) -> PickleValue { .array(AnyNDArray(array)) }
  /// An array of objects.
  public static func array(_ array: ObjectArray) -> PickleValue { .object(PickleObject(array)) }
  /// An array of values or of objects.
  public static func array(_ array: StoredArray) -> PickleValue {
    switch array {
    case .values(let array): .array(array)
    case .objects(let array): .array(array)
    }
  }
  /// A NumPy scalar: an array without axes.
  public static func scalar(_ array: AnyNDArray) -> PickleValue {
    .object(PickleObject(ArrayInPickle(array: array, isScalar: true)))
  }
}
