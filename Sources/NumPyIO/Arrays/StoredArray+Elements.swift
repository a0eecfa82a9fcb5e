public import PickledArrays
internal import NPYFormat
public import ByteIO
public import NDArrays

// What can be done with an array whatever its elements are.

extension StoredArray {
  /// The elements as values of bytes.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if they are objects.
  public func requireValues() throws(FormatError) -> AnyNDArray {
    if let values { return values }
    throw FormatError(.unsupported, "the elements are Python objects, not numbers")
  }

  /// Saves the array as a `.npy` file, byte for byte as `np.save` would.
  ///
  /// - Throws: ``FormatError``: see `AnyNDArray.save(to:replacing:durability:)`.
  public func save(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    switch self {
    case .values(let array): try array.save(to: path, replacing: replacing, durability: durability)
    case .objects(let array): try array.save(to: path, replacing: replacing, durability: durability)
    }
  }

  /// NumPy's `str` or `repr` of the array.
  public func formatted(_ style: PrintStyle = .str, options: PrintOptions = PrintOptions()) -> String {
    switch self {
    case .values(let array): array.formatted(style, options: options)
    case .objects(let array): array.formatted(style, options: options)
    }
  }

  /// The elements in brackets: NumPy's `np.array2string`, see
  /// ``AnyNDArray/elementText(separator:prefix:suffix:options:)``.
  public func elementText(
    separator: String = " ", prefix: String = "", suffix: String = "", options: PrintOptions = PrintOptions()
  ) -> String {
    switch self {
    case .values(let array):
      array.elementText(separator: separator, prefix: prefix, suffix: suffix, options: options)
    case .objects(let array):
      array.elementText(separator: separator, prefix: prefix, suffix: suffix, options: options)
    }
  }

  /// The part that NumPy's indexing selects.
  ///
  /// - Throws: ``ArrayError`` for indices that do not fit the array.
  public func slice(_ selections: [AxisSelection]) throws(ArrayError) -> StoredArray {
    try rearranged { (array: AnyNDArray) throws(ArrayError) in try array.slice(selections) }
  }

  /// The same elements moved about, as slicing and reshaping do. Of objects it is their places that `body` moves.
  ///
  /// - Throws: What `body` throws.
  public func rearranged(
    _ body: (AnyNDArray) throws(ArrayError) -> AnyNDArray
  ) throws(ArrayError) -> StoredArray {
    switch self {
    case .values(let array): .values(try body(array))
    case .objects(let array): .objects(try array.rearranged(body))
    }
  }

  /// The elements as another type: NumPy's `astype`. Values become objects as `tolist` makes them; objects become
  /// values as Python's `int`, `float` and so on take them.
  ///
  /// - Throws: ``ArrayError`` if there is no such conversion, or a value does not fit.
  public func asType(_ dtype: DType) throws(ArrayError) -> StoredArray {
    switch self {
    case .values(let array) where dtype.kind == .object: .objects(try ObjectArray(array))
    case .values(let array): .values(try array.asType(dtype, casting: .unsafe))
    case .objects(let array) where dtype == array.dtype: .objects(array)
    case .objects(let array): .values(try array.asType(dtype))
    }
  }
}

extension StoredArray {
  /// A field of records: NumPy's `array["x"]`.
  ///
  /// - Throws: ``ArrayError`` with code `noSuchField`.
  public func field(_ name: String) throws(ArrayError) -> StoredArray {
    switch self {
    case .values(let array): return .values(try array.field(name))
    case .objects(let array):
      guard let fields = array.dtype.fields, let index = fields.firstIndex(where: { $0.name == name }) else {
        throw ArrayError(.noSuchField, "no field of name \(name)")
      }
      // The records are tuples of their fields.
      let items = array.items.map { $0.items?.indices.contains(index) == true ? $0.items?[index] ?? .none : .none }
      let objects = try ObjectArray.of(items, shape: array.shape, isFortran: array.isFortran)
      return try StoredArray.objects(objects).asType(fields[index].dtype)
    }
  }
}

extension ObjectArray: CustomStringConvertible {
  /// What NumPy prints: `str(array)`.
  public var description: String { StoredArray.objects(self).description }
}

extension StoredArray: CustomStringConvertible {
  /// What NumPy prints: `str(array)`.
  public var description: String { formatted(.str) }
}
