/// An n-dimensional array of elements of one Swift type.
///
/// A typed window on an ``AnyNDArray``: the elements are in this machine's byte order and aligned, so that they can
/// be read as they lie. A value with copy on write; slices and transposes share memory until one is written to.
///
/// ```swift
/// var a = NDArray<Double>(zeros: 2, 3)
/// a[0, 1] = 2.5
/// a[1, .all] = [1, 2, 3]
/// print(a)
/// // [[0.  2.5 0. ]
/// //  [1.  2.  3. ]]
/// ```
public struct NDArray<Element: ArrayElement>: Sendable {
  /// The array without its static type. Its dtype is `Element.dtype`, its elements are aligned.
  public internal(set) var untyped: AnyNDArray

  @usableFromInline package init(unchecked array: AnyNDArray) { untyped = array }

  /// The same array, typed, without a copy where the bytes can be used as they lie; a foreign byte order, a lack of
  /// alignment or a `bool` byte that is neither 0 nor 1 makes a copy.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the elements are of another type: see
  ///   `AnyNDArray.asType(_:casting:)` for conversions.
  public init(_ array: AnyNDArray) throws(ArrayError) {
    let dtype = try Element.checkedDType
    guard array.dtype.native == dtype else {
      throw ArrayError(.dtypeMismatch, "the array's elements are \(array.dtype.name), not \(dtype.name)")
    }
    var array = array.nativeByteOrder()
    if !array.isAligned(to: MemoryLayout<Element>.alignment) { array = array.packed() }
    if Element.self == Bool.self { array = array.normalizingBools() }
    untyped = array
  }

  /// A new array of zeros (`false` for `Bool`): NumPy's `np.zeros`.
  ///
  /// - Precondition: The shape is one that memory can hold; ``init(zeros:)-([Int])`` throws instead.
  public init(zeros shape: Int...) {
    do throws(ArrayError) { try self.init(zeros: shape) } catch { fatalError(error.message) }
  }

  /// A new array of zeros (`false` for `Bool`): NumPy's `np.zeros`.
  ///
  /// - Throws: ``ArrayError`` for a negative dimension, more than 64 axes, or a size that no `Int` holds.
  public init(zeros shape: [Int]) throws(ArrayError) {
    untyped = try AnyNDArray(zeros: shape, dtype: Element.checkedDType)
  }

  /// A new array of ones: NumPy's `np.ones`.
  ///
  /// - Precondition: The shape is one that memory can hold; ``init(ones:)-([Int])`` throws instead.
  public init(ones shape: Int...) where Element: NumericArrayElement {
    do throws(ArrayError) { try self.init(ones: shape) } catch { fatalError(error.message) }
  }

  /// A new array of ones: NumPy's `np.ones`.
  ///
  /// - Throws: ``ArrayError`` for a negative dimension, more than 64 axes, or a size that memory does not hold.
  public init(ones shape: [Int]) throws(ArrayError) where Element: NumericArrayElement {
    try self.init(repeating: 1, shape: shape)
  }

  /// A new array with the same value everywhere: NumPy's `np.full(shape, value)`.
  ///
  /// - Throws: ``ArrayError`` for a negative dimension, more than 64 axes, or a size that memory does not hold.
  public init(repeating value: Element, shape: [Int]) throws(ArrayError) {
    self = unsafe try NDArray(shape: shape) { buffer in
      // Safe: the buffer's memory is new and of this type.
      unsafe buffer.initialize(repeating: value)
    }
  }

  /// The elements of a Swift array in C order: NumPy's `np.array(elements).reshape(shape)`.
  ///
  /// - Throws: ``ArrayError`` if their number is not that of the shape.
  public init(_ elements: [Element], shape: [Int]) throws(ArrayError) {
    guard Layout.elementCount(shape) == elements.count else {
      throw ArrayError(
        .shapeMismatch, "cannot reshape array of size \(elements.count) into shape \(Layout.describe(shape))")
    }
    self = unsafe try NDArray(shape: shape) { buffer in
      // Safe: both have as many elements as the shape.
      _ = unsafe buffer.initialize(fromContentsOf: elements)
    }
  }

