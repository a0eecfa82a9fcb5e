internal import PlatformC
internal import Locks

/// What this process has begun to write and not completed: temporary files and folders, and files that grow in place.
///
/// For a process that is about to be ended by a signal, so that it can tidy up first. (One that is killed without
/// warning cannot: the next save of the same file removes its temporary.)
package enum UnfinishedFiles {
  private struct State {
    /// The paths of temporary files, and whether each is a folder.
    var temporaries: [String: Bool] = [:]
    /// How many files are being added to in place. They stay valid whatever happens, but grow if nobody cuts them.
    var growing = 0
  }

  /// The notes of one process.
  private final class Notes: Sendable {
    let state = Lock(State())
  }

  private static var notes: Notes {
    // Safe: written only in the child of a fork, before it has a second thread (see `watchForks`).
    unsafe current
  }

  private nonisolated(unsafe) static var current: Notes = {
    watchForks()
    return Notes()
  }()

  /// A forked child begins with notes of its own: what its parent writes is not the child's to remove, and the lock may be
  /// held for ever by a thread that stayed behind.
  private static func watchForks() {
    // Safe: the handler captures nothing and runs where there is one thread only; the old notes are leaked, for their lock
    // must not be touched.
    pthread_atfork(nil, nil) {
      unsafe _ = Unmanaged.passRetained(UnfinishedFiles.current)
      unsafe UnfinishedFiles.current = Notes()
    }
  }

  package static func add(temporary path: String, isFolder: Bool = false) {
    notes.state.withLock { $0.temporaries[path] = isFolder }
  }

  /// Makes a temporary file and notes it in one step, between which no signal comes; `nil` if `make` made none.
  static func add<Made>(
    temporary path: String, making make: () throws(FormatError) -> Made?
  ) throws(FormatError) -> Made? {
    try notes.state.withLock { (state: inout State) throws(FormatError) in
      let made = try make()
      if made != nil { state.temporaries[path] = false }
      return made
    }
  }

  package static func remove(temporary path: String) { notes.state.withLock { $0.temporaries[path] = nil } }

  /// Says that a file is being added to in place, until ``endGrowing()``.
  package static func beginGrowing() { notes.state.withLock { $0.growing += 1 } }

  package static func endGrowing() { notes.state.withLock { $0.growing -= 1 } }

  /// Whether there is nothing to tidy up.
  package static var isEmpty: Bool { notes.state.withLock { $0.temporaries.isEmpty && $0.growing == 0 } }

  /// Removes all temporaries. Their writers fail from here on.
  package static func removeTemporaries() {
    let temporaries = notes.state.withLock { state in
      defer { state.temporaries = [:] }
      return state.temporaries
    }
    for (path, isFolder) in temporaries {
      if isFolder { SystemCall.removeFolder(path) } else { SystemCall.remove(path) }
    }
  }
}
