import ByteIO
import SystemPackage

/// Writes a file in which long runs of zeros are holes.
final class SparseSink: ByteSink {
  let name: String
  private(set) var position = 0
  private let descriptor: FileDescriptor

  init(path: String) throws {
    name = path
    descriptor = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
  }

  deinit { try? descriptor.close() }

  func skip(_ count: Int) { position += count }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    do {
      position += try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(position), bytes)
    } catch { throw FormatError(.io, "\(error)") }
  }

  func flush() throws(FormatError) {}
}
