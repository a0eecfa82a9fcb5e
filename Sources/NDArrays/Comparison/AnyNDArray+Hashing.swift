extension AnyNDArray: Hashable {
  /// Hashes what `==` compares: the shape, the dtype but for its byte order, and the elements, if these are numbers, text or times.
  /// Goes through all elements.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    hasher.combine(dtype.native)
    guard let array = withOneZero() else { return }
    // Safe: the bytes are read within the call.
    unsafe array.withContiguousBytes { unsafe hasher.combine(bytes: $0) }
  }

  /// The array in this machine's byte order and with one zero for the two that floats have; `nil` if equal elements may differ
  /// in their bytes even so.
  private func withOneZero() -> AnyNDArray? {
    let array = reducible()
    switch dtype.kind {
    case .float, .complex:
      let zero = AnyNDArray(
        uncheckedDType: array.dtype, shape: [], strides: [], offset: 0,
        storage: ArrayStorage(zeroedByteCount: dtype.itemSize))
      // -0 + 0 is 0. Of 80 bits there is no arithmetic here.
      guard let zeros = try? zero.broadcast(to: shape) else { return nil }
      return try? Elementwise.calculate(.sum, array, zeros, dtype: array.dtype)
    // Records may have gaps, and floats in their fields.
    case .void, .object: return nil
    default: return array
    }
  }
}
