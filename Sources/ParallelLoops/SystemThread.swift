internal import PlatformC
// On Linux the importer may take `pthread_attr_t` to be Dispatch's, whose headers include the same file.
#if canImport(CDispatch)
  internal import CDispatch
#endif

/// A thread of the system that nobody waits for.
package enum SystemThread {
  /// As much stack as a program's first thread usually has; the pages that are not touched cost nothing.
  private static let stackSize = 8 << 20

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread; false if the system has none to give.
  package static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    let body = unsafe Unmanaged.passRetained(Body(run))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    var attributes = pthread_attr_t()
    var before = sigset_t()
    var blocked = signalsOfOthers
    // Safe: the calls fill and read local variables of their types; the new thread takes over the reference that was
    // retained for it, and if there is none, it is released here.
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    // A thread begins with the mask of the one that makes it.
    unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before)
    let outcome = unsafe pthread_create(&thread, &attributes, enter, body.toOpaque())
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    unsafe pthread_attr_destroy(&attributes)
    if outcome != 0 { unsafe body.release() }
    return outcome == 0
  }

  #if canImport(Darwin)
    private typealias Argument = UnsafeMutableRawPointer
  #else
    private typealias Argument = UnsafeMutableRawPointer?
  #endif

  /// Where a new thread begins.
  private static let enter: @convention(c) (Argument) -> UnsafeMutableRawPointer? = { argument in
    // Safe: `start` hands over a reference that it has retained for this.
    let body: UnsafeMutableRawPointer? = unsafe argument
    guard let body = unsafe body else { return nil }
    unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
    return nil
  }

  /// All signals but those that a thread's own faults raise: a program's handlers run on the program's threads.
  private static var signalsOfOthers: sigset_t {
    var signals = sigset_t()
    // Safe: these calls fill the local variable, whose type it is.
    unsafe sigfillset(&signals)
    for number in [SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGABRT, SIGPROF] {
      unsafe sigdelset(&signals, number)
    }
    return signals
  }
}
