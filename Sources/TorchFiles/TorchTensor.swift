public import PickledArrays
public import ByteIO
public import NDArrays
public import PythonPickle

/// A tensor of a PyTorch file: a view of a storage, whose bytes are read when the array is asked for.
public struct TorchTensor: PickleConvertible, DescribedArray {
  /// The type of the elements.
  public let type: TorchScalarType
  /// The length of each axis.
  public let shape: [Int]
  /// How many elements lie between neighbours along each axis.
  public let strides: [Int]
  /// How the integers of a quantized tensor represent real numbers; `nil` for any other tensor.
  public internal(set) var quantization: TorchQuantization?
  let storage: TorchStorage
  let offset: Int
  /// Whether the tensor represents the conjugates of its storage's numbers.
  var isConjugate = false
  /// Whether the tensor represents the negatives of its storage's numbers.
  var isNegative = false

  /// An expanded tensor repeats its elements: the bytes that it may have beyond its storage's.
  private static let mostExpanded = 64 << 20

  /// - Throws: ``FormatError`` with code `malformed` if the view does not lie within its storage.
  init(
    storage: TorchStorage, type: TorchScalarType, offset: Int, shape: [Int], strides: [Int]
  ) throws(FormatError) {
    self.storage = storage
    self.type = type
    self.offset = offset
    self.shape = shape
    self.strides = strides
    let itemSize = type.dtype.itemSize
    do throws(ArrayError) {
      guard shape.count == strides.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
        throw ArrayError(.shapeMismatch, "a tensor of shape \(Layout.describe(shape)) with strides \(strides)")
      }
      let bytes = try AnyNDArray.check(shape: shape, itemSize: itemSize)
      // A storage without a type of its own counts bytes.
      let (held, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.dtype.itemSize)
      let steps = try byteStrides()
      let (start, startOverflow) = offset.multipliedReportingOverflow(by: itemSize)
      guard !overflow, !startOverflow, let reach = Layout.reach(shape, steps, itemSize: itemSize),
        bytes == 0 || (start <= held && reach.high <= held - start)
      else {
        throw ArrayError(
          .outOfBounds,
          "a tensor of shape \(Layout.describe(shape)) from element \(offset) on does not lie within its storage "
            + "of \(storage.count)")
      }
    } catch { throw FormatError(.malformed, error.message) }
  }

  private func byteStrides() throws(ArrayError) -> [Int] {
    var result: [Int] = []
    for stride in strides {
      let (bytes, overflow) = stride.multipliedReportingOverflow(by: type.dtype.itemSize)
      guard !overflow else { throw ArrayError(.tooLarge, "a stride of \(stride) elements") }
      result.append(bytes)
    }
    return result
  }

  /// The dtype of ``array()``: `float32` for `bfloat16` and the 8-bit floats, whose numbers it holds exactly, and for
  /// what quantized tensors represent; `complex64` for `complex32`.
  public var dtype: DType { quantization == nil ? type.wideDType ?? type.dtype : .float32 }

  /// The tensor as an array: a view of its storage where NumPy has the type; else an array of the same numbers in a
  /// wider type, and of a quantized tensor the numbers that it represents (PyTorch's `dequantize`).
  ///
  /// - Throws: ``FormatError`` if the storage cannot be read or is shorter than its id says.
  public func array() throws(FormatError) -> AnyNDArray {
    let stored = try storedArray()
    if let quantization { return try quantization.numbers(stored) }
    return try resolved(widened(stored))
  }

  /// The elements as they lie in the storage: the integers of a quantized tensor (PyTorch's `int_repr`), the bytes of
  /// types that NumPy lacks.
  ///
  /// - Throws: ``FormatError`` if the storage cannot be read or is shorter than its id says; with code `limitExceeded` if the tensor
  ///   repeats few bytes for more than 64 MiB.
  public func storedArray() throws(FormatError) -> AnyNDArray {
    let bytes = try storage.storages.bytes(storage.key)
    let itemSize = type.dtype.itemSize
    let skipped = storage.start.multipliedReportingOverflow(by: storage.type.dtype.itemSize)
    do throws(ArrayError) {
      let byteCount = try AnyNDArray.check(shape: shape, itemSize: itemSize)
      let steps = try byteStrides()
      let dtype = type.dtype.withByteOrder(storage.storages.byteOrder)
      // What is listed costs nothing.
      let held = storage.count.multipliedReportingOverflow(by: storage.type.dtype.itemSize).partialValue
      guard byteCount <= max(held, TorchTensor.mostExpanded) else {
        throw ArrayError(
          .tooLarge,
          "a tensor of shape \(Layout.describe(shape)) that repeats \(held) bytes: more than "
            + "\(TorchTensor.mostExpanded >> 20) MiB are not made of so few")
      }
      if byteCount == 0 { return try AnyNDArray(zeros: shape, dtype: dtype) }
      let (start, overflow) = skipped.partialValue.addingReportingOverflow(offset * itemSize)
      guard !skipped.overflow, !overflow, let reach = Layout.reach(shape, steps, itemSize: itemSize),
        start <= bytes.count, reach.high <= bytes.count - start
      else {
        throw ArrayError(
          .outOfBounds, "the storage '\(storage.key)' has \(bytes.count) bytes, fewer than its tensors need")
      }
      return try AnyNDArray(
        storage: bytes.memory, offset: bytes.offset + start, dtype: dtype, shape: shape, strides: steps)
    } catch { throw FormatError(error.code == .tooLarge ? .limitExceeded : .malformed, error.message) }
  }

  package func pickledArray() throws(FormatError) -> PickledArray {
    PickledArray(kind: .tensor, content: .values(try array()), mask: nil)
  }

  /// What NumPy would pickle: pickles of tensors become pickles of arrays.
  ///
  /// - Throws: ``FormatError`` for a tensor that NumPy has no array for, such as a quantized one.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue { .array(try array()) }
}
