internal import Synchronization

/// The caller's bytes, carried into closures that run on several threads while the caller waits.
///
/// Nothing is owned: whoever makes one keeps the bytes alive and unchanged until every thread is done.
@safe struct SharedBytes: @unchecked Sendable {
  private let base: UnsafeRawPointer?
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
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

/// Memory that several threads fill, each a part of its own, while the caller waits.
@safe struct SharedTarget: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer?
  let count: Int

  init(_ bytes: UnsafeMutableRawBufferPointer) {
    unsafe base = bytes.baseAddress
    count = bytes.count
  }

  /// Lends a part of the memory; a range that leaves it is cut to what there is. Parts lent at the same time
  /// must not overlap.
  func withRange<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = range.clamped(to: 0..<count)
    // Safe: `part` lies within the memory that the maker of `self` keeps alive.
    let start = unsafe base.map { unsafe $0 + part.lowerBound }
    return try unsafe body(UnsafeMutableRawBufferPointer(start: start, count: part.count))
  }
}

/// A few results of a parallel loop, one for each index.
final class SharedArray<Element: Sendable>: Sendable {
  private let elements: Mutex<[Element]>

  init(repeating element: Element, count: Int) { elements = Mutex(Array(repeating: element, count: count)) }

  subscript(index: Int) -> Element {
    get { elements.withLock { $0[index] } }
    set(value) { elements.withLock { $0[index] = value } }
  }
}
