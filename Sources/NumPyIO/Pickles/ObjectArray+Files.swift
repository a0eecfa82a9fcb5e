public import ByteIO
internal import NDArrays
public import PythonPickle

// Object arrays in `.npy`: the header says `|O`, then follows a pickle of the array (numpy.lib.format.write_array).

extension NPYFile {
  /// The array of objects that the file holds, decoded without running anything: NumPy's `allow_pickle=True`, which
  /// runs what the file says.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` if the elements are no objects, `malformed` if the pickle is no
  ///   array.
  public func readObjects(options: PickleReader.Options = PickleReader.Options()) throws(FormatError) -> ObjectArray {
    guard header.dtype.kind == .object else {
      throw FormatError(.badArgument, "the elements are \(header.dtype), no objects", file: source.name)
    }
    var reader = PickleReader(source, at: dataOffset, options: options)
    let value = try reader.read()
    if let array = try PickledArray(value), case .objects(let objects) = array.content {
      return try ObjectArray(shape: header.shape, items: objects.items, isFortran: header.isFortranOrder)
    }
    // Old files hold the list of the objects alone.
    guard let items = value.items else {
      throw FormatError(.malformed, "the pickle holds no array of objects", file: source.name, offset: dataOffset)
    }
    return try ObjectArray(shape: header.shape, items: items, isFortran: header.isFortranOrder)
  }
}

extension ObjectArray {
  /// Saves the array as `np.save` does: a `.npy` header and a pickle of protocol 4.
  public func save(to path: String, replacing: Bool = true) throws(FormatError) {
    try AtomicFile.write(to: path, replacing: replacing) { (sink: any ByteSink) throws(FormatError) in
      try writeNPY(to: sink)
    }
  }

  /// Writes the array in `.npy` format.
  public func writeNPY(to sink: any ByteSink) throws(FormatError) {
    try sink.write(NPYHeader.encode(dtype: .object, shape: shape, fortranOrder: isFortran).bytes)
    try PickleWriter(sink, options: PickleWriter.Options(protocolVersion: 4)).write(.array(self))
  }
}
