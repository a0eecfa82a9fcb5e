public import ByteIO
public import NDArrays
public import PythonPickle

/// An array of Python objects: NumPy's dtype `O`, or records with fields of it.
public struct ObjectArray: PickleConvertible, PickledArrayConvertible {
  /// The length of each axis.
  public let shape: [Int]
  /// The objects in C order; of records each is the tuple of its fields.
  public var items: [PickleValue]
  /// `O`, or the type of records that hold objects.
  public let dtype: DType
  /// Whether NumPy holds the array in Fortran order; its pickle lists the items in C order all the same.
  public let isFortran: Bool
  /// Whether NumPy holds the array as a view with gaps or backward steps, which is neither in C nor in Fortran order.
  package var isStrided = false
  /// Whether the axes' steps grow from the first to the last, so that a copy in order 'K' is in Fortran order.
  package var hasFortranStrides: Bool
  /// What represents NumPy's `StringDType` in the pickle, if the elements are its strings; in files they are objects.
  package var stringType: PickleObject?
  /// The object that the array was read from: what tells an array that contains itself.
  package var source: PickleObject?

  /// An array of objects in C order.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if their number is not that of the shape, `wrongDType` for a
  ///   dtype without objects.
  public init(
    shape: [Int], items: [PickleValue], dtype: DType = .object, isFortran: Bool = false
  ) throws(FormatError) {
    guard dtype.hasObjects else { throw FormatError(.wrongDType, "the elements are \(dtype), no objects") }
    do throws(ArrayError) {
      let count = try AnyNDArray.check(shape: shape, itemSize: 1)
      guard count == items.count else {
        throw ArrayError(.shapeMismatch, "\(items.count) objects for an array of \(count)")
      }
    } catch { throw FormatError(.malformed, error.message) }
    self.shape = shape
    self.items = items
    self.dtype = dtype
    self.isFortran = isFortran
    hasFortranStrides = isFortran
  }

  package func pickledArray() -> PickledArray { PickledArray(kind: .array, content: .objects(self), mask: nil) }

  /// NumPy's form of the array.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for elements that the protocol has no form for.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    let type: PickleValue
    if let stringType { type = .object(stringType) } else { type = try dtype.pickleValue(in: context) }
    return ArrayInPickle.reconstruct(
      NumPyModules(context).core, .tuple(shape.map { .int($0) }), type, isFortran, .list(items))
  }
}
