public import ByteIO
public import NDArrays
public import PythonPickle

/// A tensor of a PyTorch file: a view of a storage, whose bytes are read when the array is asked for.
public struct TorchTensor: PickleConvertible {
  /// The type of the elements.
  public let type: TorchScalarType
  /// The length of each axis.
  public let shape: [Int]
  /// How many elements lie between neighbours along each axis.
  public let strides: [Int]
  let storage: TorchStorage
  let offset: Int

  /// An expanded tensor repeats its elements: so many bytes it may have beyond its storage's.
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
      guard bytes <= max(held, TorchTensor.mostExpanded) else {
        throw ArrayError(.tooLarge, "a tensor that expands \(held) bytes to \(bytes)")
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

  /// The dtype of ``array()``: `float32` for `bfloat16`, whose numbers it holds exactly.
  public var dtype: DType { type.isBrainFloat ? .float32 : type.dtype }

  /// The tensor as an array: a view of its storage, but for `bfloat16`, which NumPy lacks: a `float32` array of the
  /// same numbers.
  ///
  /// - Throws: ``FormatError`` if the storage cannot be read or is shorter than its id says.
  public func array() throws(FormatError) -> AnyNDArray {
    let bytes = try storage.storages.bytes(storage.key)
    let itemSize = type.dtype.itemSize
    let skipped = storage.start.multipliedReportingOverflow(by: storage.type.dtype.itemSize)
    let raw: AnyNDArray
    do throws(ArrayError) {
      let count = try AnyNDArray.check(shape: shape, itemSize: itemSize)
      let steps = try byteStrides()
      let dtype = type.dtype.withByteOrder(storage.storages.byteOrder)
      if count == 0 {
        raw = try AnyNDArray(zeros: shape, dtype: dtype)
      } else {
        let (start, overflow) = skipped.partialValue.addingReportingOverflow(offset * itemSize)
        guard !skipped.overflow, !overflow, let reach = Layout.reach(shape, steps, itemSize: itemSize),
          start <= bytes.count, reach.high <= bytes.count - start
        else {
          throw ArrayError(
            .outOfBounds,
            "the storage '\(storage.key)' has \(bytes.count) bytes, fewer than its tensors need")
        }
        raw = try AnyNDArray(
          storage: bytes.memory, offset: bytes.offset + start, dtype: dtype, shape: shape, strides: steps)
      }
    } catch { throw FormatError(.malformed, error.message) }
    return type.isBrainFloat ? widened(raw) : raw
  }

  /// `bfloat16` is the upper half of a `float32`.
  private func widened(_ halves: AnyNDArray) -> AnyNDArray {
    let isBig = storage.storages.byteOrder == .big
    let packed = halves.contiguous()
    let count = packed.count
    let storage = ArrayStorage(uninitializedByteCount: count * 4)
    unsafe packed.withContiguousBytes { source in
      // Safe: the new storage has four bytes for each two of the source, and nobody else knows it.
      let target = unsafe storage.mutableBuffer
      for index in 0..<count {
        let half = unsafe source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        let bits = UInt32(isBig ? UInt16(bigEndian: half) : UInt16(littleEndian: half)) << 16
        unsafe target.storeBytes(of: bits, toByteOffset: index * 4, as: UInt32.self)
      }
    }
    return AnyNDArray(
      uncheckedDType: .float32, shape: shape, strides: Layout.strides(shape, itemSize: 4), offset: 0,
      storage: storage)
  }

  /// What NumPy would pickle: pickles of tensors become pickles of arrays.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue { .array(try array()) }
}
