internal import Locks
internal import Synchronization

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

/// One object that waits for whoever needs it next. To take it and to give it back costs two atomic operations, a fourth of what the
/// lock of a ``Pool`` costs, which of a KB to inflate would be a tenth.
final class SpareObject<Object: AnyObject & Sendable>: Sendable {
  /// The address of the object, which is retained once, or 0.
  private let address = Atomic<UInt>(0)

  /// The object, if it is there.
  func take() -> Object? {
    let taken = address.exchange(0, ordering: .acquiring)
    // Safe: the address comes from `give`, whose retain is passed on; who has exchanged it is the only one to have it.
    guard let pointer = unsafe UnsafeRawPointer(bitPattern: taken) else { return nil }
    return unsafe Unmanaged<Object>.fromOpaque(pointer).takeRetainedValue()
  }

  /// Keeps an object, unless there is one already.
  func give(_ object: Object) -> Bool {
    let reference = unsafe Unmanaged.passRetained(object)
    // Safe: `take` balances the retain, or it is balanced here.
    let given = unsafe UInt(bitPattern: reference.toOpaque())
    guard address.compareExchange(expected: 0, desired: given, ordering: .releasing).exchanged else {
      unsafe reference.release()
      return false
    }
    return true
  }
}
