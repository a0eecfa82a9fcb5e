public import ByteIO
public import NDArrays
public import PickledArrays
public import PythonPickle
internal import TorchFiles

extension ArrayRecognizers {
  /// All forms of arrays that this package knows. A module that recognises more is added here.
  static let all = ArrayRecognizers([TorchTensor.self, LibraryArrays.self])
}

extension PickledArray {
  /// The array in a value; `nil` if the value is not an array at all.
  ///
  /// The bytes are not copied where they have memory of their own, as all large ones have that were read.
  ///
  /// - Throws: ``FormatError``: `malformed` where NumPy's own `__setstate__` would refuse (lengths that do not fit
  ///   the shape, bytes for objects), `unsupported` for types that are not arrays of bytes.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let found = try ArrayRecognizers.all.array(in: value) else { return nil }
    self = found
  }
}

extension PickleValue {
  /// The array (or NumPy scalar) that the value is; `nil` if it is none, or one of objects.
  ///
  /// - Throws: ``FormatError`` if it is an array whose description is wrong.
  public func array() throws(FormatError) -> AnyNDArray? {
    guard let pickled = try PickledArray(self), case .values(let array) = pickled.content else { return nil }
    return array
  }

  /// The array (or NumPy scalar) that the value is, of a type that is known: `try value["w"]?.array(as: Float.self)`.
  ///
  /// - Throws: ``FormatError`` with code `wrongKind` if the value is no array, `wrongDType` if its elements are of another type.
  public func array<Element>(as type: Element.Type) throws(FormatError) -> NDArray<Element> {
    guard let array = try array() else { throw FormatError(.wrongKind, "a \(typeName) is no array of numbers") }
    return try FormatError.wrapping(.wrongDType, file: nil) { () throws(ArrayError) in try NDArray(array) }
  }
}
