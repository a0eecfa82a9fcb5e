package import ByteIO
package import NDArrays

/// Where arrays wait that cannot be passed on as they come: in memory as long as they are small, else in a file without
/// a name that the system takes back by itself.
package struct Spool: Sendable {
  /// The ``threshold`` of all conversions.
  package static let defaultThreshold = 16 << 20

  /// Up to this many bytes an array is taken whole, in memory; larger ones are streamed, or wait in a file.
  package var threshold: Int

  /// The folder for such files.
  package var folder: String

  package init(folder: String, threshold: Int = Spool.defaultThreshold) {
    self.folder = folder
    self.threshold = threshold
  }

  /// The same array as a source that can be read in any order and knows its length.
  package func spooled(_ source: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
    var writer = SpoolWriter(self, source.descriptor, name: source.name)
    try source.forEachRun(ofCount: max(1, (4 << 20) / max(1, source.descriptor.dtype.itemSize))) {
      (run: AnyNDArray) throws(FormatError) in try writer.append(run)
    }
    return named(try writer.finish(), as: source)
  }

  /// What was read of a source: raw bytes do not say any more what they are.
  private func named(_ copy: any ArrayBlockSource, as source: any ArrayBlockSource) -> any ArrayBlockSource {
    source.foreignFormat.map { EncodedBlocks(copy, $0) } ?? copy
  }

  /// The source itself if its parts can be read in any order, else the array spooled.
  package func addressable(_ source: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
    if !source.readsInOrder, source.descriptor.openAxis == nil { return source }
    return try copied(source)
  }

  /// The source itself if reading a part of it costs no more than its bytes, else the array spooled: for who takes it in many
  /// small pieces, each of which a server would be asked for, or a whole segment inflated.
  package func freelyAddressable(_ source: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
    source.seekCost == .free && source.descriptor.openAxis == nil ? source : try copied(source)
  }

  private func copied(_ source: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
    if let size = source.descriptor.byteCount, size <= threshold {
      return named(MemoryBlocks(try source.whole(), name: source.name), as: source)
    }
    return try spooled(source)
  }

  /// The source itself if it knows its length, else the array spooled.
  package func countable(_ source: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
    source.descriptor.openAxis == nil ? source : try spooled(source)
  }
}

/// Takes an array run by run, for a source that can be read again and again.
package struct SpoolWriter {
  private let spool: Spool
  private let name: String
  private var descriptor: ArrayDescriptor
  private var runs: [AnyNDArray] = []
  private var byteCount = 0
  private var count = 0
  private var file: ScratchFile?

  package init(_ spool: Spool, _ descriptor: ArrayDescriptor, name: String) {
    self.spool = spool
    self.descriptor = descriptor
    self.name = name
  }

  /// Takes the next elements.
  package mutating func append(_ run: AnyNDArray) throws(FormatError) {
    count = try count.checkedAdding(run.count)
    byteCount = try byteCount.checkedAdding(run.nbytes)
    if let file { return try run.writeBytes(to: file) }
    runs.append(run)
    guard byteCount > spool.threshold else { return }
    let scratch = try ScratchFile(in: spool.folder, name: name)
    for run in runs { try run.writeBytes(to: scratch) }
    runs = []
    file = scratch
  }

  /// The array of all that was taken.
  package func finish() throws(FormatError) -> any ArrayBlockSource {
    guard let file else {
      let array = try FormatError.wrapping(.limitExceeded, file: name) { () throws(ArrayError) in
        try descriptor.array(of: runs)
      }
      return MemoryBlocks(array, name: name)
    }
    var shape = descriptor.shape
    if let axis = descriptor.openAxis { shape[axis] = descriptor.rowCount == 0 ? 0 : count / descriptor.rowCount }
    return RawBlocks(
      file, ArrayDescriptor(dtype: descriptor.dtype, shape: shape, isFortranOrder: descriptor.isFortranOrder))
  }
}
