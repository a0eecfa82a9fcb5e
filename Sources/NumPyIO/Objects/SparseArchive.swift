internal import ByteIO
internal import NDArrays
internal import NPZFormat
internal import PickledArrays
internal import PythonPickle
internal import ZipArchives

/// A sparse matrix as `scipy.sparse.save_npz` writes it: an archive of its parts.
enum SparseArchive {
  /// The matrix as it stands in pickles; `nil` for an archive of anything else.
  ///
  /// - Throws: ``FormatError`` if a part cannot be read.
  static func value(of archive: NPZArchive) throws(FormatError) -> PickleValue? {
    guard archive.contains("format"), archive.contains("shape"), archive.contains("data"),
      let format = try text(archive.array("format")), SparseArray.Format(rawValue: format) != nil,
      let shape = try archive.array("shape").integers
    else { return nil }
    let state = PickleDict()
    try state.set(.string("_shape"), to: .tuple(shape.map { .int($0) }))
    for name in ["data", "indices", "indptr", "offsets", "row", "col"] where archive.contains(name) {
      try state.set(.string(name), to: .array(archive.array(name)))
    }
    if archive.contains("coords") {
      let coordinates = try archive.array("coords")
      let rows = try FormatError.wrapping(.malformed, file: archive.zip.source.name) { () throws(ArrayError) in
        try (0..<(coordinates.shape.first ?? 0)).map { (row) throws(ArrayError) in try coordinates.slice([.index(row)])
        }
      }
      try state.set(.string("coords"), to: .tuple(rows.map { .array($0) }))
    }
    return .object(PickleObject("scipy.sparse", format + "_matrix", state: .dict(state)))
  }

  /// The only text of an array without axes.
  private static func text(_ array: AnyNDArray) -> String? {
    guard array.shape.isEmpty, [.bytes, .string].contains(array.dtype.kind) else { return nil }
    return (try? array.strings())?.first
  }
}
