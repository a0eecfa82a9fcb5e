package import NDArrays

/// What is gathered of an array block by block, in any order and by several threads, each with a summary of its own.
package protocol BlockSummary: Sendable {
  /// Takes in the elements of a block.
  ///
  /// - Parameter start: Where the block's first element lies in the whole array, an index for every axis.
  mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError)

  /// Takes in what another summary has gathered of other blocks of the same array.
  mutating func merge(_ other: Self)
}

/// An axis cut into buckets of nearly equal length: bucket `b` begins at the element `b * count / buckets`.
package struct Buckets: Sendable, Hashable {
  /// The elements.
  package let count: Int
  /// The buckets: never more than elements.
  package let bucketCount: Int
  private let whole: Int
  private let rest: Int

  package init(count: Int, atMost wanted: Int) {
    self.count = count
    bucketCount = max(1, min(count, wanted))
    whole = count / bucketCount
    rest = count % bucketCount
  }

  /// Whether every element has a bucket of its own.
  package var areSingle: Bool { bucketCount == count }

  /// The first element of a bucket; of the one after the last, the number of elements.
  @inline(__always)
  package func start(_ bucket: Int) -> Int { bucket &* whole &+ bucket &* rest / bucketCount }

  /// The elements of a bucket.
  package func elements(_ bucket: Int) -> Range<Int> { start(bucket)..<start(bucket + 1) }

  /// The bucket of an element.
  package func bucket(of element: Int) -> Int {
    var (low, high) = (0, bucketCount - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if start(middle) <= element { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Calls `body` for every bucket that a stretch of elements touches, with the part of the stretch in it, counted
  /// from the stretch's start.
  @inline(__always)
  func forEachPart(of stretch: Range<Int>, _ body: (_ bucket: Int, _ part: Range<Int>) -> Void) {
    guard !stretch.isEmpty else { return }
    var bucket = bucket(of: stretch.lowerBound)
    var from = stretch.lowerBound
    while from < stretch.upperBound {
      let to = Swift.min(stretch.upperBound, start(bucket + 1))
      body(bucket, (from - stretch.lowerBound)..<(to - stretch.lowerBound))
      from = to
      bucket += 1
    }
  }
}
