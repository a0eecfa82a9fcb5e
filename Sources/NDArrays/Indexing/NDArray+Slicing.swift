extension NDArray {
  /// A part of the array, sharing its memory: `a[2..<6, 4, 3..<4]`.
  ///
  /// - Precondition: Indices and ranges lie within their axes, as for Swift's own arrays. For indices that come from
  ///   users or files use ``slice(_:)``, which throws.
  public subscript(_ indices: any AxisIndex...) -> NDArray {
    get {
      do throws(ArrayError) {
        return try slice(indices.map(\.axisSelection))
      } catch { preconditionFailure(error.message) }
    }
    set {
      do throws(ArrayError) {
        try untyped.assign(newValue.untyped, to: indices.map(\.axisSelection))
      } catch { preconditionFailure(error.message) }
    }
  }

  /// A part of the array, sharing its memory.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` or `badIndex`; the message names axis, index and size.
  public func slice(_ selections: [AxisSelection]) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.slice(selections))
  }

  /// One element: `a[1, 2, 3]`, an index for every axis, negative ones counted from the end.
  ///
  /// - Precondition: There are as many indices as axes, each within its axis. ``element(at:)`` throws instead.
  public subscript(_ indices: Int...) -> Element {
    get {
      // Safe: `offset(of:)` has checked every index; the elements are aligned and of this type.
      let distance = offset(of: indices)
      return unsafe (untyped.storage.baseAddress + distance).assumingMemoryBound(to: Element.self).pointee
    }
    set {
      _ = offset(of: indices)
      untyped.makeUnique()
      // Asked for again: the copy may have other strides.
      let distance = offset(of: indices)
      // Safe: as above; this array alone holds the storage now.
      unsafe (untyped.storage.baseAddress + distance).assumingMemoryBound(to: Element.self).pointee = newValue
    }
  }

  /// One element, by indices that come from users or files.
  ///
  /// - Throws: ``ArrayError`` if the number of indices is not that of the axes, or one is out of bounds.
  public func element(at indices: [Int]) throws(ArrayError) -> Element {
    guard indices.count == ndim else {
      throw ArrayError(.badIndex, "\(indices.count) indices for an array of \(ndim) dimensions")
    }
    let view = try slice(indices.map { .index($0) })
    // Safe: the slice's first element lies within the storage, aligned and of this type.
    return unsafe view.untyped.firstElement.assumingMemoryBound(to: Element.self).pointee
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(
      indices.count == ndim,
      "\(indices.count) indices for an array of \(ndim) dimensions; for a part of it add .ellipsis")
    var distance = untyped.offset
    for axis in indices.indices {
      let size = untyped.shape[axis]
      let place = indices[axis] < 0 ? indices[axis] &+ size : indices[axis]
      precondition(
        place >= 0 && place < size, "index \(indices[axis]) is out of bounds for axis \(axis) with size \(size)")
      distance += place * untyped.strides[axis]
    }
    return distance
  }
}
