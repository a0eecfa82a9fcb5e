public import NDArrays

/// An array as NumPy's files hold it: of values, or of Python objects.
///
/// ```swift
/// switch try archive.storedArray("x") {
/// case .values(let array): print(array)
/// case .objects(let objects): print(objects.items)
/// }
/// ```
public indirect enum StoredArray {
  /// Values of bytes.
  case values(AnyNDArray)
  /// Python objects, or records with objects in them.
  case objects(ObjectArray)

  /// The length of each axis.
  public var shape: [Int] {
    switch self {
    case .values(let array): array.shape
    case .objects(let array): array.shape
    }
  }

  /// The type of the elements.
  public var dtype: DType {
    switch self {
    case .values(let array): array.dtype
    case .objects(let array): array.dtype
    }
  }

  /// The values; `nil` for objects.
  public var values: AnyNDArray? { if case .values(let array) = self { array } else { nil } }
  /// The objects; `nil` for values.
  public var objects: ObjectArray? { if case .objects(let array) = self { array } else { nil } }
}

/// An array that can be saved: ``AnyNDArray``, every ``NDArray``, and ``ObjectArray``.
public protocol SavableArray {
  /// The array without its static type.
  var stored: StoredArray { get }
}

extension AnyNDArray: SavableArray {
  /// The array without its static type.
  public var stored: StoredArray { .values(self) }
}

extension NDArray: SavableArray {
  /// The array without its static type.
  public var stored: StoredArray { .values(untyped) }
}

extension ObjectArray: SavableArray {
  /// The array without its static type.
  public var stored: StoredArray { .objects(self) }
}

extension StoredArray: SavableArray {
  /// The array itself.
  public var stored: StoredArray { self }
}
