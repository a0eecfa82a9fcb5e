internal import NDArrays
public import ByteIO
public import PickledArrays
public import PythonPickle
internal import ZipArchives
internal import NPYFormat

extension NPZArchive {
  /// Loads an array of objects, decoded without running anything; the member's checksum is verified.
  ///
  /// - Throws: ``FormatError`` naming the member: see ``NPYFile/readObjects(options:)``.
  public func objects(
    _ name: String, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> ObjectArray {
    let bytes = try data(of: name)
    do throws(FormatError) {
      return try NPYFile(MemorySource(bytes, name: zip.source.name), limits: limits).readObjects(options: options)
    } catch { throw located(error, try member(name)) }
  }

  /// Loads an array, whether it is one of values or of objects.
  ///
  /// - Throws: ``FormatError`` naming the member.
  public func storedArray(
    _ name: String, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> StoredArray {
    if try header(of: name).dtype.hasObjects {
      .objects(try objects(name, options: options))
    } else {
      .values(try array(name))
    }
  }
}
