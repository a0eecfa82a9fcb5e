/// Selections applied to a shape: for every axis of the source where to begin, how many places, how far apart.
///
/// Knows no strides and no bytes, so that a reader can find out what a slice of a file needs before it reads.
package struct ResolvedSlice: Sendable {
  package struct Axis: Sendable {
    package var start: Int
    package var count: Int
    package var step: Int
    /// Whether the axis stays in the result.
    package var isKept: Bool
  }

  /// One entry for each axis of the source.
  package var axes: [Axis] = []
  /// The result's axes in order: an axis of the source, or `nil` for a new one.
  package var result: [Int?] = []

  package var shape: [Int] { result.map { $0.map { axes[$0].count } ?? 1 } }

  /// - Throws: ``ArrayError`` for an index or range out of bounds, too many indices, a second ellipsis, a step of 0.
  package init(_ selections: [AxisSelection], shape: [Int]) throws(ArrayError) {
    let used = selections.count(where: { $0 != .ellipsis && $0 != .newAxis })
    guard used <= shape.count else {
      throw ArrayError(
        .badIndex,
        "too many indices for array: array is \(shape.count)-dimensional, but \(used) were indexed")
    }
    guard selections.count(where: { $0 == .ellipsis }) <= 1 else {
      throw ArrayError(.badIndex, "an index can only have a single ellipsis ('...')")
    }
    var hasEllipsis = false
    for selection in selections {
      let axis = axes.count
      switch selection {
      case .newAxis: result.append(nil)
      case .ellipsis:
        hasEllipsis = true
        keepWhole(shape.count - used, of: shape)
      case .index(let index):
        let place = try Layout.place(of: index, axis: axis, size: shape[axis])
        axes.append(Axis(start: place, count: 1, step: 1, isKept: false))
      case .range(let lower, let upper):
        let range = try ResolvedSlice.range(lower, upper, axis: axis, size: shape[axis])
        append(Axis(start: range.lowerBound, count: range.count, step: 1, isKept: true))
      case .slice(let start, let stop, let step):
        guard step != 0 else { throw ArrayError(.badIndex, "slice step cannot be zero") }
        append(ResolvedSlice.slice(start, stop, step, size: shape[axis]))
      }
    }
    if !hasEllipsis { keepWhole(shape.count - used, of: shape) }
    guard result.count <= Layout.maxAxes else {
      throw ArrayError(.tooLarge, "an array has at most \(Layout.maxAxes) axes, not \(result.count)")
    }
  }

  private mutating func append(_ axis: Axis) {
    result.append(axes.count)
    axes.append(axis)
  }

  private mutating func keepWhole(_ count: Int, of shape: [Int]) {
    for _ in 0..<count { append(Axis(start: 0, count: shape[axes.count], step: 1, isKept: true)) }
  }

  private static func range(_ lower: Int?, _ upper: Int?, axis: Int, size: Int) throws(ArrayError) -> Range<Int> {
    let from = lower.map { $0 < 0 ? $0 + size : $0 } ?? 0
    let to = upper.map { $0 < 0 ? $0 + size : $0 } ?? size
    guard from >= 0, from <= to, to <= size else {
      let text = "\(lower.map(String.init) ?? "")..<\(upper.map(String.init) ?? "")"
      throw ArrayError(.indexOutOfRange, "range \(text) is out of bounds for axis \(axis) with size \(size)")
    }
    return from..<to
  }

  /// Python's rules for cutting a slice to a size (`PySlice_AdjustIndices`).
  private static func slice(_ start: Int?, _ stop: Int?, _ step: Int, size: Int) -> Axis {
    // Python cuts the step so that it can be negated.
    let step = max(step, -Int.max)
    func cut(_ bound: Int) -> Int {
      let place = bound < 0 ? bound.addingReportingOverflow(size).partialValue : bound
      if place < 0 { return step < 0 ? -1 : 0 }
      if place >= size { return step < 0 ? size - 1 : size }
      return place
    }
    let from = start.map(cut) ?? (step < 0 ? size - 1 : 0)
    let to = stop.map(cut) ?? (step < 0 ? -1 : size)
    let distance = step > 0 ? to - from : from - to
    let count = distance > 0 ? (distance - 1) / abs(step) + 1 : 0
    // A step that is never taken may be any number: cut to the axis, its product with a stride is one of the array's.
    let longest = max(1, size)
    let taken = count > 1 ? step : min(max(step, -longest), longest)
    return Axis(start: count == 0 ? 0 : from, count: count, step: taken, isKept: true)
  }
}
