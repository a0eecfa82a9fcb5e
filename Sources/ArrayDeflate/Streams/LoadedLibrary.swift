internal import ByteIO
internal import PlatformC

/// A library of the system that is loaded when it is first met: it is not a part of every system, and most programs never
/// need it.
///
/// Unchecked: a handle, which is never closed.
@safe struct LoadedLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// - Parameter names: The names of the file on different systems, the likeliest first.
  /// - Returns: `nil` where there is none of them.
  init?(_ names: [String]) {
    for name in names {
      // Safe: the name is a null-terminated copy; the library is never unloaded.
      if let handle = unsafe dlopen(name, RTLD_NOW) {
        unsafe self.handle = handle
        return
      }
    }
    return nil
  }

  /// A function of the library; `nil` if it has none of that name.
  ///
  /// The type must be that of the library's header, which is what makes calling it right.
  func function<Function>(_ name: String, as _: Function.Type) -> Function? {
    // Safe: the symbol of an open library, of the type that its header declares.
    guard let symbol = unsafe dlsym(handle, name) else { return nil }
    return unsafe unsafeBitCast(symbol, to: Function.self)
  }

  /// What is thrown where the library is missing.
  static func missing(_ library: String, for format: String, orUse tool: String) -> FormatError {
    FormatError(
      .unsupported,
      "this is compressed with \(format), whose library (\(library)) is not installed: install it, or use '\(tool)'")
  }
}
