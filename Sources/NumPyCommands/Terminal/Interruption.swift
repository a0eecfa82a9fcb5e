import ByteIO
import NumPyIO
import Synchronization
import PlatformC

/// Ctrl-C and its like: what has been begun is cancelled, temporaries go, and the process ends by the signal, so that
/// a shell's loop ends too (the shell calls it 130: 128 and SIGINT).
enum Interruption {
  /// What can be cancelled.
  static let progress = ByteProgress { state in
    ProgressLine.shared.show(state)
    return true
  }

  /// The signal that has come; 0 for none.
  private static let received = Atomic<Int32>(0)

  /// How long the work may take to come to an end by itself, in microseconds.
  private static let grace: UInt32 = 2_000_000

  /// Blocks the signals for all threads, and starts the one that waits for them. To be called before there are others.
  static func watch() {
    var signals = watchedSet
    // Safe: the call reads the local variable, whose type it is.
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    // Touched here, so that the thread finds it made.
    _ = progress
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // Safe: the thread gets nothing and gives nothing; its closure captures nothing.
    unsafe pthread_create(&thread, nil, { _ in unsafe Interruption.wait() }, nil)
  }

  /// The signals that are waited for. Made once, before the first is blocked.
  private static let watched = [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }

  private static var watchedSet: sigset_t {
    var signals = sigset_t()
    // Safe: these calls fill the local variable, whose type it is.
    unsafe sigemptyset(&signals)
    for number in watched { unsafe sigaddset(&signals, number) }
    return signals
  }

  /// Who was started with a signal ignored (`nohup`, a job in the background of a script) goes on ignoring it.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    // Safe: with a null new action the call only fills the local variable.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      return unsafe action.__sigaction_u.__sa_handler.map { unsafe unsafeBitCast($0, to: Int.self) } == 1
    #else
      return unsafe action.__sigaction_handler.sa_handler.map { handler in
        unsafe unsafeBitCast(handler, to: Int.self) == 1
      } ?? false
    #endif
  }

  private static func wait() -> UnsafeMutableRawPointer? {
    // Not all that is blocked: some of it may have been by whoever started this process.
    var signals = watchedSet
    var number: Int32 = 0
    // Safe: the call reads and fills local variables of its own types.
    guard unsafe sigwait(&signals, &number) == 0 else { return nil }
    received.store(number, ordering: .relaxed)
    progress.cancel()
    // What nobody waits for may end at once: a read from a terminal would wait for ever.
    if !UnfinishedFiles.isEmpty { usleep(grace) }
    UnfinishedFiles.removeTemporaries()
    ProgressLine.shared.erase()
    end(by: number)
    return nil
  }

  /// Ends the process: by the signal that has come, if one has, else with a code.
  static func endProcess(_ code: Int32) -> Never {
    let number = received.load(ordering: .relaxed)
    if number != 0 { end(by: number) }
    exit(code)
  }

  private static func end(by number: Int32) {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    // Safe: as above.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    kill(getpid(), number)
    // Not reached, unless the signal is held up.
    exit(128 + number)
  }
}
