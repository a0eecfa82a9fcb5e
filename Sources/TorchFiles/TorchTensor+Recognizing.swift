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

  /// Whether a value is a tensor or a storage, whose bytes are then there.
  ///
  /// - Throws: ``FormatError`` if its storage is missing, or shorter than it needs.
  package static func verify(_ value: PickleValue) throws(FormatError) -> Bool {
    if let tensor = try TorchTensor(of: value) {
      _ = try tensor.storedArray()
      return true
    }
    guard let storage = try TorchStorage(of: value) else { return false }
    _ = try TorchTensor(storage: storage, type: storage.type, offset: 0, shape: [storage.count], strides: [1])
      .storedArray()
    return true
  }

  private static let recognizers = ArrayRecognizers([TorchTensor.self])

  /// The array that a part of a tensor is: a tensor, or an array of NumPy's.
  static func array(in value: PickleValue) throws(FormatError) -> AnyNDArray? {
    try recognizers.array(in: value)?.content.values
  }
}
