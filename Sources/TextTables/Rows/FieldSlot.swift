internal import ByteIO
internal import NDArrays

/// Where one value of a row is stored: a column of a plain array, or a leaf field of a structured dtype.
struct FieldSlot: Sendable {
  let dtype: DType
  /// Where it is stored, in bytes from the start of the row.
  let offset: Int

  /// The slots of a dtype in order: fields within fields, and each element of fields that are arrays.
  ///
  /// - Throws: ``FormatError`` for objects, for arrays that are not fields, and for more slots than a row can have.
  static func slots(of dtype: DType) throws(FormatError) -> FieldSlots {
    if dtype.subarray != nil {
      throw FormatError(
        .badArgument,
        "file reader does not support subarray dtypes.  You canput the dtype into a structured one using "
          + "`np.dtype(('name', dtype))` to avoid this limitation.")
    }
    guard !dtype.hasObjects else { throw FormatError(.unsupported, "text cannot be read as Python objects") }
    var slots: [FieldSlot] = []
    try append(dtype, 0, to: &slots)
    return FieldSlots(slots)
  }

  /// A dtype's description is short, but a subarray within it may have any number of elements.
  private static let maxSlots = 1 << 22

  private static func append(_ dtype: DType, _ offset: Int, to slots: inout [FieldSlot]) throws(FormatError) {
    if let fields = dtype.fields {
      for field in fields { try append(field.dtype, offset + field.offset, to: &slots) }
    } else if let (element, shape) = dtype.subarray {
      guard let count = Layout.elementCount(shape), count <= maxSlots - slots.count else {
        throw FormatError(.limitExceeded, "a row of \(dtype) has more columns than can be read")
      }
      for index in 0..<count { try append(element, offset + index * element.itemSize, to: &slots) }
    } else {
      slots.append(FieldSlot(dtype: dtype, offset: offset))
    }
  }
}

/// The values of a row in order.
///
/// Those of a plain array are alike and take no memory, however many columns a line has.
struct FieldSlots: RandomAccessCollection, Sendable {
  private let listed: [FieldSlot]
  private let alike: DType?
  let endIndex: Int
  var startIndex: Int { 0 }

  /// Leaves of any kind.
  init(_ slots: [FieldSlot]) {
    listed = slots
    alike = nil
    endIndex = slots.count
  }

  /// The columns of a plain array, one after the other.
  init(alike dtype: DType, count: Int) {
    listed = []
    alike = dtype
    endIndex = count
  }

  subscript(index: Int) -> FieldSlot {
    if let alike { return FieldSlot(dtype: alike, offset: index * alike.itemSize) }
    return listed[index]
  }

  /// The bytes of all of them.
  var byteCount: Int {
    if let alike { return endIndex * alike.itemSize }
    return listed.reduce(0) { $0 + $1.dtype.itemSize }
  }
}
