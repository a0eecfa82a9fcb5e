/// An n-dimensional array whose dtype is known at run time: what every file holds.
///
/// A value: a slice or a transpose shares the bytes of the array it came from until one of them is written to,
/// which copies first. Strides are in bytes and may be negative or zero; there are 0 to 64 axes.
///
/// ```swift
/// let any = try AnyNDArray(contentsOf: "arr.npy")
/// print(any.dtype.notation, any.shape)      // <f8 [10, 8, 9]
/// print(any[0, .ellipsis, 2..<4])           // prints as NumPy prints
/// let typed = try NDArray<Double>(any)      // no copy
/// ```
public struct AnyNDArray: Sendable {
  /// The type of the elements, with the byte order that they have in memory.
  public let dtype: DType
  /// The length of each axis; empty for one element without axes.
  public let shape: [Int]
  /// The distance in bytes from one element to the next along each axis.
  public let strides: [Int]
  /// Where the first element begins, in bytes from the start of the storage.
  @usableFromInline package let offset: Int
  /// Who owns the bytes.
  @usableFromInline package var storage: ArrayStorage

  /// A view whose bounds are known to be right.
  package init(uncheckedDType dtype: DType, shape: [Int], strides: [Int], offset: Int, storage: ArrayStorage) {
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.storage = storage
    checkInvariants()
  }

  /// A view of a storage's bytes.
  ///
  /// - Parameters:
  ///   - storage: Who owns the bytes.
  ///   - offset: Where the first element begins.
  ///   - strides: In bytes; left out, the elements follow each other in C order.
  /// - Throws: ``ArrayError`` if the view would reach outside the storage, or has more than 64 axes.
  public init(storage: ArrayStorage, offset: Int = 0, dtype: DType, shape: [Int], strides: [Int]? = nil)
    throws(ArrayError)
  {
    try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    let packed = Layout.strides(shape, itemSize: dtype.itemSize)
    var strides = strides ?? packed
    guard strides.count == shape.count else {
      throw ArrayError(.shapeMismatch, "\(strides.count) strides for \(shape.count) axes")
    }
    // A stride that is never followed may be any number; calculating with it must not overflow.
    for axis in shape.indices where shape[axis] < 2 || shape.contains(0) {
      if strides[axis].magnitude > UInt(storage.byteCount) { strides[axis] = packed[axis] }
    }
    guard let reach = Layout.reach(shape, strides, itemSize: dtype.itemSize), offset >= 0,
      offset <= storage.byteCount, offset + reach.low >= 0, reach.high <= storage.byteCount - offset
    else {
      throw ArrayError(
        .outOfBounds,
        "an array of shape \(Layout.describe(shape)) and \(dtype.itemSize) bytes an element does not lie within "
          + "\(storage.byteCount) bytes")
    }
    self.init(uncheckedDType: dtype, shape: shape, strides: strides, offset: offset, storage: storage)
  }

