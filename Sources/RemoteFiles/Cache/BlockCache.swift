internal import ArrayDeflate
internal import ByteIO
internal import PlatformC

/// What has been read of files on servers, kept in a folder for later processes: that of `NPY_CACHE`.
///
/// Each version of a file (by its address, size and tag) has a folder, in which each part that was fetched is a file named by
/// where it begins, how many bytes it has and their CRC-32, so that what a disk or a crash has changed is not taken for the file's.
/// Parts appear whole or not at all; the oldest go when all of them together are larger than `NPY_CACHE_SIZE`, 1 GB if that is
/// not set. A cache that cannot be written to does no harm.
struct BlockCache {
  private let folder: String
  private let versionFolder: String
  private let limit: Int
  /// The parts of this version that are there, by where they begin.
  private var parts: [Part] = []
  /// How many bytes have been added since it was last seen to that the cache is not too large.
  private var added = 0

  /// A part as its file's name tells it: `65536-1024-1c291ca3`.
  private struct Part {
    let range: Range<Int>
    let checksum: UInt32

    init(_ range: Range<Int>, _ bytes: [UInt8]) {
      self.range = range
      checksum = CRC32.of(bytes)
    }

    init?(name: String, of byteCount: Int) {
      let words = name.split(separator: "-", omittingEmptySubsequences: false)
      guard words.count == 3, let start = Int(words[0]), let count = Int(words[1]),
        let checksum = UInt32(words[2], radix: 16), start >= 0, count > 0, count <= BlockCache.largestPart,
        start <= byteCount - count
      else { return nil }
      range = start..<(start + count)
      self.checksum = checksum
    }

    var name: String { "\(range.lowerBound)-\(range.count)-\(String(checksum, radix: 16))" }
  }

  /// The largest part that is kept as one file.
  static let largestPart = 8 << 20
  private static let defaultLimit = 1_000_000_000

  /// The cache of a version of a file; `nil` if the environment names no folder, or the version has no tag.
  init?(of file: RemoteFile, _ version: RemoteVersion, _ options: RemoteOptions) {
    guard let folder = options.environment("NPY_CACHE"), let tag = version.strongTag else { return nil }
    self.folder = folder
    limit = options.environment("NPY_CACHE_SIZE").flatMap { ByteSize($0)?.bytes } ?? BlockCache.defaultLimit
    let key = "\(file.url.text)\n\(tag)\n\(version.byteCount)"
    versionFolder = folder + "/npy-" + SHA256.hexadecimal(SHA256.digest(Array(key.utf8)))
    parts = SystemCall.names(in: versionFolder).compactMap { Part(name: $0, of: version.byteCount) }
    parts.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// A part that is kept and holds the byte at an offset, and where it begins.
  func part(at offset: Int) -> (start: Int, bytes: [UInt8])? {
    for part in parts where part.range.contains(offset) {
      let path = path(of: part)
      // What has been removed meanwhile, or is not what its name says, is fetched again.
      guard let source = try? FileSource(path: path), source.byteCount == part.range.count,
        let bytes = try? source.readBytes(at: 0, count: part.range.count, "a part"),
        CRC32.of(bytes) == part.checksum
      else { continue }
      SystemCall.touch(path)
      return (part.range.lowerBound, bytes)
    }
    return nil
  }

  /// Keeps a part.
  mutating func add(_ bytes: [UInt8], at start: Int) {
    guard !bytes.isEmpty, bytes.count <= BlockCache.largestPart else { return }
    let part = Part(start..<(start + bytes.count), bytes)
    SystemCall.makeFolder(folder)
    SystemCall.makeFolder(versionFolder)
    let isKept: ()? = try? AtomicFile.write(to: path(of: part)) { (sink: any ByteSink) throws(FormatError) in
      try sink.write(bytes)
    }
    guard isKept != nil else { return }
    parts.append(part)
    added += bytes.count
    if added >= min(limit / 8, 64 << 20) { trim() }
  }

  private func path(of part: Part) -> String { "\(versionFolder)/\(part.name)" }

  /// Removes the parts that have been of no use for longest, of all files, until the rest is no larger than the limit.
  mutating func trim() {
    guard added > 0 else { return }
    added = 0
    var found: [(path: String, size: Int, time: Int)] = []
    for version in SystemCall.names(in: folder) where version.hasPrefix("npy-") {
      for name in SystemCall.names(in: folder + "/" + version) where name.first?.isNumber == true {
        let path = "\(folder)/\(version)/\(name)"
        if let status = FileStatus(path: path) { found.append((path, status.size, SystemCall.time(of: path))) }
      }
    }
    var total = found.reduce(0) { $0 + $1.size }
    for part in found.sorted(by: { $0.time < $1.time }) where total > limit {
      SystemCall.remove(part.path)
      SystemCall.removeEmptyFolder(String(part.path[..<(part.path.lastIndex(of: "/") ?? part.path.endIndex)]))
      total -= part.size
    }
  }
}

extension SystemCall {
  /// Makes a folder that only the user may enter, if it is not there.
  fileprivate static func makeFolder(_ path: String) {
    // Safe: the path is a null-terminated copy for the duration of the call.
    _ = unsafe mkdir(path, 0o700)
  }

  fileprivate static func removeEmptyFolder(_ path: String) {
    // Safe: as above.
    _ = unsafe rmdir(path)
  }

  /// Sets a file's time to now.
  fileprivate static func touch(_ path: String) {
    // Safe: as above; without times the call sets the present one.
    _ = unsafe utimensat(AT_FDCWD, path, nil, 0)
  }

  /// When a file was last written to or touched, in nanoseconds since 1970.
  fileprivate static func time(of path: String) -> Int {
    var status = PlatformC.stat()
    // Safe: the call writes one structure, whose type it is.
    guard unsafe stat(path, &status) == 0 else { return 0 }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
  }
}
