extension NDArray {
  /// A part of the array, sharing its memory: `a[2..<6, 4, 3..<4]`.
  ///
  /// - Precondition: Indices and ranges lie within their axes, as for Swift's own arrays. For indices that come from
  ///   users or files use `slice(_:)`, which throws.
  public subscript(_ indices: any AxisIndex...) -> NDArray {
    get {
      do throws(ArrayError) {
        return try slice(indices.map(\.axisSelection))
      } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) {
        try untyped.assign(newValue.untyped, to: indices.map(\.axisSelection))
      } catch { fatalError(error.message) }
    }
  }

  /// A part of the array, sharing its memory.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` or `badIndex`; the message names axis, index and size.
  public func slice(_ selections: [AxisSelection]) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.slice(selections))
  }

  /// A part of the array, sharing its memory, with indices as the subscript takes them: `try a.slice(0..<2, -1)`.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` or `badIndex`; the message names axis, index and size.
  public func slice(_ indices: any AxisIndex...) throws(ArrayError) -> NDArray {
    try slice(indices.map(\.axisSelection))
  }

  /// Gives every element of a part the same value: NumPy's `a[0:2, 3] = 5`.
  ///
  /// ```swift
  /// a[0..<2, 3] = 5
  /// a[.all, -1] = 0
  /// ```
  ///
  /// - Precondition: As for the other subscripts. Only for assigning, and no `nil`: a part that is read is an array, whose only
  ///   element ``item()`` gives.
  @_disfavoredOverload
  public subscript(_ indices: any AxisIndex...) -> Element? {
    @available(*, unavailable, message: "a part of an array is an array; item() gives the only element of one")
    get { fatalError("a part of an array is an array") }
    set {
      // Optional only so that no operator on elements fits: `a[0..<2] += 1` is one on arrays.
      guard let newValue else { fatalError("nil is no element of an array") }
      do throws(ArrayError) {
        try untyped.assign(NDArray(scalar: newValue).untyped, to: indices.map(\.axisSelection))
      } catch { fatalError(error.message) }
    }
  }

  /// A part of the array along its first axis: `m[0]` is the first row of a matrix, and of an array with one axis an array
  /// without any, wherever the type does not ask for an element.
  ///
  /// ```swift
  /// let row = m[0]               // NDArray, as NumPy's m[0]
  /// let twice = m[0] * 2         // so is this
  /// let x: Double = v[0]         // an element
  /// ```
  ///
  /// - Precondition: As for the other subscripts.
  @inlinable
  public subscript(_ index: Int) -> NDArray {
    get {
      do throws(ArrayError) {
        // An element is copied: that is cheaper than a view, and an array is not copied when one of its elements takes the place of
        // another.
        if untyped.shape.count == 1 { return scalar(try element(at: index)) }
        return try slice([.index(index)])
      } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) {
        if untyped.shape.count == 1, newValue.untyped.shape.isEmpty { return try fill(at: index, with: newValue.only) }
        try assign(newValue, at: index)
      } catch { fatalError(error.message) }
    }
  }

  @usableFromInline
  mutating func assign(_ values: NDArray, at index: Int) throws(ArrayError) {
    try untyped.assign(values.untyped, to: [.index(index)])
  }

  /// One element: `a[1, 2, 3]`, an index for every axis, negative ones counted from the end. To read a part of the array add
  /// `.ellipsis`; fewer indices than axes that are assigned to give the whole part that value, as in NumPy: `m[0, 1] = 5`.
  ///
  /// - Precondition: There are as many indices as axes, each within its axis. ``element(at:)-([Int])`` throws instead.
  @inlinable
  public subscript(_ first: Int, _ second: Int, _ rest: Int...) -> Element {
    get {
      do throws(ArrayError) {
        if rest.isEmpty, untyped.shape.count == 2 { return load(at: try offset(of: first, second)) }
        return try element(at: [first, second] + rest)
      } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) {
        guard rest.isEmpty, untyped.shape.count == 2 else {
          return try fill(at: [first, second] + rest, with: newValue)
        }
        _ = try offset(of: first, second)
        makeUnique()
        // Asked for again: the copy may have other strides.
        store(newValue, at: try offset(of: first, second))
      } catch { fatalError(error.message) }
    }
  }

  /// Gives an element, or a part that fewer indices than axes name, one value.
  @usableFromInline
  mutating func fill(at indices: [Int], with value: Element) throws(ArrayError) {
    guard indices.count < ndim else { return try setElement(at: indices, to: value) }
    try untyped.assign(NDArray(scalar: value).untyped, to: indices.map { .index($0) })
  }

  /// How far in the storage an element of a matrix lies.
  @inlinable @inline(__always)
  func offset(of row: Int, _ column: Int) throws(ArrayError) -> Int {
    let (rowPlace, columnPlace) = (
      try Layout.place(of: row, axis: 0, size: untyped.shape[0]),
      try Layout.place(of: column, axis: 1, size: untyped.shape[1])
    )
    return untyped.offset &+ rowPlace &* untyped.strides[0] &+ columnPlace &* untyped.strides[1]
  }

  /// Makes sure that this array alone holds its bytes and may write to them.
  @usableFromInline
  mutating func makeUnique() { untyped.makeUnique() }

  /// One element, by indices that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `badIndex` if the number of indices is not that of the axes, `indexOutOfRange` if
  ///   one is out of bounds.
  public func element(at indices: [Int]) throws(ArrayError) -> Element {
    load(at: try offset(of: indices))
  }

  /// One element, by indices that come from users or files: `try a.element(at: 1, 2)`.
  ///
  /// - Throws: ``ArrayError`` as ``element(at:)-([Int])``.
  public func element(at indices: Int...) throws(ArrayError) -> Element { try element(at: indices) }

  /// The only element of an array of one: NumPy's `item()`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` for any other number of elements.
  public func item() throws(ArrayError) -> Element {
    guard count == 1 else {
      throw ArrayError(.shapeMismatch, "can only convert an array of size 1 to a Swift scalar, not \(count)")
    }
    return only
  }

  /// The first element of an array that has one.
  @inlinable var only: Element { load(at: untyped.offset) }

  /// A number as an array without axes, where an array of such elements is at hand.
  @inlinable
  func scalar(_ value: Element) -> NDArray {
    let made = untyped.newScalar()
    // Safe: the storage is new, aligned and as large as an element, of which this array has made sure.
    unsafe made.storage.baseAddress.assumingMemoryBound(to: Element.self).initialize(to: value)
    return NDArray(unchecked: made)
  }

  /// The element that lies so far in the storage.
  @inlinable
  func load(at distance: Int) -> Element {
    defer { extendLifetime(untyped.storage) }
    // Safe: the caller has the distance from indices that were checked; the elements are aligned and of this type.
    return unsafe (untyped.storage.baseAddress + distance).assumingMemoryBound(to: Element.self).pointee
  }

  /// Changes the element that lies so far in the storage, which nobody else holds.
  @inlinable
  func store(_ value: Element, at distance: Int) {
    // Safe: as above; the caller has made the storage this array's alone.
    unsafe (untyped.storage.baseAddress + distance).assumingMemoryBound(to: Element.self).pointee = value
  }

  /// Changes one element, by indices that come from users or files.
  ///
  /// - Throws: ``ArrayError`` as ``element(at:)-([Int])``.
  public mutating func setElement(at indices: [Int], to value: Element) throws(ArrayError) {
    _ = try offset(of: indices)
    untyped.makeUnique()
    // Asked for again: the copy may have other strides.
    store(value, at: try offset(of: indices))
  }

  private func offset(of indices: [Int]) throws(ArrayError) -> Int {
    guard indices.count == ndim else {
      throw isOfPart(indexCount: indices.count)
    }
    var distance = untyped.offset
    for axis in indices.indices {
      let place = try Layout.place(of: indices[axis], axis: axis, size: untyped.shape[axis])
      distance += place &* untyped.strides[axis]
    }
    return distance
  }
}
