internal import Locks

/// The caller's bytes, carried into closures that run on several threads while the caller waits.
///
/// Nothing is owned: the caller who makes one keeps the bytes alive and unchanged until every thread is done.
@safe struct SharedBytes: @unchecked Sendable {
  private let base: UnsafeRawPointer?
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    // Safe: the caller's bytes, for as long as it says.
    unsafe base = bytes.baseAddress
    count = bytes.count
  }

  /// Lends a part of the bytes; a range that leaves them is cut to what there is.
  func withRange<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = range.clamped(to: 0..<count)
    // Safe: `part` lies within the bytes that the maker of `self` keeps alive.
    let start = unsafe base.map { unsafe $0 + part.lowerBound }
    return try unsafe body(UnsafeRawBufferPointer(start: start, count: part.count))
  }
}

/// A few results of a parallel loop, one for each index.
final class SharedArray<Element: Sendable>: Sendable {
  private let elements: Lock<[Element]>

  init(repeating element: Element, count: Int) { elements = Lock(Array(repeating: element, count: count)) }

  subscript(index: Int) -> Element {
    get { elements.withLock { $0[index] } }
    set(value) { elements.withLock { $0[index] = value } }
  }
}
