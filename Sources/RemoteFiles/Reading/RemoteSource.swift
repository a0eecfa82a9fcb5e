public import ByteIO
internal import Locks

/// A file on a server, of which only what is asked for is fetched.
///
/// Opening is one request, which brings the file's first (or, of an archive, last) 64 KiB along with its size and version.
/// All that is read afterwards is of that version: an answer of another one is an error, and so is one that is not the part
/// that was asked for. Requests that fail for the moment are made again, after pauses that grow.
///
/// ```
/// read(into:)   64 KiB ahead at first; as long as it goes on where the last ended, more: 512 KiB, 4 MiB, then 8 MiB a
///               request, several at a time, on a thread of their own while the reader uses what has come (`ReadAhead`)
///               what is larger than 32 MiB, or all that is left, comes straight into its place, as many at a time
/// read(_:)      exactly these pieces, joined where less than a megabyte lies between, several requests at a time
/// ```
///
/// May be shared by threads, which wait for each other.
public final class RemoteSource: ByteSource {
  /// The address without what may be secret in it: user, password, query.
  public let name: String
  /// The size of the file.
  public let byteCount: Int?
  /// Every read is a round trip to the server.
  public var seekCost: SeekCost { .perRead }

  private let size: Int
  private let state: Lock<State>

  /// What is used under the lock only.
  fileprivate struct State: @unchecked Sendable {
    var fetcher: RangeFetcher
    var windows: ByteWindows
    /// Fetches on, once much has been read in order; the fetcher is its alone until it is stopped.
    var readAhead: ReadAhead?
    /// Where the last fetch ended.
    var end = 0
    /// How much is fetched at least where reading goes on.
    var ahead = RemoteSource.firstAhead
  }

  static let firstAhead = 64 << 10
  static let mostAhead = 32 << 20
  /// The most bytes that are kept of what was fetched.
  private static let mostKept = 48 << 20
  /// As many parts of their own are kept: each read looks through them.
  private static let mostWindows = 4096
  /// As many bytes are read from either end at first: an end record of a zip archive with the longest comment.
  private static let firstCount = 65_557

  /// Opens the file at an address of HTTP or S3.
  ///
  /// - Parameters:
  ///   - address: `https://…`, `http://…` or `s3://bucket/key`; region, endpoint and credentials of S3 are those that botocore
  ///     finds.
  ///   - options: Headers, limits.
  /// - Throws: `FormatError`: `unsupported` where there is no libcurl, or the server gives large files as a whole only;
  ///   `notFound`, `permissionDenied` and `io` for what the server, or the way to it, refuses.
  public convenience init(opening address: String, options: RemoteOptions = RemoteOptions()) throws(FormatError) {
    if let location = try S3Location(address) {
      let store = try S3Store(location, options)
      try self.init(store.file, options, authorizer: store)
      return
    }
    guard let url = RemoteURL(address) else {
      throw FormatError(.badArgument, "this is no address of HTTP or S3", file: address)
    }
    try self.init(RemoteFile(url: url, name: url.printable), options)
  }

  init(
    _ file: RemoteFile, _ options: RemoteOptions, authorizer: (any RequestAuthorizer)? = nil
  ) throws(FormatError) {
    name = file.name
    let client = try HTTPClient(name: file.name, options, authorizer: authorizer)
    let opened = try RemoteSource.open(file, client)
    size = opened.version.byteCount
    byteCount = size
    var windows = ByteWindows(limit: max(RemoteSource.mostKept, opened.bytes.count))
    windows.add(FetchedBytes(opened.bytes), at: opened.start)
    let end = opened.start == 0 ? opened.bytes.count : 0
    state = Lock(State(fetcher: RangeFetcher(file, opened.version, client), windows: windows, end: end))
  }

  deinit {
    state.withLock { state in
      state.readAhead?.stop()
      state.fetcher.trimCache()
    }
  }

