internal import SystemPackage

extension AtomicFile {
  /// Writes a whole file atomically; what is not a regular file (a pipe, `/dev/null`) or is the name of an open one
  /// (`/dev/stdout`) is written to directly.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - replacing: Whether an existing file may be replaced, or a pipe or device written to.
  ///   - durability: What the file survives when the system stops.
  ///   - body: Writes the content. If it throws, the file stays as it was.
  /// - Throws: What `body` throws; ``FormatError`` if the file cannot be made or written: `alreadyExists` where it is not to be
  ///   replaced, `permissionDenied`, `notFound` for a folder that is not there, `io` for a full disk.
  public static func write<Result>(
    to path: String, replacing: Bool = true, durability: Durability = .consistent,
    _ body: (any ByteSink) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    if path == standardOutput { return try write(through: .standardOutput(), body) }
    let target = try TargetPath(path)
    if !replacing, target.status != nil {
      throw FormatError(.alreadyExists, "the file exists, and is not to be replaced", file: path)
    }
    if let number = OpenDescriptor(path: path) {
      return try write(through: DescriptorSink(FileDescriptor(rawValue: number.rawValue), name: path), body)
    }
    if target.status?.isStream == true {
      let descriptor = try SystemCall.open(path, .writeOnly)
      defer { try? descriptor.close() }
      return try write(through: DescriptorSink(descriptor, name: path), body)
    }
    let file = try AtomicFile(target, name: path, durability)
    let result: Result
    do throws(FormatError) {
      result = try body(file)
    } catch {
      file.discard()
      throw error.at(file: path)
    }
    try file.commit(replacing: replacing)
    return result
  }

  private static func write<Result>(
    through sink: DescriptorSink, _ body: (any ByteSink) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    let result = try body(sink)
    try sink.flush()
    return result
  }

  /// The name that standard output has among files. A file of this name can neither be there nor be in the way.
  package static let standardOutput = "/dev/stdout"

  /// Whether a path names something that is written to as it is, from front to back: a pipe, a device.
  package static func isStream(_ path: String) -> Bool {
    if OpenDescriptor(path: path) != nil { return true }
    return FileStatus(path: path)?.isStream ?? false
  }
}

/// A file that the process has open, by its name: what `/dev/stdout` leads to is no file of that name that could be replaced,
/// also where the shell has led it to one.
struct OpenDescriptor {
  let rawValue: Int32

  init?(path: String) {
    switch path {
    case AtomicFile.standardOutput: rawValue = 1
    case "/dev/stderr": rawValue = 2
    default:
      guard let folder = ["/dev/fd/", "/proc/self/fd/"].first(where: { path.hasPrefix($0) }),
        let number = Int32(path.dropFirst(folder.count)), number >= 0
      else { return nil }
      rawValue = number
    }
  }
}
