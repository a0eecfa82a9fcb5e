/// How to walk over two layouts of one shape at once: axes in the first's order of memory, merged where possible.
package struct LoopPlan {
  package struct Axis {
    package var count: Int
    package var first: Int
    package var second: Int
  }

  /// The axes, the outermost first, without the innermost.
  package private(set) var axes: [Axis] = []
  /// The innermost axis.
  package private(set) var inner = Axis(count: 1, first: 0, second: 0)
  /// Where the walk begins in each layout, in bytes from its first element: not 0 if an axis is walked backwards.
  package private(set) var firstOffset = 0
  package private(set) var secondOffset = 0
  /// An outer axis along which the second layout runs on, while the inner axis jumps: worth tiles.
  package private(set) var tileAxis: Int?

  /// - Parameter keepingOrder: Whether the elements must be visited in C order; axes are merged all the same.
  package init(shape: [Int], first: [Int], second: [Int], keepingOrder: Bool = false) {
    var all: [Axis] = []
    for axis in shape.indices where shape[axis] != 1 {
      var next = Axis(count: shape[axis], first: first[axis], second: second[axis])
      if next.first < 0, !keepingOrder {
        // Wrapping, here and below: the strides of an empty array are never followed.
        firstOffset = firstOffset &+ (next.count &- 1) &* next.first
        secondOffset = secondOffset &+ (next.count &- 1) &* next.second
        next.first = 0 &- next.first
        next.second = 0 &- next.second
      }
      all.append(next)
    }
    if !keepingOrder {
      // A stable insertion sort: the largest stride of the first layout outermost.
      for index in all.indices.dropFirst() {
        var place = index
        while place > 0, all[place - 1].first < all[place].first {
          all.swapAt(place - 1, place)
          place -= 1
        }
      }
    }
    var merged: [Axis] = []
    for axis in all {
      if let last = merged.last, last.first == axis.count &* axis.first, last.second == axis.count &* axis.second {
        merged[merged.count - 1] = Axis(count: last.count &* axis.count, first: axis.first, second: axis.second)
      } else {
        merged.append(axis)
      }
    }
    if let last = merged.popLast() { inner = last }
    axes = merged
    if inner.count > 8, inner.second.magnitude > 64 {
      tileAxis = axes.indices.min { axes[$0].second.magnitude < axes[$1].second.magnitude }
      if let tile = tileAxis, axes[tile].second.magnitude >= inner.second.magnitude || axes[tile].count < 8 {
        tileAxis = nil
      }
    }
  }

  /// Calls `body` with both offsets of the start of every row along the inner axis.
  @inline(__always)
  package func forEachRow(leavingOut left: Int? = nil, _ body: (Int, Int) -> Void) {
    forEachRowThrowing(leavingOut: left) { (first: Int, second: Int) throws(Never) in body(first, second) }
  }

  /// As ``forEachRow(leavingOut:_:)``, for a body that may stop the walk by throwing.
  @inline(__always)
  package func forEachRowThrowing<Failure: Error>(
    leavingOut left: Int? = nil, _ body: (Int, Int) throws(Failure) -> Void
  ) throws(Failure) {
    let walked = left.map { skip in axes.indices.filter { $0 != skip }.map { axes[$0] } } ?? axes
    var position = [Int](repeating: 0, count: walked.count)
    var first = 0
    var second = 0
    while true {
      try body(first, second)
      var axis = walked.count - 1
      while axis >= 0 {
        position[axis] += 1
        first += walked[axis].first
        second += walked[axis].second
        if position[axis] < walked[axis].count { break }
        first -= position[axis] * walked[axis].first
        second -= position[axis] * walked[axis].second
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
