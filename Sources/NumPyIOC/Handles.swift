internal import ByteIO
internal import CNumPyIO

/// An object that C holds by a pointer, until it gives it to `npyio_free`.
///
/// All kinds have this one class above them, so that a handle of the wrong kind is an error and not the end of the program.
class Handle {
  /// A pointer that keeps the object alive, for C to hold.
  final func lent() -> OpaquePointer {
    // Safe: `npyio_free` takes back what is retained here.
    unsafe OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  /// The object that a pointer of C's stands for.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for NULL and for a handle of another kind.
  static func of<Kind: Handle>(_ pointer: OpaquePointer?, _ kind: Kind.Type = Kind.self) throws(FormatError) -> Kind {
    guard let pointer = unsafe pointer else { throw FormatError(.badArgument, "a handle is NULL") }
    // Safe: the header has callers promise that handles are those that `lent` gave, and not freed yet.
    let handle = unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
    guard let kind = handle as? Kind else { throw FormatError(.badArgument, "this is a handle of another kind") }
    return kind
  }
}

extension FormatError {
  /// The error of a call that nobody gave a place for its result.
  static var noPlace: FormatError { FormatError(.badArgument, "there is no place for the result: `out` is NULL") }
}

/// Hands a new object to C.
func give(_ out: UnsafeMutablePointer<OpaquePointer?>?, _ make: () throws(FormatError) -> Handle) throws(FormatError) {
  guard let out = unsafe out else { throw .noPlace }
  // Safe: the caller's place for a pointer, which is written once.
  unsafe out.pointee = nil
  let handle = try make()
  unsafe out.pointee = handle.lent()
}

/// `npyio_interface_version`, which `numpyio.h` describes.
@c @implementation
public func npyio_interface_version() -> Int32 { NPYIO_INTERFACE_VERSION }

/// `npyio_free`, which `numpyio.h` describes.
@c @implementation
public func npyio_free(_ handle: UnsafeMutableRawPointer?) {
  // Safe: the header has callers promise that this is a handle that they have not freed yet.
  if let handle = unsafe handle { unsafe Unmanaged<Handle>.fromOpaque(handle).release() }
}
