package import ByteIO
package import NDArrays

extension TorchTensor {
  /// The elements as raw bytes of a format that NumPy has no dtype for; `nil` for a tensor of any other type, and for one
  /// whose numbers are not just those of its bytes.
  package func foreignElements() throws(FormatError) -> (array: AnyNDArray, format: ElementFormat)? {
    guard quantization == nil, !isConjugate, !isNegative, storage.storages.byteOrder == .little,
      type.wideDType != nil, let format = ElementFormat(rawValue: type.name)
    else { return nil }
    return (try storedArray(), format)
  }
}
