public import NPYFormat
public import ByteIO
internal import NDArrays
public import PythonPickle

// Object arrays in `.npy`: the header says `|O`, then follows a pickle of the array (numpy.lib.format.write_array).

extension NPYFile {
  /// The array of objects that the file holds, decoded without running anything: NumPy's `allow_pickle=True`, which
  /// runs what the file says.
  ///
  /// - Throws: ``FormatError`` with code `wrongDType` if the elements are not objects, `malformed` if the pickle is no
  ///   array.
  public func readObjects(options: PickleReader.Options = PickleReader.Options()) throws(FormatError) -> ObjectArray {
    guard header.dtype.hasObjects else {
      throw FormatError(.wrongDType, "the elements are \(header.dtype), no objects", file: source.name)
    }
    do throws(FormatError) {
      var reader = PickleReader(source, at: dataOffset, options: options)
      let value = try reader.read()
      // Old files hold the list of the objects alone.
      let objects = try ArrayRecognizers.numPy.array(in: value)?.content.objects
      guard let items = objects?.items ?? value.items else {
        throw FormatError(.malformed, "the pickle holds no array of objects", offset: dataOffset)
      }
      var array = try ObjectArray(
        shape: header.shape, items: items, dtype: header.dtype, isFortran: header.isFortranOrder)
      array.source = value.object
      array.stringType = objects?.stringType
      return array
    } catch { throw error.at(file: source.name) }
  }

  /// Reads the whole array, whether it is one of values or of objects.
  ///
  /// - Throws: ``FormatError``: see ``read()`` and ``readObjects(options:)``.
  public func readStored(
    options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> StoredArray {
    if header.dtype.hasObjects { .objects(try readObjects(options: options)) } else { .values(try read()) }
  }
}

extension ObjectArray {
  /// Loads the array of objects of a `.npy` file, decoded without running anything: NumPy's `np.load(path, allow_pickle=True)`, which
  /// runs what the file says.
  ///
  /// - Throws: ``FormatError`` with code `wrongDType` if the elements are not objects, `malformed` if the pickle is no array.
  public init(
    contentsOf path: String, options: PickleReader.Options = PickleReader.Options(), limits: LoadLimits = .default
  ) throws(FormatError) {
    self = try NPYFile(opening: path, limits: limits).readObjects(options: options)
  }

  /// Saves the array as `np.save` does: a `.npy` header and a pickle of protocol 4.
  ///
  /// - Throws: ``FormatError`` for an object that cannot be pickled, and what writing throws.
  public func save(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try AtomicFile.write(to: path, replacing: replacing, durability: durability) {
      (sink: any ByteSink) throws(FormatError) in
      try writeNPY(to: sink)
    }
  }

  /// Writes the array in `.npy` format.
  ///
  /// - Throws: ``FormatError`` for an object that cannot be pickled, and what the sink throws.
  public func writeNPY(to sink: any ByteSink) throws(FormatError) {
    try sink.write(encodedHeader().bytes)
    try PickleWriter(sink, options: PickleWriter.Options(protocolVersion: 4)).write(.array(self))
  }

  package func encodedHeader() throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    try NPYHeader.encode(dtype: dtype, shape: shape, fortranOrder: isFortran)
  }

  /// What follows the header: NumPy pickles the array with protocol 4.
  package func filePickle() throws(FormatError) -> [UInt8] {
    try Pickle.bytes(of: .array(self), options: PickleWriter.Options(protocolVersion: 4))
  }
}
