import NumPyIO

extension StoredArray {
  /// Tells that a header needs a version of the format that NumPy's first releases do not know.
  func warnOfVersion() { NPYHeader.warnOfVersion(dtype, shape) }
}

extension ArrayStream {
  /// Tells that a header needs a version of the format that NumPy's first releases do not know.
  func warnOfVersion() { NPYHeader.warnOfVersion(dtype, shape) }
}

extension NPYHeader {
  /// Tells that a header needs a version of the format that NumPy's first releases do not know, in NumPy's words.
  fileprivate static func warnOfVersion(_ dtype: DType, _ shape: [Int]) {
    // Only the names of fields can be long, or outside of latin-1.
    guard dtype.isStructured, let header = try? NPYHeader.encode(dtype: dtype, shape: shape).header,
      header.version.major > 1
    else { return }
    Console.warn("Stored array in format \(header.version). It can only be read by NumPy >= 1.17")
  }

  /// Tells of a header that only a slow reading understands, in NumPy's words.
  func warnOfPython2() {
    guard isFromPython2 else { return }
    Console.warn(
      "Reading `.npy` or `.npz` file required additional header parsing as it was created on Python 2. "
        + "Save the file again to speed up loading and avoid this warning.")
  }
}
