internal import Synchronization

extension Parallel {
  /// Does work that blocks on a thread of its own, while the caller's task is suspended and its thread serves other
  /// tasks.
  ///
  /// - Parameter inherited: What the thread finds in ``Parallel/inherited``.
  package static func offloading<Value, Failure: Error>(
    inheriting inherited: any Sendable, _ body: @escaping @Sendable () throws(Failure) -> sending Value
  ) async -> sending Result<Value, Failure> {
    let isDone = DoneFlag()
    let result = await withCheckedContinuation { continuation in
      WorkerThreads.shared.run {
        $inherited.withValue(inherited) {
          let result: Result<Value, Failure>
          do throws(Failure) { result = .success(try body()) } catch { result = .failure(error) }
          isDone.set()
          continuation.resume(returning: result)
        }
      }
    }
    isDone.check()
    return result
  }

  /// Says in a way that ThreadSanitizer understands that what a thread did came before what its caller does next: a continuation says it
  /// too, but not, on Linux, to a thread that the runtime has just made (Swift 6.3).
  private final class DoneFlag: Sendable {
    private let isSet = Atomic(false)

    func set() { isSet.store(true, ordering: .releasing) }
    func check() {
      let isSet = isSet.load(ordering: .acquiring)
      assert(isSet)
    }
  }
}
