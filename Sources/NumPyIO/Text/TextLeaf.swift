internal import ByteIO
internal import NDArrays

/// One value of a row as it is stored: a column of a plain array, or a leaf of a structured dtype.
struct TextLeaf: Sendable {
  let dtype: DType
  /// Where it is stored, in bytes from the start of the row.
  let offset: Int

  /// The leaves of a dtype in order: fields within fields, and each element of fields that are arrays.
  ///
  /// - Throws: ``FormatError`` for objects, for arrays that are not fields, and for more leaves than a row can have.
  static func leaves(of dtype: DType) throws(FormatError) -> [TextLeaf] {
    if dtype.subarray != nil {
      throw FormatError(
        .badArgument,
        "file reader does not support subarray dtypes.  You canput the dtype into a structured one using "
          + "`np.dtype(('name', dtype))` to avoid this limitation.")
    }
    guard !dtype.hasObjects else { throw FormatError(.unsupported, "text cannot be read as Python objects") }
    var leaves: [TextLeaf] = []
    try append(dtype, 0, to: &leaves)
    return leaves
  }

  /// A dtype's description is short, but a subarray within it may have any number of elements.
  private static let maxLeaves = 1 << 22

  private static func append(_ dtype: DType, _ offset: Int, to leaves: inout [TextLeaf]) throws(FormatError) {
    if let fields = dtype.fields {
      for field in fields { try append(field.dtype, offset + field.offset, to: &leaves) }
    } else if let (element, shape) = dtype.subarray {
      guard let count = Layout.elementCount(shape), count <= maxLeaves - leaves.count else {
        throw FormatError(.limitExceeded, "a row of \(dtype) has more columns than can be read")
      }
      for index in 0..<count { try append(element, offset + index * element.itemSize, to: &leaves) }
    } else {
      leaves.append(TextLeaf(dtype: dtype, offset: offset))
    }
  }
}

extension DType {
  /// Whether size or unit are to be found from the data: `S`, `U`, `M8` and `m8` by themselves.
  package var isFlexible: Bool {
    switch kind {
    case .bytes, .string: itemSize == 0
    case .datetime, .timedelta: dateUnit == .generic
    default: false
    }
  }
}
