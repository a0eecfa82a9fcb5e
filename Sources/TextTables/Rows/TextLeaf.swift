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
  static func leaves(of dtype: DType) throws(FormatError) -> TextLeaves {
    if dtype.subarray != nil {
      throw FormatError(
        .badArgument,
        "file reader does not support subarray dtypes.  You canput the dtype into a structured one using "
          + "`np.dtype(('name', dtype))` to avoid this limitation.")
    }
    guard !dtype.hasObjects else { throw FormatError(.unsupported, "text cannot be read as Python objects") }
    var leaves: [TextLeaf] = []
    try append(dtype, 0, to: &leaves)
    return TextLeaves(leaves)
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

/// The values of a row in order.
///
/// Those of a plain array are alike and take no memory, however many columns a line has.
struct TextLeaves: RandomAccessCollection, Sendable {
  private let listed: [TextLeaf]
  private let alike: DType?
  let endIndex: Int
  var startIndex: Int { 0 }

  /// Leaves of any kind.
  init(_ leaves: [TextLeaf]) {
    listed = leaves
    alike = nil
    endIndex = leaves.count
  }

  /// The columns of a plain array, one behind the other.
  init(alike dtype: DType, count: Int) {
    listed = []
    alike = dtype
    endIndex = count
  }

  subscript(index: Int) -> TextLeaf {
    if let alike { return TextLeaf(dtype: alike, offset: index * alike.itemSize) }
    return listed[index]
  }

  /// The bytes of all of them.
  var byteCount: Int {
    if let alike { return endIndex * alike.itemSize }
    return listed.reduce(0) { $0 + $1.dtype.itemSize }
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