  /// Makes the first request, and another if the server cannot begin at the end.
  private static func open(
    _ file: RemoteFile, _ client: HTTPClient
  ) throws(FormatError) -> (version: RemoteVersion, start: Int, bytes: [UInt8]) {
    // Azure's store knows no ranges that are counted from the end.
    let readsEnd = isArchive(file.url.path) && !file.url.host.hasSuffix(".blob.core.windows.net")
    var job = OpeningJob(file, readsEnd ? .last(firstCount) : .first(firstCount))
    do throws(FormatError) { try client.perform([job]) } catch {
      guard job.hasNoSuffix else { throw error }
    }
    if job.hasNoSuffix {
      job = OpeningJob(file, .first(firstCount))
      try client.perform([job])
    }
    guard let version = job.version else {
      throw FormatError(.io, "the server says nothing of the file", file: file.name)
    }
    return (version, job.start, job.bytes)
  }

  /// Whether a file is read from its end, by its extension.
  private static func isArchive(_ path: String) -> Bool {
    let path = path.lowercased()
    return [".npz", ".zip", ".pt", ".pth"].contains { path.hasSuffix($0) }
  }

  /// Reads what is there, or fetches it and some of what follows.
  ///
  /// - Throws: `FormatError`: `io` for a connection or an answer that fails after all attempts, and for a file that was
  ///   replaced meanwhile; `notFound`, `permissionDenied`, `cancelled`.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // Safe: the caller's buffer, handed on.
    try unsafe read(into: buffer, at: offset, before: size)
  }

  /// Reads what is there, or fetches it and some of what follows, up to a position.
  ///
  /// - Throws: `FormatError`: `io` for a connection or an answer that fails after all attempts, and for a file that was
  ///   replaced meanwhile; `notFound`, `permissionDenied`, `cancelled`.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, before end: Int
  ) throws(FormatError) -> Int {
    guard offset >= 0, offset < size else { return 0 }
    let count = min(buffer.count, size - offset)
    try state.withLock { (state: inout State) throws(FormatError) in
      var done = 0
      while done < count {
        // Safe: the rest of the caller's buffer, used within the call.
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<count])
        let known = unsafe state.windows.copy(from: offset + done, into: rest)
        done += known
        if known == 0 { done += try unsafe state.fetch(into: rest, at: offset + done, before: min(end, size)) }
      }
    }
    return count
  }

  /// Fetches the pieces and no more than lies between those that are near each other, side by side.
  ///
  /// - Throws: `FormatError`: `io` for a connection or an answer that fails after all attempts, and for a file that was
  ///   replaced meanwhile; `notFound`, `permissionDenied`, `cancelled`.
  public func read(_ pieces: [SourcePiece]) throws(FormatError) {
    for piece in pieces where piece.offset < 0 || piece.count > max(0, size - piece.offset) {
      let found = max(0, size - max(0, piece.offset))
      throw .truncated("the bytes", expected: piece.count, found: found, at: piece.offset + found).at(file: name)
    }
    try state.withLock { (state: inout State) throws(FormatError) in
      var missing: [SourcePiece] = []
      for piece in pieces where piece.count > 0 {
        // Safe: the piece's own memory, or the end of it.
        let known = unsafe state.windows.copy(from: piece.offset, into: piece.memory)
        guard known < piece.count else { continue }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: piece.memory[known...])
        unsafe missing.append(SourcePiece(offset: piece.offset + known, memory: rest))
      }
      guard !missing.isEmpty else { return }
      state.endReadAhead()
      try state.fetcher.fetch(missing)
    }
  }

  /// Fetches several ranges side by side and keeps them for the reads that follow, if they are not too many; of one that is
  /// long, the first bytes can be read before the last have come.
  ///
  /// - Throws: `FormatError` as ``read(into:at:)``.
  public func willRead(_ ranges: [Range<Int>]) throws(FormatError) {
    let inside = ranges.map { $0.clamped(to: 0..<size) }
    try state.withLock { (state: inout State) throws(FormatError) in
      let missing = inside.map { state.windows.missing(of: $0) }.filter { !$0.isEmpty }
      // What lies between is kept too, unless that would be too much.
      var wanted = RangeFetcher.joined(missing)
      let isMuch = wanted.reduce(0) { $0 + $1.count } > RemoteSource.mostKept / 2
      guard let first = wanted.first, state.readAhead?.isFetching(wanted) != true else { return }
      if wanted.count == 1, ranges.count == 1 || isMuch {
        // As much comes with the first read.
        guard first.count > RemoteSource.firstAhead else { return }
        if state.fetchAhead(first) { return }
      }
      if isMuch { wanted = RangeFetcher.joined(missing, gap: 1) }
      guard wanted.reduce(0, { $0 + $1.count }) <= RemoteSource.mostKept / 2,
        !isMuch || wanted.count <= RemoteSource.mostWindows
      else { return }
      state.endReadAhead()
      let parts =
        try isMuch
        ? state.fetcher.bytes(of: wanted, gap: RangeFetcher.smallGap) : state.fetcher.bytes(of: wanted)
      for (range, bytes) in zip(wanted, parts) { state.windows.add(bytes, at: range.lowerBound) }
    }
  }
}

