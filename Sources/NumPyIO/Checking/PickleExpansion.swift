internal import ByteIO
internal import PythonPickle

/// How large and how deep a value would be if nothing in it were shared: what printing, comparing or hashing it takes.
///
/// A hundred bytes can stand for a billion values, as a list of ten lists of ten lists, and so on, each of them one object.
struct PickleExpansion {
  private struct Extent {
    var count: Double
    var depth: Int
  }

  private var extents: [ObjectIdentifier: Extent] = [:]
  private var open: Set<ObjectIdentifier> = []

  /// From so many values on, if they are so many times what is there, a value is refused.
  private static let (most, mostRepeated) = (1e8, 1e4)
  /// Python cannot print, compare or copy what is nested far less deep.
  private static let deepest = 10_000

  /// What is wrong with a value as a whole; `nil` for an honest one.
  static func fault(in value: PickleValue) -> FormatError? {
    guard let root = value.identity else { return nil }
    var expansion = PickleExpansion()
    expansion.measure(value)
    guard let extent = expansion.extents[root] else { return nil }
    if extent.count >= most, extent.count >= Double(expansion.extents.count) * mostRepeated {
      return FormatError(
        .limitExceeded,
        "\(expansion.extents.count) lists, tuples or dictionaries stand for more than \(Int(min(extent.count, 1e15))) "
          + "values: to print, compare or hash them takes for ever")
    }
    guard extent.depth <= deepest else {
      return FormatError(
        .limitExceeded, "nested \(extent.depth) deep: Python cannot print, compare or copy it, nor always free it")
    }
    return nil
  }

  /// Measures what a value holds before the value itself, without recursion.
  private mutating func measure(_ value: PickleValue) {
    var pending: [(value: PickleValue, isDone: Bool)] = [(value, false)]
    while let (next, isDone) = pending.popLast() {
      guard let identity = next.identity else { continue }
      if isDone {
        open.remove(identity)
        var extent = Extent(count: 1, depth: 1)
        next.forEachPart { part in
          guard let inner = part.identity else {
            extent.count += 1
            return
          }
          // What contains itself has no end, and Python knows how to print it.
          let known = extents[inner] ?? Extent(count: 1, depth: 0)
          extent.count += known.count
          extent.depth = max(extent.depth, known.depth + 1)
        }
        extents[identity] = extent
      } else if extents[identity] == nil, open.insert(identity).inserted {
        pending.append((next, true))
        next.forEachPart { part in
          if let inner = part.identity, extents[inner] == nil { pending.append((part, false)) }
        }
      }
    }
  }
}
