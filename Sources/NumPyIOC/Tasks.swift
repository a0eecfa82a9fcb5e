internal import ByteIO
public import CNumPyIO

/// What a caller follows and cancels.
final class TaskHandle: Handle {
  let progress: ByteProgress

  init(_ progress: ByteProgress) { self.progress = progress }
}

/// A function of the caller's and what it is called with, on any thread.
@safe private struct ProgressListener: @unchecked Sendable {
  let callback: npyio_progress_callback
  let context: UnsafeMutableRawPointer?

  func hear(_ state: ByteProgress.State) -> Bool {
    // Safe: the caller's function, with the caller's context; the name is valid during the call.
    unsafe state.file.withCString { name in
      var progress = unsafe npyio_progress(
        is_writing: state.activity == .writing ? 1 : 0, file: name, completed: Int64(state.completed),
        total: Int64(state.total ?? -1), number: Int64(state.number))
      return unsafe callback(context, &progress) != 0
    }
  }
}

/// `npyio_task_create`, which `numpyio.h` describes.
@c @implementation
public func npyio_task_create(
  _ callback: npyio_progress_callback?, _ context: UnsafeMutableRawPointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      guard let callback = unsafe callback else { return TaskHandle(ByteProgress()) }
      let listener = unsafe ProgressListener(callback: callback, context: context)
      return TaskHandle(ByteProgress { listener.hear($0) })
    }
  }
}

/// `npyio_task_cancel`, which `numpyio.h` describes.
@c @implementation
public func npyio_task_cancel(_ task: OpaquePointer?) {
  // Safe: the caller's handle.
  try? unsafe Handle.of(task, TaskHandle.self).progress.cancel()
}
