internal import ParallelLoops

/// How to walk over two operands and a result of one shape at once: axes in the order of memory, merged where possible.
struct ElementwisePlan: Sendable {
  struct Axis: Sendable {
    var count: Int
    /// Distances in bytes.
    var left: Int
    var right: Int
    var result: Int
  }

  /// The axes, the outermost first, without the innermost.
  let axes: [Axis]
  /// The innermost axis.
  let inner: Axis

  /// The strides of a new result, in the order of memory of the operands, as NumPy chooses it: C order but for axes that
  /// all operands have the other way round.
  static func resultStrides(_ shape: [Int], itemSize: Int, _ left: [Int], _ right: [Int]) -> [Int] {
    var order = Array(shape.indices)
    for index in order.indices.dropFirst() {
      var place = index
      while place > 0, isOutside(order[place], order[place - 1], shape, left, right) {
        order.swapAt(place - 1, place)
        place -= 1
      }
    }
    var strides = [Int](repeating: 0, count: shape.count)
    var step = itemSize
    for axis in order.reversed() {
      strides[axis] = step
      step = step &* max(1, shape[axis])
    }
    return strides
  }

  /// Whether an axis belongs outside of one before it: no operand that runs along both says otherwise, and one says so.
  private static func isOutside(_ later: Int, _ earlier: Int, _ shape: [Int], _ left: [Int], _ right: [Int]) -> Bool {
    guard shape[later] != 1, shape[earlier] != 1 else { return false }
    var answer = false
    for strides in [left, right] where strides[later] != 0 && strides[earlier] != 0 {
      if strides[later].magnitude <= strides[earlier].magnitude { return false }
      answer = true
    }
    return answer
  }

  init(shape: [Int], left: [Int], right: [Int], result: [Int]) {
    // The largest stride of the result outermost; of equal ones the first.
    let order = shape.indices.filter { shape[$0] != 1 }.sorted {
      (result[$0].magnitude, $1) > (result[$1].magnitude, $0)
    }
    var merged: [Axis] = []
    for axis in order {
      let next = Axis(count: shape[axis], left: left[axis], right: right[axis], result: result[axis])
      if let last = merged.last, last.result == next.count &* next.result, last.left == next.count &* next.left,
        last.right == next.count &* next.right
      {
        merged[merged.count - 1].count = last.count &* next.count
        (merged[merged.count - 1].left, merged[merged.count - 1].right) = (next.left, next.right)
        merged[merged.count - 1].result = next.result
      } else {
        merged.append(next)
      }
    }
    inner = merged.popLast() ?? Axis(count: 1, left: 0, right: 0, result: 0)
    axes = merged
  }

  /// A part of a row: the offsets of its first elements in bytes, and how many there are.
  struct Part: Sendable {
    var left: Int
    var right: Int
    var result: Int
    var count: Int
  }

  /// Calls `body` for parts of all rows, on all cores where that is worth it. No two parts share a result.
  ///
  /// - Parameter size: How many bytes an element's operands and result have together.
  @inline(__always)
  func forEachPart(bytesEach size: Int, _ body: @Sendable (Part) -> Void) {
    let grain = ParallelGrain.elements(ofBytes: size)
    let rows = axes.reduce(1) { $0 * $1.count }
    if rows == 1 {
      let inner = inner
      Parallel.forEachRange(of: inner.count, grain: grain) { (range: Range<Int>) throws(Never) in
        let first = range.lowerBound
        body(
          Part(left: first * inner.left, right: first * inner.right, result: first * inner.result, count: range.count))
      }
    } else {
      Parallel.forEachRange(of: rows, grain: max(1, grain / max(1, inner.count))) {
        (range: Range<Int>) throws(Never) in forEachRow(range, body)
      }
    }
  }

  private func forEachRow(_ rows: Range<Int>, _ body: (Part) -> Void) {
    guard !rows.isEmpty else { return }
    var position = [Int](repeating: 0, count: axes.count)
    var part = Part(left: 0, right: 0, result: 0, count: inner.count)
    var rest = rows.lowerBound
    for axis in axes.indices.reversed() {
      position[axis] = rest % axes[axis].count
      rest /= axes[axis].count
      part.left += position[axis] * axes[axis].left
      part.right += position[axis] * axes[axis].right
      part.result += position[axis] * axes[axis].result
    }
    for _ in rows {
      body(part)
      var axis = axes.count - 1
      while axis >= 0 {
        let step = axes[axis]
        position[axis] += 1
        part.left += step.left
        part.right += step.right
        part.result += step.result
        if position[axis] < step.count { break }
        part.left -= step.count * step.left
        part.right -= step.count * step.right
        part.result -= step.count * step.result
        position[axis] = 0
        axis -= 1
      }
    }
  }
}
