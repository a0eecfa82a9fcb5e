extension Parallel {
  /// Does work that blocks on a thread of its own, while the caller's task is suspended and its thread serves other
  /// tasks.
  ///
  /// - Parameter inherited: What the thread finds in ``Parallel/inherited``.
  package static func offloading<Value, Failure: Error>(
    inheriting inherited: any Sendable, _ body: @escaping @Sendable () throws(Failure) -> sending Value
  ) async -> sending Result<Value, Failure> {
    await withCheckedContinuation { continuation in
      WorkerThreads.shared.run {
        $inherited.withValue(inherited) {
          do throws(Failure) {
            continuation.resume(returning: .success(try body()))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      }
    }
  }
}
