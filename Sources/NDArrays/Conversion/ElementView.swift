/// How elements are seen that are stored as something else.
public enum ElementView: Sendable, Hashable {
  /// The same bytes as another dtype: NumPy's `view`.
  case dtype(DType)
  /// Numbers of a format that NumPy has no dtype for, decoded.
  case format(ElementFormat)

  /// The dtype of the elements that are seen.
  package var dtype: DType {
    switch self {
    case .dtype(let dtype): dtype
    case .format(let format): format.dtype
    }
  }

  /// The bytes of an element where it is stored.
  package var itemSize: Int {
    switch self {
    case .dtype(let dtype): dtype.itemSize
    case .format(let format): format.itemSize
    }
  }
}

extension ElementView {
  /// The view of a name: one of ``ElementFormat``, or anything that `np.dtype` takes as a string.
  ///
  /// - Throws: ``ArrayError`` with code `badDType` if it is neither.
  public init(_ name: String) throws(ArrayError) {
    if let format = ElementFormat(rawValue: name) {
      self = .format(format)
      return
    }
    let dtype: DType
    do throws(ArrayError) { dtype = try DType(parsing: name) } catch {
      let formats = ElementFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ArrayError(.badDType, "'\(name)' is neither a dtype nor one of \(formats)")
    }
    guard !dtype.hasObjects, dtype.itemSize > 0 else {
      throw ArrayError(.badDType, "elements cannot be seen as \(dtype.notation), which has no bytes of its own")
    }
    self = .dtype(dtype)
  }
}
