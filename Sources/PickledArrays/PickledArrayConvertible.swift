package import ByteIO
package import NDArrays
package import PythonPickle

/// A Swift value that is an array in a pickle.
package protocol PickledArrayConvertible {
  func pickledArray() throws(FormatError) -> PickledArray
}

extension AnyNDArray {
  /// NumPy's form of the array.
  package func pickledForm(in context: PickleContext) throws(FormatError) -> PickleValue {
    try ArrayInPickle(array: self, isScalar: false).pickleValue(in: context)
  }
}

/// An array whose description is known before its bytes are read.
package protocol DescribedArray: PickledArrayConvertible {
  var dtype: DType { get }
  var shape: [Int] { get }
}
