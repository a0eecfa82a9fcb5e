package import ByteIO
internal import NDArrays
package import PickledArrays
package import PythonPickle

extension TorchTensor: ArrayRecognizer {
  /// The array of a tensor or storage in a plain pickle: see ``ArrayRecognizers``.
  package static func recognize(_ value: PickleValue) throws(FormatError) -> PickledArray? {
    if let tensor = try TorchTensor(of: value) { return try tensor.pickledArray() }
    return try TorchStorage(of: value)?.pickledArray()
  }

  private static let recognizers = ArrayRecognizers([TorchTensor.self])

  /// The array that a part of a tensor is: a tensor, or an array of NumPy's.
  static func array(in value: PickleValue) throws(FormatError) -> AnyNDArray? {
    try recognizers.array(in: value)?.content.values
  }
}