extension RemoteSource.State {
  /// Fetches the bytes at an offset, into the buffer if they are many, else into a window that begins there; returns how
  /// many came into the buffer.
  mutating func fetch(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, before bound: Int
  ) throws(FormatError) -> Int {
    // Safe: the caller's buffer, used within the call, here and below.
    if let count = try unsafe readOn(into: buffer, at: offset) { return count }
    // Reading goes on where the last fetch ended, or not far behind.
    let goesOn = offset >= end && offset - end < RemoteSource.firstAhead && offset > 0
    ahead = goesOn ? min(RemoteSource.mostAhead, max(ahead * 8, buffer.count * 2)) : RemoteSource.firstAhead
    let isMost = buffer.count >= RemoteSource.mostAhead || buffer.count >= max(1 << 20, bound - offset)
    if isMost || !goesOn && buffer.count >= ahead {
      try unsafe fetcher.fetch([SourcePiece(offset: offset, memory: buffer)])
      end = offset + buffer.count
      return buffer.count
    }
    if ahead > ReadAhead.chunkSize, fetchAhead(offset..<bound) {
      if let count = try unsafe readOn(into: buffer, at: offset) { return count }
    }
    let range = offset..<max(offset + buffer.count, min(bound, offset + ahead))
    windows.add(try fetcher.bytes(of: [range])[0], at: offset)
    end = range.upperBound
    return 0
  }

  /// Reads what is being fetched ahead; `nil` if that is not what is asked for.
  private mutating func readOn(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FormatError) -> Int? {
    guard let readAhead else { return nil }
    do throws(FormatError) {
      // Safe: the caller's buffer, used within the call.
      let count = try unsafe readAhead.read(into: buffer, at: offset)
      if count > 0 {
        end = offset + count
        return count
      }
    } catch {
      // Its thread may still use the fetcher.
      readAhead.stop()
      self.readAhead = nil
      throw error
    }
    endReadAhead()
    return nil
  }

  /// Has a part of the file fetched by another thread; false where that is not worth it, or cannot be.
  mutating func fetchAhead(_ range: Range<Int>) -> Bool {
    guard range.count > RangeFetcher.smallGap, fetcher.hasNoCache else { return false }
    endReadAhead()
    readAhead = ReadAhead(range, fetcher)
    return true
  }

  /// Stops fetching ahead and keeps what has come.
  mutating func endReadAhead() {
    for (start, bytes) in readAhead?.stop() ?? [] { windows.add(bytes, at: start) }
    readAhead = nil
  }
}
