package import ByteIO
package import NDArrays
package import PythonPickle

/// Recognises a form of arrays that this module does not know: tensors, say.
package protocol ArrayRecognizer: SendableMetatype {
  /// The array that a value is; `nil` if it is not of the form in question.
  ///
  /// - Throws: ``FormatError`` if it is such an array, but its description is wrong.
  static func recognize(_ value: PickleValue) throws(FormatError) -> PickledArray?
}

/// What finds the array that a value of a pickle is: NumPy's own forms, and those of libraries above this module.
///
/// A module that knows other forms has a type that conforms to ``ArrayRecognizer``, and the module above all of them lists
/// these types in a constant that is handed down: nothing has to be registered at run time.
package struct ArrayRecognizers: Sendable {
  private let others: [any ArrayRecognizer.Type]

  /// NumPy's forms, then others in their order.
  package init(_ others: [any ArrayRecognizer.Type]) { self.others = others }

  /// NumPy's forms alone.
  package static let numPy = ArrayRecognizers([])

  /// The array that a value is; `nil` if it is none.
  ///
  /// - Throws: ``FormatError`` if it is an array whose description is wrong; it names where the value was read.
  package func array(in value: PickleValue) throws(FormatError) -> PickledArray? {
    do throws(FormatError) {
      if let found = try PickledArray.numPyForm(of: value) { return found }
      for other in others {
        if let found = try other.recognize(value) { return found }
      }
      return nil
    } catch {
      let origin = value.object?.origin
      throw error.at(file: origin?.file, offset: origin?.offset)
    }
  }
}

extension PickleValue {
  /// The array (or NumPy scalar) that the value is in one of NumPy's forms; `nil` if it is none, or one of objects.
  package func numPyArray() throws(FormatError) -> AnyNDArray? {
    try ArrayRecognizers.numPy.array(in: self)?.content.values
  }
}
