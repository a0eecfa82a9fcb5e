internal import Dispatch
internal import Locks
internal import Synchronization
internal import PlatformC

/// Where threads wait for something that others change.
///
/// To be put to sleep and woken up costs more than most turns take, so a thread looks again for a while before it sleeps.
final class ParkingLot: Sendable {
  /// How many times a thread looks before it sleeps: some 50 microseconds.
  private static let looks = 100

  private let sleepers = Lock<[DispatchSemaphore]>([])
  private let sleeperCount = Atomic<Int>(0)

  /// Returns once `isOpen` has returned true. It is called again and again, under the caller's own lock.
  func wait(_ isOpen: () -> Bool) {
    for _ in 0..<ParkingLot.looks {
      if isOpen() { return }
      sched_yield()
    }
    while true {
      let semaphore = DispatchSemaphore(value: 0)
      sleepers.withLock { $0.append(semaphore) }
      sleeperCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
      // What changed before this thread was listed has woken nobody.
      let canGo = isOpen()
      if !canGo { semaphore.wait() }
      sleeperCount.wrappingSubtract(1, ordering: .relaxed)
      if canGo {
        sleepers.withLock { $0.removeAll { $0 === semaphore } }
        return
      }
    }
  }

  /// Lets those who wait look again, after a change.
  func open() {
    guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
    let woken = sleepers.withLock { sleepers in
      defer { sleepers = [] }
      return sleepers
    }
    for semaphore in woken { semaphore.signal() }
  }
}
