internal import ArrayBytes
package import ByteIO
package import NDArrays
internal import ZipArchives

extension NPZArchive {
  /// A member's content as an array of bytes: within the map of the file, if there is one and the member is stored;
  /// else read, and checked against its checksum if it has one.
  package func bytes(of name: String, map: MappedFile?, isChecked: Bool) throws(FormatError) -> AnyNDArray {
    let member = try member(name)
    do throws(FormatError) {
      if let map, member.method == .stored {
        let range = try zip.dataRange(of: member)
        return try AnyNDArray(
          mapped: map, offset: range.lowerBound, dtype: .uint8, shape: [range.count], fortran: false)
      }
      let contents = try openedContents(of: member)
      if !isChecked {
        var reader = ByteReader(contents.source, at: 0)
        return try AnyNDArray(readingFrom: &reader, dtype: .uint8, shape: [member.uncompressedSize], fortran: false)
      }
      let storage = try ArrayStorage.allocating(member.uncompressedSize, for: zip.source.name)
      try fill(storage, with: member, contents)
      return AnyNDArray(
        uncheckedDType: .uint8, shape: [storage.byteCount], strides: [1], offset: 0, storage: storage)
    } catch { throw located(error, member) }
  }
}
