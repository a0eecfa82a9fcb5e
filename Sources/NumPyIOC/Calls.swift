internal import PlatformC
internal import ByteIO
public import CNumPyIO

// How errors leave the library: as a number, and in full where the caller wants it.

/// Runs what a function of the interface does, in the course of a task if there is one.
func call(
  _ error: UnsafeMutablePointer<npyio_error>?, task: OpaquePointer? = nil, _ body: () throws(FormatError) -> Void
) -> npyio_status {
  do throws(FormatError) {
    // Safe: the caller's handle, looked at within the call.
    if let task = unsafe task {
      try unsafe Handle.of(task, TaskHandle.self).progress.observe(body)
    } else {
      try body()
    }
    return 0
  } catch let failure {
    return unsafe report(failure, to: error)
  }
}

/// Fills in the caller's error.
private func report(_ failure: FormatError, to error: UnsafeMutablePointer<npyio_error>?) -> npyio_status {
  // Safe: the caller's structure, which is written within the call; the texts are new, and freed by `npyio_error_clear`.
  let (number, name) = unsafe Codes.number(of: failure.code)
  if let error = unsafe error {
    unsafe error.pointee = npyio_error(
      code: number, name: name, message: copy(failure.message), file: copy(failure.file), member: copy(failure.member),
      hint: copy(failure.hint), offset: Int64(failure.offset ?? -1), line: Int64(failure.line ?? -1),
      row: Int64(failure.row ?? -1), column: Int64(failure.column ?? -1))
  }
  return number
}

/// A copy of a text for C, which is to be freed; up to its first null character, where C sees its end.
private func copy(_ text: String?) -> UnsafePointer<CChar>? {
  guard let text else { return nil }
  // Safe: `strdup` copies a text that ends in a null byte; NULL, if there is no memory, is a text that is not known.
  return unsafe UnsafePointer(strdup(text))
}

/// The numbers that the header gives the codes of errors.
private enum Codes {
  private static let all: [(FormatError.Code, Int)] = [
    (.io, NPYIO_IO), (.notFound, NPYIO_NOT_FOUND), (.permissionDenied, NPYIO_PERMISSION_DENIED),
    (.alreadyExists, NPYIO_ALREADY_EXISTS), (.empty, NPYIO_EMPTY), (.truncated, NPYIO_TRUNCATED),
    (.wrongKind, NPYIO_WRONG_KIND), (.malformed, NPYIO_MALFORMED), (.corrupt, NPYIO_CORRUPT),
    (.limitExceeded, NPYIO_LIMIT_EXCEEDED), (.badValue, NPYIO_BAD_VALUE), (.unsupported, NPYIO_UNSUPPORTED),
    (.ambiguous, NPYIO_AMBIGUOUS), (.badArgument, NPYIO_BAD_ARGUMENT), (.cancelled, NPYIO_CANCELLED),
    (.closedPipe, NPYIO_CLOSED_PIPE),
  ]

  /// The names, each a text that stays where it is.
  @safe private struct Name: @unchecked Sendable { let text: UnsafePointer<CChar>? }
  private static let names: [FormatError.Code: Name] = {
    var names: [FormatError.Code: Name] = [:]
    // Safe: the copies are never freed.
    for (code, _) in all { names[code] = unsafe Name(text: copy(code.rawValue)) }
    return names
  }()
  private static let other = unsafe Name(text: copy("other"))

  static func number(of code: FormatError.Code) -> (npyio_status, UnsafePointer<CChar>?) {
    let number = all.first { $0.0 == code }?.1 ?? NPYIO_OTHER
    // Safe: a text that lasts for ever.
    return unsafe (npyio_status(number), (names[code] ?? other).text)
  }
}

/// `npyio_error_clear`, which `numpyio.h` describes.
@c @implementation
public func npyio_error_clear(_ error: UnsafeMutablePointer<npyio_error>?) {
  guard let error = unsafe error else { return }
  // Safe: texts that `report` copied, or NULL; none is kept.
  let texts = unsafe [error.pointee.message, error.pointee.file, error.pointee.member, error.pointee.hint]
  for place in 0..<(unsafe texts.count) { unsafe free(UnsafeMutableRawPointer(mutating: texts[place])) }
  unsafe error.pointee = npyio_error()
}
