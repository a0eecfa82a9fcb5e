package import ByteIO
package import NDArrays

extension AnyNDArray {
  /// An array over bytes of a mapped file, which it keeps mapped.
  package init(
    mapped map: MappedFile, offset: Int, dtype: DType, shape: [Int], fortran: Bool
  ) throws(FormatError) {
    // Safe: the map owns its bytes and lives as long as the storage, which holds it.
    let storage = unsafe ArrayStorage(
      borrowing: map.baseAddress, byteCount: map.count, owner: map, isWritable: map.access != .readOnly)
    do throws(ArrayError) {
      let array = try AnyNDArray(
        storage: storage, offset: offset, dtype: dtype, shape: shape,
        strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran))
      self = try array.expandingSubarray()
    } catch {
      throw FormatError(.truncated, error.message, file: map.name, offset: offset)
    }
  }
}
