/// The shapes of a matrix product: which axes are matrices, which are batches, and what comes out.
struct MatrixShapes {
  /// The factors with two axes at least, their batch axes broadcast to each other's.
  let left: AnyNDArray
  let right: AnyNDArray
  /// The axes before the last two.
  let batch: [Int]
  /// The shape of the product: the axis that a one-dimensional factor was given is gone again.
  let result: [Int]

  /// - Throws: ``ArrayError`` with code `shapeMismatch` in NumPy's words.
  init(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) {
    for (number, factor) in [left, right].enumerated() where factor.ndim == 0 {
      throw ArrayError(
        .shapeMismatch,
        "matmul: Input operand \(number) does not have enough dimensions (has 0, a matrix product needs 1 or more)"
      )
    }
    let a = left.ndim == 1 ? left.addingAxis(at: 0) : left
    let b = right.ndim == 1 ? right.addingAxis(at: 1) : right
    let steps = a.shape[a.ndim - 1]
    guard b.shape[b.ndim - 2] == steps else {
      throw ArrayError(
        .shapeMismatch,
        "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) "
          + "(size \(b.shape[b.ndim - 2]) is different from \(steps)): the shapes are \(Layout.describe(left.shape)) and "
          + Layout.describe(right.shape))
    }
    let batch = try Layout.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    self.batch = batch
    self.left = try a.broadcast(to: batch + a.shape.suffix(2))
    self.right = try b.broadcast(to: batch + b.shape.suffix(2))
    var result = batch
    if left.ndim > 1 { result.append(a.shape[a.ndim - 2]) }
    if right.ndim > 1 { result.append(b.shape[b.ndim - 1]) }
    self.result = result
  }

  /// The matrices of one batch, numbered in C order.
  func factors(of index: Int) -> (left: MatrixView, right: MatrixView) {
    var rest = index
    var (leftOffset, rightOffset) = (0, 0)
    for axis in batch.indices.reversed() {
      let place = rest % batch[axis]
      rest /= batch[axis]
      leftOffset += place * left.strides[axis]
      rightOffset += place * right.strides[axis]
    }
    // Safe: the offsets are those of places within the shape.
    return unsafe (
      MatrixShapes.view(left, left.firstElement + leftOffset),
      MatrixShapes.view(right, right.firstElement + rightOffset)
    )
  }

  private static func view(_ array: AnyNDArray, _ start: UnsafeRawPointer) -> MatrixView {
    let axis = array.ndim - 2
    // Safe: shape and strides are the array's, from one of its matrices on, which lies within its storage.
    return unsafe MatrixView(
      start, rows: array.shape[axis], columns: array.shape[axis + 1], rowStride: array.strides[axis],
      columnStride: array.strides[axis + 1])
  }
}

extension AnyNDArray {
  /// The same elements with an axis of length 1 before `axis`.
  func addingAxis(at axis: Int) -> AnyNDArray {
    var (shape, strides) = (shape, strides)
    shape.insert(1, at: axis)
    strides.insert(0, at: axis)
    return AnyNDArray(uncheckedDType: dtype, shape: shape, strides: strides, offset: offset, storage: storage)
  }
}

extension Layout {
  /// The shape that two shapes are repeated to: NumPy's `np.broadcast_shapes`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if an axis differs and is 1 in neither.
  package static func broadcast(_ left: [Int], _ right: [Int]) throws(ArrayError) -> [Int] {
    let count = max(left.count, right.count)
    var result = [Int](repeating: 1, count: count)
    for shape in [left, right] {
      let missing = count - shape.count
      for axis in shape.indices where shape[axis] != 1 {
        guard result[axis + missing] == 1 || result[axis + missing] == shape[axis] else {
          throw ArrayError(
            .shapeMismatch,
            "operands could not be broadcast together with shapes \(describe(left)) \(describe(right))")
        }
        result[axis + missing] = shape[axis]
      }
    }
    return result
  }
}
