internal import Locks

/// Objects that threads borrow, one thread at a time: what is large and costly to make is used again.
final class Pool<Element: Sendable>: Sendable {
  private let spares = Lock<[Element]>([])
  private let maxCount: Int
  private let make: @Sendable () -> Element
  private let isWorthKeeping: @Sendable (Element) -> Bool

  /// - Parameters:
  ///   - maxCount: The most objects that are kept while nobody uses them.
  ///   - isWorthKeeping: Whether an object is kept that is given back.
  init(
    keeping maxCount: Int = .max, where isWorthKeeping: @escaping @Sendable (Element) -> Bool = { _ in true },
    make: @escaping @Sendable () -> Element
  ) {
    self.maxCount = maxCount
    self.isWorthKeeping = isWorthKeeping
    self.make = make
  }

  /// An object of the pool, or a new one; a new one also while another thread has the pool locked, which in a process that
  /// was forked meanwhile would be for ever.
  func take() -> Element { (spares.withLockIfAvailable { $0.popLast() } ?? nil) ?? make() }

  func give(_ element: Element) {
    guard isWorthKeeping(element) else { return }
    spares.withLockIfAvailable { if $0.count < maxCount { $0.append(element) } }
  }
}
