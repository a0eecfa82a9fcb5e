package import NDArrays
internal import PythonPickle

// Objects to values, as NumPy's `astype` converts them: each object is what Python's `int`, `float` and so on make of it.

extension ObjectArray {
  /// The elements as values: NumPy's `array.astype(dtype)`, in the order of the array's axes in memory (`order='K'`).
  ///
  /// - Throws: ``ArrayError`` with code `badValue` and NumPy's words for the first object that Python does not take for
  ///   such a value, or that does not fit.
  package func asType(_ dtype: DType, recognizing recognizers: ArrayRecognizers) throws(ArrayError) -> AnyNDArray {
    var conversion = ObjectConversion(to: dtype, recognizers)
    let values = try conversion.convert(items).reshaped(shape)
    return hasFortranStrides ? values.packed(fortran: true) : values
  }
}

extension AnyNDArray {
  /// Whether a copy in NumPy's order 'K' has its elements in Fortran's order: the steps grow from the first axis to the
  /// last, those of length 1 left out.
  package var hasAscendingStrides: Bool {
    let steps = zip(shape, strides).filter { $0.0 != 1 }.map { $0.1.magnitude }
    return steps.count > 1 && zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 }
  }
}