  /// A new array, all bytes zero: NumPy's `np.zeros`.
  ///
  /// - Throws: ``ArrayError`` for negative dimensions, more than 64 axes, or a size that no `Int` holds.
  public init(zeros shape: [Int], dtype: DType, fortran: Bool = false) throws(ArrayError) {
    let count = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    try ArrayStorage.requireRoom(for: count)
    self.init(
      uncheckedDType: dtype, shape: shape, strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran),
      offset: 0, storage: ArrayStorage(zeroedByteCount: count))
  }

  /// A new array whose bytes are undefined until somebody has written them all.
  ///
  /// - Parameter strides: Those of the same elements without gaps; by `fortran` if left out.
  package init(
    uninitialized shape: [Int], dtype: DType, fortran: Bool = false, strides: [Int]? = nil
  ) throws(ArrayError) {
    let count = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    try ArrayStorage.requireRoom(for: count)
    self.init(
      uncheckedDType: dtype, shape: shape,
      strides: strides ?? Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: 0,
      storage: ArrayStorage(uninitializedByteCount: count))
  }

  /// An array without axes of the same dtype, whose element is yet to be written.
  @usableFromInline
  func newScalar() -> AnyNDArray {
    AnyNDArray(
      uncheckedDType: dtype, shape: [], strides: [], offset: 0,
      storage: ArrayStorage(uninitializedByteCount: dtype.itemSize))
  }

  /// The packed bytes of an array's elements, copied.
  ///
  /// - Throws: ``ArrayError`` if their number is not that of the shape's elements.
  public init(bytes: [UInt8], dtype: DType, shape: [Int], fortran: Bool = false) throws(ArrayError) {
    try self.init(uninitialized: shape, dtype: dtype, fortran: fortran)
    guard storage.byteCount == bytes.count else {
      throw ArrayError(
        .shapeMismatch, "\(bytes.count) bytes for an array of shape \(Layout.describe(shape)), which has \(nbytes)")
    }
    // Safe: the storage is new and has just this many bytes.
    unsafe storage.mutableBuffer.copyBytes(from: bytes)
  }

  /// The number of bytes of a shape's elements, checked.
  ///
  /// As in NumPy (`PyArray_NewFromDescr_int`), axes of length 0 are left out of the check: the other lengths of an empty
  /// array have to fit all the same, so that its strides, and what slices make of them, can be computed.
  @discardableResult
  package static func check(shape: [Int], itemSize: Int) throws(ArrayError) -> Int {
    guard shape.count <= Layout.maxAxes else {
      throw ArrayError(.tooLarge, "an array has at most \(Layout.maxAxes) axes, not \(shape.count)")
    }
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw ArrayError(.shapeMismatch, "negative dimensions are not allowed: \(Layout.describe(shape))")
    }
    guard let extent = Layout.elementCount(shape.filter { $0 != 0 }),
      !extent.multipliedReportingOverflow(by: itemSize).overflow
    else {
      throw ArrayError(.tooLarge, "array is too big: shape \(Layout.describe(shape)), \(itemSize) bytes an element")
    }
    return shape.contains(0) ? 0 : extent * itemSize
  }

  /// The number of axes: NumPy's `ndim`.
  public var ndim: Int { shape.count }

  /// The number of elements: NumPy's `size`.
  public var count: Int { Layout.elementCount(shape) ?? 0 }

  /// Whether there are no elements, as where an axis has length 0.
  public var isEmpty: Bool { shape.contains(0) }

  /// How many bytes the elements take, without gaps: NumPy's `nbytes`.
  public var nbytes: Int { count * dtype.itemSize }

  /// Whether the elements follow each other without gaps, the last axis running fastest.
  public var isCContiguous: Bool { Layout.isContiguous(shape, strides, itemSize: dtype.itemSize) }

  /// Whether the elements follow each other without gaps, the first axis running fastest.
  public var isFContiguous: Bool { Layout.isContiguous(shape, strides, itemSize: dtype.itemSize, fortran: true) }

  /// Whether every element begins at a multiple of its alignment.
  public var isAligned: Bool { isAligned(to: dtype.alignment) }

  func isAligned(to alignment: Int) -> Bool {
    // Safe: only the address is looked at.
    let address = unsafe Int(bitPattern: storage.baseAddress) + offset
    return count == 0 || (address % alignment == 0 && zip(shape, strides).allSatisfy { $0 < 2 || $1 % alignment == 0 })
  }

  /// The address of the first element.
  package var firstElement: UnsafeRawPointer {
    // Safe: the offset lies within the storage, or at its end for an array without elements.
    unsafe UnsafeRawPointer(storage.baseAddress + offset)
  }

  /// Calls `body` with the packed bytes of the elements in C order: the array's own where they lie so, else a copy.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public func withContiguousBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let array = isCContiguous ? self : packed()
    // Safe: the storage, held by `array`, outlives the call and has `nbytes` bytes from the first element on.
    let result = try unsafe body(UnsafeRawBufferPointer(start: array.firstElement, count: array.nbytes))
    extendLifetime(array.storage)
    return result
  }

  /// The packed bytes in C order: NumPy's `tobytes`.
  public var bytes: [UInt8] {
    // Safe: the bytes are copied within the call.
    unsafe withContiguousBytes { unsafe Array($0) }
  }

  /// A copy with bytes of its own in C (or Fortran) order, in the same dtype.
  public func packed(fortran: Bool = false) -> AnyNDArray {
    let result = AnyNDArray(
      uncheckedDType: dtype, shape: shape,
      strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: 0,
      storage: ArrayStorage(uninitializedByteCount: nbytes))
    StridedCopy.copy(from: self, toNew: result)
    return result
  }

  /// The array itself if it is packed in C order, else a packed copy: NumPy's `ascontiguousarray`.
  public func contiguous() -> AnyNDArray { isCContiguous ? self : packed() }

  /// The array in this machine's byte order, itself if it already is; a copy has the same order of axes in memory.
  public func nativeByteOrder() -> AnyNDArray {
    if dtype.isNative { return self }
    let result = AnyNDArray(
      uncheckedDType: dtype.native, shape: shape,
      strides: ElementwisePlan.resultStrides(shape, itemSize: dtype.itemSize, strides, strides), offset: 0,
      storage: ArrayStorage(uninitializedByteCount: nbytes))
    StridedCopy.copy(from: self, toNew: result)
    return result
  }

  /// The same bytes read as another dtype of the same size, without a copy: NumPy's `view`.
  ///
  /// - Throws: ``ArrayError`` if the sizes differ.
  public func viewed(as dtype: DType) throws(ArrayError) -> AnyNDArray {
    guard dtype.itemSize == self.dtype.itemSize, dtype.hasObjects == self.dtype.hasObjects else {
      throw ArrayError(
        .dtypeMismatch, "elements of \(self.dtype.itemSize) bytes cannot be seen as \(dtype.notation)")
    }
    return AnyNDArray(uncheckedDType: dtype, shape: shape, strides: strides, offset: offset, storage: storage)
  }

  /// One field of a structured array, as a view without a copy; a subarray's axes come last.
  ///
  /// - Throws: ``ArrayError`` if there is no such field.
  public func field(_ name: String) throws(ArrayError) -> AnyNDArray {
    guard let field = dtype.field(name) else {
      throw ArrayError(.noSuchField, "no field of name \(name)\(dtype.fieldList)")
    }
    let view = AnyNDArray(
      uncheckedDType: field.dtype, shape: shape, strides: strides, offset: count == 0 ? offset : offset + field.offset,
      storage: storage)
    return try view.expandingSubarray()
  }

  /// One field of a structured array, as a view without a copy: NumPy's `a["x"]`. ``setField(_:to:)`` changes it.
  ///
  /// ```swift
  /// let magnitudes = try AnyNDArray(contentsOf: "stars.npy")["magnitude"].asType(Double.self)
  /// ```
  ///
  /// - Throws: ``ArrayError`` with code `noSuchField`; its message lists the names that there are.
  public subscript(_ field: String) -> AnyNDArray {
    get throws(ArrayError) { try self.field(field) }
  }

  /// An array of subarrays as an array of their elements, with more axes, without a copy.
  package func expandingSubarray() throws(ArrayError) -> AnyNDArray {
    guard let (inner, innerShape) = dtype.flattenedSubarray else { return self }
    let expanded = shape + innerShape
    try AnyNDArray.check(shape: expanded, itemSize: inner.itemSize)
    return AnyNDArray(
      uncheckedDType: inner, shape: expanded,
      strides: strides + Layout.strides(innerShape, itemSize: inner.itemSize), offset: offset, storage: storage)
  }

  /// Makes sure that this array alone holds its bytes and may write to them.
  package mutating func makeUnique() {
    if storage.isWritable, isKnownUniquelyReferenced(&storage) { return }
    self = packed(fortran: isFContiguous && !isCContiguous)
  }
}
