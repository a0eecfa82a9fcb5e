// On Linux the importer takes `pthread_mutex_t` to be Dispatch's, whose headers include the same file.
#if canImport(CDispatch)
  package import CDispatch
  internal import PlatformC
#else
  package import PlatformC
#endif

/// A value that one thread at a time may use.
///
/// It is used as `Mutex` of the module Synchronization is. On Linux that one asks the system for a thread's number once and
/// keeps it, but the thread that a forked child begins with has another number than its parent's: the system takes the child's
/// locks to be another thread's, and the program ends at the first one that two threads want. Python's `multiprocessing` forks,
/// and so do servers. This one is the C library's, which knows of forks.
///
/// A lock that another thread holds at the moment of a fork stays locked in the child for ever. So what globals guard is only asked
/// for with ``withLockIfAvailable(_:)``, or is made anew in a forked child.
@frozen @safe
package struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  package init(_ initialValue: consuming sending Value) {
    // Safe: both are allocated for this lock alone, which frees them when it ends; a mutex must not move.
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe value = .allocate(capacity: 1)
    unsafe value.initialize(to: initialValue)
  }

  deinit {
    // Safe: who could use them would hold this lock.
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Calls `body` with the value when no other thread uses it.
  @inlinable
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // Safe: the value is touched by the thread that holds the mutex only.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }

  /// Calls `body` with the value if no other thread uses it now; else returns `nil`.
  @inlinable
  package borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    // Safe: as in `withLock`.
    guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }
}
