package import ArrayBytes
package import ByteIO
package import NDArrays

/// The array of a `.npy` file or member as a source.
package struct StoredBlocks: ArrayBlockSource {
  private let elements: any ArrayBlockSource
  /// The file, which may be shorter than its header says.
  private let file: NPYFile
  /// The member of an archive, for errors.
  private let member: String?
  /// How all of it is loaded, where there is a better way than reading the file: members are verified.
  private let load: @Sendable () throws(FormatError) -> AnyNDArray
  /// The file as it is read from front to back, and what is checked afterwards.
  private let open: @Sendable () throws(FormatError) -> (file: NPYFile, verify: () throws(FormatError) -> Void)

  /// Reads all bytes of a member and holds them against its checksum.
  private let check: @Sendable () throws(FormatError) -> Void

  /// The array of an open file.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for arrays of objects.
  package init(_ file: NPYFile) throws(FormatError) {
    try self.init(file, load: { () throws(FormatError) in try file.read() }, open: { (file, {}) }, check: {})
  }

  /// A member of an archive.
  ///
  /// - Parameters:
  ///   - load: Reads and verifies all of it.
  ///   - open: Opens it to be read from front to back, with what is checked after the last byte.
  ///   - check: Reads all of its bytes, and verifies them.
  package init(
    _ file: NPYFile, member: String? = nil, load: @escaping @Sendable () throws(FormatError) -> AnyNDArray,
    open: @escaping @Sendable () throws(FormatError) -> (file: NPYFile, verify: () throws(FormatError) -> Void),
    check: @escaping @Sendable () throws(FormatError) -> Void
  ) throws(FormatError) {
    elements = try file.elements()
    self.file = file
    self.load = load
    self.member = member
    (self.open, self.check) = (open, check)
  }

  /// The same bytes under another shape.
  private init(_ other: StoredBlocks, _ elements: any ArrayBlockSource) {
    (load, open, check, member, file) = (other.load, other.open, other.check, other.member, other.file)
    self.elements = elements
  }

  package var name: String { elements.name }
  package var descriptor: ArrayDescriptor { elements.descriptor }
  package var seekCost: SeekCost { elements.seekCost }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    do throws(FormatError) {
      try self.file.requireComplete()
      let (file, verify) = try open()
      try file.elements().forEachRun(ofCount: count, body)
      try verify()
    } catch { throw error.at(member: member) }
  }

  package func verify() throws(FormatError) {
    do throws(FormatError) { try check() } catch { throw error.at(member: member) }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    do throws(FormatError) {
      if !file.isComplete { try file.requireRows(of: slice, elements.descriptor.shape) }
      return try elements.read(slice: slice)
    } catch { throw error.at(member: member) }
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    do throws(FormatError) { try file.requireComplete() } catch { throw error.at(member: member) }
    let array = try load()
    guard array.shape != descriptor.shape else { return array }
    return try wrapping { () throws(ArrayError) in try array.reshaped(descriptor.shape) }
  }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    elements.reshaped(shape).map { StoredBlocks(self, $0) }
  }
}