  /// The elements of a Swift array as one axis.
  public init(_ elements: [Element]) {
    do throws(ArrayError) {
      try self.init(elements, shape: [elements.count])
    } catch { fatalError(error.message) }
  }

  /// The elements whose bytes these are, in this machine's byte order and C order, copied: NumPy's
  /// `np.frombuffer(bytes, dtype).reshape(shape)`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if their number is not that of the shape's elements.
  public init(bytes: [UInt8], shape: [Int]) throws(ArrayError) {
    try self.init(AnyNDArray(bytes: bytes, dtype: Element.checkedDType, shape: shape))
  }

  /// Rows of one length as two axes: NumPy's `np.array(rows)`. For literals of any depth see ``init(nested:)``.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the rows differ in length.
  public init(rows: [[Element]]) throws(ArrayError) {
    let length = rows.first?.count ?? 0
    if let row = rows.firstIndex(where: { $0.count != length }) {
      throw ArrayError(.shapeMismatch, "row \(row) has \(rows[row].count) elements, row 0 has \(length)")
    }
    self = unsafe try NDArray(shape: [rows.count, length]) { buffer in
      for (number, row) in rows.enumerated() {
        // Safe: the rows have the length of a row of the shape, and there are as many.
        _ = unsafe buffer.extracting(number * length..<(number + 1) * length).initialize(fromContentsOf: row)
      }
    }
  }

  /// An array of no axes and one value: NumPy's `np.array(3.5)`. ``item()`` takes it out again.
  public init(scalar value: Element) {
    do throws(ArrayError) {
      let dtype = try Element.checkedDType
      let storage = ArrayStorage(uninitializedByteCount: dtype.itemSize)
      // Safe: the storage is new, aligned and as large as the value.
      unsafe storage.baseAddress.storeBytes(of: value, as: Element.self)
      untyped = AnyNDArray(uncheckedDType: dtype, shape: [], strides: [], offset: 0, storage: storage)
    } catch { fatalError(error.message) }
  }

  /// A new C-ordered array whose elements `fill` writes, all of them.
  package init(
    shape: [Int], fill: (UnsafeMutableBufferPointer<Element>) -> Void
  ) throws(ArrayError) {
    untyped = try AnyNDArray(uninitialized: shape, dtype: Element.checkedDType)
    // Safe: the storage is new, aligned, and holds just the shape's elements.
    let buffer = unsafe untyped.storage.mutableBuffer.bindMemory(to: Element.self)
    unsafe fill(UnsafeMutableBufferPointer(rebasing: buffer[..<untyped.count]))
  }

  /// A new C-ordered array of a shape that memory holds, whose elements `write` writes, all of them.
  @usableFromInline
  init(uncheckedShape shape: [Int], writing write: (inout MutableSpan<Element>) -> Void) {
    do throws(ArrayError) {
      self = unsafe try NDArray(shape: shape) { buffer in
        // Safe: any bytes are a value of such a type, and every element is written before the array is seen.
        var span = unsafe MutableSpan(_unsafeElements: buffer)
        write(&span)
      }
    } catch { fatalError(error.message) }
  }

  /// The type of the elements as NumPy has it.
  public var dtype: DType { untyped.dtype }
  /// The length of each axis, the outermost first: NumPy's `shape`.
  public var shape: [Int] { untyped.shape }
  /// The distance in bytes from one element to the next along each axis, negative or 0 in some views: NumPy's `strides`.
  public var strides: [Int] { untyped.strides }
  /// The number of axes: NumPy's `ndim`.
  public var ndim: Int { untyped.ndim }
  /// The number of elements: NumPy's `size`.
  public var count: Int { untyped.count }
  /// Whether there are no elements, as where an axis has length 0.
  public var isEmpty: Bool { untyped.isEmpty }
  /// How many bytes the elements take, without gaps: NumPy's `nbytes`.
  public var nbytes: Int { untyped.nbytes }
  /// Whether the elements follow each other without gaps, the last axis running fastest.
  public var isCContiguous: Bool { untyped.isCContiguous }
  /// Whether the elements follow each other without gaps, the first axis running fastest.
  public var isFContiguous: Bool { untyped.isFContiguous }

