internal import ArrayBytes
internal import NPYFormat
internal import ArrayDeflate
public import ByteIO
public import NDArrays
internal import ParallelLoops
internal import ZipArchives

extension NPZArchive {
  /// Loads an array: NumPy's `archive["arr_0"]`.
  ///
  /// A stored member is read, a compressed one inflated, straight into the array's memory, on all cores where the
  /// archive is this library's own; the checksum is verified.
  ///
  /// - Throws: ``FormatError`` naming the member: `notFound`, `corrupt`, `truncated`, or what its header lacks.
  public func array(_ name: String) throws(FormatError) -> AnyNDArray {
    let member = try member(name)
    do throws(FormatError) {
      return try ByteProgress.reading(zip.source, total: member.compressedSize) { () throws(FormatError) in
        try load(member)
      }
    } catch { throw located(error, member) }
  }

  /// Loads an array: see `array(_:)`.
  public subscript(name: String) -> AnyNDArray {
    get throws(FormatError) { try array(name) }
  }

  /// Loads an array whose elements are of one Swift type.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if they are of another.
  public func array<Element>(_ name: String) throws(FormatError) -> NDArray<Element> {
    let array: AnyNDArray = try array(name)
    do throws(ArrayError) { return try NDArray(array) } catch {
      throw FormatError(.badArgument, error, file: zip.source.name).at(member: name)
    }
  }

  /// Loads an array whose elements are of the type given: `try archive.array("x", as: Double.self)`.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if they are of another.
  public func array<Element>(_ name: String, as type: Element.Type) throws(FormatError) -> NDArray<Element> {
    try array(name)
  }

  /// Reads a part of an array: of a stored member its bytes, of a compressed one of this library's what it needs of
  /// the segments that it touches. Checksums are verified of segments that are read whole only.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array.
  public func read(_ name: String, _ indices: any AxisIndex...) throws(FormatError) -> AnyNDArray {
    try slice(name, indices.map(\.axisSelection))
  }

  /// Reads a part of an array: see ``read(_:_:)``.
  ///
  /// - Throws: As ``read(_:_:)``.
  public func slice(_ name: String, _ selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let member = try member(name)
    do throws(FormatError) { return try file(of: member).read(slice: selections) } catch {
      throw located(error, member)
    }
  }

  /// Loads all arrays, on all cores; members that are not arrays are left out.
  ///
  /// - Throws: ``FormatError`` naming the first member that is broken.
  public func arrays() throws(FormatError) -> [(name: String, array: AnyNDArray)] {
    let members = zip.members
    let total = members.reduce(0) { $0 &+ $1.compressedSize }
    let arrays = try ByteProgress.reading(zip.source, total: total) { () throws(FormatError) in
      try prepareAll(of: members)
      let load: @Sendable (Int) throws(FormatError) -> AnyNDArray? = { (index) throws(FormatError) in
        let member = members[index]
        guard try self.isArray(member) else { return nil }
        do throws(FormatError) { return try self.load(member) } catch { throw self.located(error, member) }
      }
      // From a server they come one after the other.
      guard zip.source.seekCost == .perRead else { return try Parallel.map(members.count, load) }
      var arrays: [AnyNDArray?] = []
      for index in members.indices { arrays.append(try load(index)) }
      return arrays
    }
    return named(members, arrays)
  }

  private func named(
    _ members: [ZipMember], _ arrays: [AnyNDArray?]
  ) -> [(name: String, array: AnyNDArray)] {
    members.indices.compactMap { index in
      arrays[index].map { (NPZArchive.withoutExtension(members[index].name), $0) }
    }
  }

  private func load(_ member: ZipMember) throws(FormatError) -> AnyNDArray {
    // A long array that is stored comes straight into its place.
    if member.method != .stored || member.compressedSize < 4 << 20 { try prepareAll(of: [member]) }
    let contents = try openedContents(of: member)
    let opened = try NPYFile(contents.source, limits: limits, allowingTruncation: member.isCut)
    let file = member.isCut ? try opened.recovered() : opened
    let header = file.header
    let total = try header.byteCount.checkedAdding(header.dataByteCount)
    guard total == member.uncompressedSize, !member.isCut, !header.dtype.hasObjects else {
      // Bytes after the array, or none that can be read as one.
      let array = try file.read()
      try verify(member)
      return array
    }
    // The header, whose length is a multiple of 64, stays in front of the data: so all of it is read in one go.
    let storage = try ArrayStorage.allocating(total, for: zip.source.name)
    try fill(storage, with: member, contents)
    let array = AnyNDArray(
      uncheckedDType: header.dtype, shape: header.shape, strides: header.strides, offset: header.byteCount,
      storage: storage)
    return try NPYFile.expanded(array, zip.source)
  }

  func fill(
    _ storage: ArrayStorage, with member: ZipMember, _ contents: MemberContents
  ) throws(FormatError) {
    // Safe: the storage is new and nobody else knows it; it outlives the calls.
    let target = unsafe storage.mutableBuffer
    if case .inflated(let inflated) = contents, let index = inflated.index {
      // Every segment is checked against its own checksum.
      try unsafe Inflate.inflate(
        0..<target.count, of: index, from: zip.source, at: inflated.range.lowerBound, into: target)
      return
    }
    let crc: UInt32
    if case .inflated(let inflated) = contents, member.method == .deflate {
      crc = try unsafe Inflate.inflateAndChecksum(
        from: zip.source, at: inflated.range.lowerBound, compressedCount: inflated.range.count, into: target)
    } else {
      crc = try storage.fill(checksumming: contents.source)
    }
    try zip.check(member, count: target.count, crc32: crc)
  }
}
