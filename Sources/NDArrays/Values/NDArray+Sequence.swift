extension NDArray: Sequence {
  /// The elements in C order.
  ///
  /// ```swift
  /// for element in array { print(element) }
  /// let total = array.reduce(0, +)
  /// ```
  ///
  /// An array that does not lie in C order is copied first.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// The number of elements.
  public var underestimatedCount: Int { count }

  /// Calls `body` with the array's own memory, if it lies in C order.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    guard isCContiguous else { return nil }
    // Safe: the buffer is lent for the call.
    return try unsafe withUnsafeElements(body)
  }

  /// The elements of an array, one after the other.
  ///
  /// Safe: it holds the memory that it points into, which nobody changes while it is shared.
  @safe public struct Iterator: IteratorProtocol {
    /// Holds the memory that `next` points into.
    @usableFromInline let storage: ArrayStorage
    @usableFromInline var place: UnsafePointer<Element>
    @usableFromInline let end: UnsafePointer<Element>

    init(_ array: NDArray) {
      let packed = array.untyped.contiguous()
      storage = packed.storage
      // Safe: the elements are aligned and of this type, and lie one after the other.
      unsafe place = packed.firstElement.assumingMemoryBound(to: Element.self)
      unsafe end = place + packed.count
    }

    /// The next element in C order; `nil` after the last.
    @inlinable
    public mutating func next() -> Element? {
      guard unsafe place < end else { return nil }
      // Safe: `place` is before the end of the elements, which `storage` holds.
      defer { unsafe place += 1 }
      return unsafe place.pointee
    }
  }
}

extension NDArray {
  /// The parts along the first axis, which share the array's memory: what Python's `for row in a` goes over.
  ///
  /// ```swift
  /// for row in m.rows { print(row.sum()) }
  /// ```
  ///
  /// An array without axes has none.
  public var rows: [NDArray] { (0..<(shape.first ?? 0)).map { part(at: $0) } }
}

extension AnyNDArray {
  /// The parts along the first axis, which share the array's memory: what Python's `for row in a` goes over. Of a table of records
  /// these are arrays of one record each: see ``rows(as:)`` for Swift's values.
  ///
  /// An array without axes has none.
  public var rows: [AnyNDArray] { (0..<(shape.first ?? 0)).map { part(at: $0) } }
}

extension NDArray {
  /// The part at a place of the first axis, which is there.
  fileprivate func part(at index: Int) -> NDArray { NDArray(unchecked: untyped.part(at: index)) }
}

extension AnyNDArray {
  /// The part at a place of the first axis, which is there: ``slice(_:)`` for loops, without a plan of the slice.
  fileprivate func part(at index: Int) -> AnyNDArray {
    let rest = Array(shape.dropFirst())
    // Nothing is read of a part without elements, which stays at the array's start.
    let start = rest.contains(0) ? offset : offset &+ index &* strides[0]
    return AnyNDArray(
      uncheckedDType: dtype, shape: rest, strides: Array(strides.dropFirst()), offset: start, storage: storage)
  }
}

extension NDArray: Hashable {
  /// Hashes what `==` compares: shape and elements. Goes through all of them.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    for element in self { hasher.combine(element) }
  }
}

extension NDArray: CustomReflectable {
  /// Shape, dtype and what is printed: for debuggers and `dump`.
  public var customMirror: Mirror {
    Mirror(self, children: ["shape": shape, "dtype": dtype.name, "elements": description], displayStyle: .struct)
  }
}

extension AnyNDArray: CustomReflectable {
  /// Shape, dtype and what is printed: for debuggers and `dump`.
  public var customMirror: Mirror {
    Mirror(self, children: ["shape": shape, "dtype": dtype.name, "elements": description], displayStyle: .struct)
  }
}

extension AnyNDArray: Equatable {
  /// Whether shapes, dtypes (but for the byte order) and all elements are equal; NaN equals nothing. Elements that have no
  /// equality, such as objects, equal nothing.
  public static func == (left: AnyNDArray, right: AnyNDArray) -> Bool {
    (try? left.isEqual(to: right)) ?? false
  }
}