  /// The elements in C order as a Swift array, a copy: NumPy's `a.ravel().tolist()`. ``withElements(_:)`` makes none.
  public var elements: [Element] {
    // Safe: the elements are copied within the call.
    unsafe withUnsafeElements { unsafe Array($0) }
  }

  /// The bytes of the elements in C order, a copy: NumPy's `tobytes`.
  public var bytes: [UInt8] { untyped.bytes }

  /// Calls `body` with the elements in C order: the array's own memory where it lies so, else a packed copy.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public func withElements<Result, Failure: Error>(
    _ body: (Span<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withUnsafeElements { (buffer: UnsafeBufferPointer<Element>) throws(Failure) in
      // Safe: the span is used within the call only, while the buffer is valid.
      try body(unsafe Span(_unsafeElements: buffer))
    }
  }

  /// As ``withElements(_:)``, with an unsafe buffer, which is valid during the call only.
  ///
  /// - Throws: What `body` throws, and nothing else.
  @unsafe public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let array = isCContiguous ? untyped : untyped.packed()
    // Safe: `array` holds the storage during the call; the elements are aligned and of this type.
    let start = unsafe array.firstElement.assumingMemoryBound(to: Element.self)
    let result = try unsafe body(UnsafeBufferPointer(start: start, count: array.count))
    extendLifetime(array.storage)
    return result
  }

  /// Calls `body` with the elements, to be changed in place; an array that is not in C order is put in C order first.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public mutating func withMutableElements<Result, Failure: Error>(
    _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safe: the storage lives on until the call is over.
    var span = unsafe MutableSpan(_unsafeStart: ownElements(), count: count)
    let result = try body(&span)
    extendLifetime(untyped.storage)
    return result
  }

  /// The first element, after the array has got memory of its own in C order.
  @unsafe mutating func ownElements() -> UnsafeMutablePointer<Element> {
    if !isCContiguous { untyped = untyped.packed() }
    untyped.makeUnique()
    // Safe: this array alone holds the storage now; the elements are aligned and of this type.
    return unsafe (untyped.storage.baseAddress + untyped.offset).assumingMemoryBound(to: Element.self)
  }
}

extension AnyNDArray {
  /// A typed array without its type.
  public init<Element>(_ array: NDArray<Element>) { self = array.untyped }

  /// Bytes of a file may be anything, a Swift `Bool` may not: what is not 0 becomes 1, as NumPy reads it.
  package func normalizingBools() -> AnyNDArray {
    guard dtype == .bool else { return self }
    var isClean = true
    let plan = LoopPlan(shape: shape, first: strides, second: strides)
    if count > 0, let kernel = ExtremumKernel(UInt8.self) {
      plan.forEachRow { offset, _ in
        var largest: UInt8 = 0
        // Safe: the plan's rows lie within the array, which is held until the end of this function.
        let row = unsafe ItemRun<UInt8>(
          firstElement + plan.firstOffset + offset, step: plan.inner.first, count: plan.inner.count)
        _ = kernel.fold(&largest, row, isMaximum: true)
        isClean = isClean && largest <= 1
      }
    }
    extendLifetime(storage)
    if isClean { return self }
    let copy = packed()
    // Safe: the copy is new and nobody else holds it.
    let buffer = unsafe copy.storage.mutableBuffer
    for index in buffer.indices where unsafe buffer[index] != 0 { unsafe buffer[index] = 1 }
    return copy
  }
}

extension NDArray: ExpressibleByArrayLiteral {
  /// A one-dimensional array; for more axes see ``init(nested:)``.
  public init(arrayLiteral elements: Element...) { self.init(elements) }
}
