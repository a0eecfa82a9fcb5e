/// The type of an array's elements: NumPy's `dtype`.
///
/// A dtype tells how the bytes of one element are read: its kind, size and byte order, and for structured ones the
/// fields. It is a value; two are equal where NumPy's are.
///
/// ```swift
/// DType("<f8") == .float64
/// DType("M8[ns]").dateUnit                // nanoseconds
/// DType("<f4,<i4").fields?.map(\.name)      // ["f0", "f1"]
/// try DType(notation)                     // a notation from a user or a file may be wrong
/// ```
public struct DType: Sendable {
  /// What an element is, with NumPy's `dtype.kind` as raw value.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case bool = "b"
    case signedInteger = "i"
    case unsignedInteger = "u"
    case float = "f"
    case complex = "c"
    case timedelta = "m"
    case datetime = "M"
    case object = "O"
    /// Bytes of fixed length, padded by NUL: `S`.
    case bytes = "S"
    /// Text of fixed length in UTF-32, padded by NUL: `U`.
    case string = "U"
    /// Raw bytes, structured records and subarrays: `V`.
    case void = "V"
  }

  /// The order of the bytes within a number.
  public enum ByteOrder: String, Sendable, Hashable {
    case little = "<"
    case big = ">"
    /// There is only one order: single bytes, strings of bytes, records.
    case notApplicable = "|"

    /// The order of this machine.
    public static let native: ByteOrder = 1.littleEndian == 1 ? .little : .big
  }

  /// One field of a structured dtype.
  public struct Field: Hashable, Sendable {
    /// The field's name, by which `array[name]` gives it.
    public let name: String
    /// Its title, a second name.
    public let title: String?
    /// The type of its values.
    public let dtype: DType
    /// Where it begins, in bytes from the start of the record.
    public let offset: Int

    /// A field of a structured dtype, as an entry of the list in NumPy's `np.dtype([(title, name), dtype])` with its offset.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - dtype: The type of its values.
    ///   - offset: Where in the record it begins, in bytes.
    ///   - title: A second name by which it is found.
    public init(_ name: String, _ dtype: DType, offset: Int, title: String? = nil) {
      self.name = name
      self.title = title
      self.dtype = dtype
      self.offset = offset
    }
  }

  /// What a void dtype is made of. A class, so that plain dtypes stay small.
  final class Structure: Sendable {
    enum Content: Hashable, Sendable {
      case fields([Field])
      case subarray(DType, shape: [Int])
    }
    let content: Content
    private let index: FieldIndex?
    init(_ content: Content) {
      self.content = content
      if case .fields(let fields) = content, fields.count > FieldIndex.least {
        index = FieldIndex()
      } else {
        index = nil
      }
    }

    /// The field of a name or title.
    func field(_ name: String) -> Field? {
      guard case .fields(let fields) = content else { return nil }
      if let index { return index.place(of: name, in: fields).map { fields[$0] } }
      return fields.first { $0.name == name } ?? fields.first { $0.title == name }
    }
  }

  // The order keeps the small ones together: 32 bytes, which every array and descriptor has and copies.
  let structure: Structure?
  /// The size of an element in bytes: NumPy's `dtype.itemsize`.
  public let itemSize: Int
  /// The unit of a datetime or timedelta.
  public let dateUnit: DateUnit?
  /// What an element is, whatever its size: NumPy's `dtype.kind`.
  public let kind: Kind
  /// The order of an element's bytes, as far as it has more than one; other orders are turned when elements are taken as numbers.
  public let byteOrder: ByteOrder
  /// Whether a structured dtype was laid out as a C struct (`align=True`).
  public let isAlignedStruct: Bool
  /// The alignment in bytes that a C compiler would give it.
  public let alignment: Int

  init(
    _ kind: Kind, itemSize: Int, byteOrder: ByteOrder, alignment: Int, dateUnit: DateUnit? = nil,
    isAlignedStruct: Bool = false, structure: Structure? = nil
  ) {
    self.kind = kind
    self.itemSize = itemSize
    self.byteOrder = byteOrder
    self.alignment = alignment
    self.dateUnit = dateUnit
    self.isAlignedStruct = isAlignedStruct
    self.structure = structure
    checkInvariants()
  }

  /// The fields, if the dtype is structured.
  public var fields: [Field]? {
    guard let structure, case .fields(let fields) = structure.content else { return nil }
    return fields
  }

  /// The names of the fields, in their order, if the dtype is structured: NumPy's `dtype.names`.
  public var names: [String]? { fields?.map(\.name) }

  /// The type and shape of the elements, if the dtype is a subarray.
  public var subarray: (dtype: DType, shape: [Int])? {
    guard let structure, case .subarray(let dtype, let shape) = structure.content else { return nil }
    return (dtype, shape)
  }

  /// The innermost elements of a subarray, and the shapes of all its levels, the outermost first.
  package var flattenedSubarray: (dtype: DType, shape: [Int])? {
    guard var (inner, innerShape) = subarray else { return nil }
    while let (next, nextShape) = inner.subarray {
      inner = next
      innerShape += nextShape
    }
    return (inner, innerShape)
  }

  /// Whether the elements are records with ``fields``.
  public var isStructured: Bool { fields != nil }
  /// What an error about the name of a field adds: the names that there are.
  var fieldList: String {
    guard let names else { return ": elements of \(name) have no fields" }
    return "; there are " + names.joined(separator: ", ")
  }

  /// Whether numbers in it are stored in this machine's order, in all fields.
  public var isNative: Bool {
    if let fields { return fields.allSatisfy(\.dtype.isNative) }
    if let subarray { return subarray.dtype.isNative }
    return byteOrder == .notApplicable || byteOrder == .native
  }

  /// Whether an element, or a part of one, is a Python object.
  public var hasObjects: Bool {
    if let fields { return fields.contains { $0.dtype.hasObjects } }
    if let subarray { return subarray.dtype.hasObjects }
    return kind == .object
  }

  /// The field of a name or title; `nil` if there is none.
  public func field(_ name: String) -> Field? {
    structure?.field(name)
  }

  /// The size in bytes of the numbers whose bytes an order swap reverses: half the item of a complex, 4 for `U`.
  package var swapSize: Int {
    switch kind {
    case .complex: itemSize / 2
    case .string: 4
    case .bytes, .void, .object, .bool: 1
    default: itemSize
    }
  }

  /// The same dtype in another byte order, in all fields: NumPy's `newbyteorder`.
  public func withByteOrder(_ order: ByteOrder) -> DType {
    if let fields {
      return DType(
        .void, itemSize: itemSize, byteOrder: .notApplicable, alignment: alignment,
        isAlignedStruct: isAlignedStruct,
        structure: Structure(
          .fields(
            fields.map { Field($0.name, $0.dtype.withByteOrder(order), offset: $0.offset, title: $0.title) })))
    }
    if let subarray {
      return DType(
        .void, itemSize: itemSize, byteOrder: .notApplicable, alignment: alignment,
        structure: Structure(.subarray(subarray.dtype.withByteOrder(order), shape: subarray.shape)))
    }
    guard byteOrder != .notApplicable, order != .notApplicable else { return self }
    return DType(kind, itemSize: itemSize, byteOrder: order, alignment: alignment, dateUnit: dateUnit)
  }

  /// The same dtype in this machine's byte order.
  public var native: DType { isNative ? self : withByteOrder(.native) }
}

extension DType: Hashable {
  /// As NumPy's: kind, size and order; unit; and for records the names, titles, offsets and types of the fields.
  /// The alignment flag does not count.
  public static func == (left: DType, right: DType) -> Bool {
    guard
      left.kind == right.kind, left.itemSize == right.itemSize, left.byteOrder == right.byteOrder,
      left.dateUnit == right.dateUnit
    else { return false }
    if left.structure == nil, right.structure == nil { return true }
    if left.structure === right.structure { return true }
    return left.structure?.content == right.structure?.content
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(itemSize)
    hasher.combine(byteOrder)
    hasher.combine(dateUnit)
    hasher.combine(structure?.content)
  }
}
