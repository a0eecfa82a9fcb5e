internal import ArrayBytes
package import ByteIO
internal import NDArrays

/// Writes arrays under their names into one file, in bounded memory however many there are.
package final class ArchiveSink {
  private let target: any ArchiveTarget
  /// What casts of its arrays lose; `nil` where nobody is told.
  private let losses: CastLosses?

  private init(_ target: any ArchiveTarget, _ losses: CastLosses?) {
    self.target = target
    self.losses = losses
  }

  /// Writes an archive, or adds to one; if `body` throws, the file stays what it was.
  ///
  /// - Parameters:
  ///   - appending: Whether members are added to an archive that exists.
  ///   - replaced: Of an archive that is added to, the members that new ones replace, by their whole names.
  package static func write(
    to path: String, appending: Bool = false, replacing replaced: [String] = [], _ options: SaveOptions,
    _ body: (ArchiveSink) throws(FormatError) -> Void
  ) throws(FormatError) {
    let format = try options.format(of: path)
    let losses = options.onWarning.map { _ in CastLosses() }
    defer { losses?.tell(options.onWarning) }
    if appending {
      guard format == .npz else {
        throw FormatError(
          .unsupported, "nothing is added to a .\(format.rawValue) that exists: write it anew", file: path)
      }
      let writer = try NPZTarget(appendingTo: path, replacing: replaced, options)
      do throws(FormatError) {
        try body(ArchiveSink(writer, losses))
        try writer.finish()
      } catch {
        writer.cancel()
        throw error.at(file: path)
      }
      return
    }
    try AtomicFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      let target: any ArchiveTarget =
        format == .npz ? try NPZTarget(sink, options) : TensorTarget(sink, path, format, options)
      try body(ArchiveSink(target, losses))
      try target.finish()
    }
  }

  /// Adds an array under a name, as it is or transformed.
  package func add(
    _ name: String, _ array: LazyArray, applying transforms: [ArrayTransform] = []
  ) throws(FormatError) {
    try target.add(name, array.applying(transforms, noting: losses))
  }

  /// Adds what another archive holds, as it is or with its arrays transformed.
  ///
  /// - Parameter name: Its name here; `nil` for the one that it has.
  package func add(
    _ entry: Document.Entry, as name: String? = nil, applying transforms: [ArrayTransform] = []
  ) throws(FormatError) {
    switch entry.content {
    case .file(let bytes): try add(file: name ?? entry.name, bytes: bytes())
    case .array(_, let raw?) where transforms.isEmpty && target.holdsFiles:
      // The pickle stays as it is, whatever protocol it has.
      try add(file: (name ?? entry.name) + ".npy", bytes: raw())
    case .array(let array, _): try add(name ?? entry.name, array, applying: transforms)
    }
  }

  /// Adds a file under its whole name.
  package func add(file name: String, bytes: [UInt8]) throws(FormatError) {
    try target.add(file: name, bytes: bytes)
  }

  /// Has the file say something beside its arrays, where its format has a place for that.
  package func add(metadata: [(key: String, value: String)]) throws(FormatError) { try target.add(metadata: metadata) }
}

/// A file that takes arrays under their names.
protocol ArchiveTarget {
  /// Whether there is a place for what is no array.
  var holdsFiles: Bool { get }

  func add(_ name: String, _ array: LazyArray) throws(FormatError)

  /// Adds what is no array, under its whole name.
  func add(file name: String, bytes: [UInt8]) throws(FormatError)

  /// Adds what the file says beside its arrays.
  func add(metadata: [(key: String, value: String)]) throws(FormatError)

  /// Writes what has not been written yet.
  func finish() throws(FormatError)
}
