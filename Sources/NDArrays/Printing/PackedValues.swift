/// The elements of a packed array in this machine's byte order, or equal parts of them.
struct PackedValues: Sendable {
  private let array: AnyNDArray
  private let offset: Int
  private let stride: Int
  /// The number of elements.
  let count: Int

  /// The elements of an array that must be packed and native.
  init(_ array: AnyNDArray) {
    self.init(array, offset: 0)
  }

  private init(_ array: AnyNDArray, offset: Int) {
    self.array = array
    self.offset = offset
    stride = array.dtype.itemSize
    count = array.count
  }

  /// The imaginary parts, if these are complex numbers; without it a complex number is read as its real part.
  var imaginary: PackedValues { PackedValues(array, offset: stride / 2) }

  /// The size of an element in bytes.
  var itemSize: Int { stride }

  /// The element at an index, read as a value of no more bytes than it has.
  @inline(__always)
  func load<Value: BitwiseCopyable>(_ index: Int, as type: Value.Type) -> Value {
    precondition(index >= 0 && index < count && offset + MemoryLayout<Value>.size <= stride)
    // Safe: the array is packed, so its elements lie one after the other from the first on; checked above.
    return unsafe array.firstElement.loadUnaligned(fromByteOffset: index * stride + offset, as: type)
  }

  /// The bytes of the element at an index.
  func bytes(_ index: Int) -> [UInt8] {
    precondition(index >= 0 && index < count)
    // Safe: as above.
    return unsafe Array(UnsafeRawBufferPointer(start: array.firstElement + index * stride, count: stride))
  }

  /// The code points of a `U` element, without the zeros at its end.
  func codePoints(_ index: Int) -> [UInt32] {
    precondition(index >= 0 && index < count)
    var points: [UInt32] = []
    for place in 0..<(stride / 4) {
      // Safe: as above.
      points.append(
        unsafe array.firstElement.loadUnaligned(fromByteOffset: index * stride + place * 4, as: UInt32.self))
    }
    while points.last == 0 { points.removeLast() }
    return points
  }
}
