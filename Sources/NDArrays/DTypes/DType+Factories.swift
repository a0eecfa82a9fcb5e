extension DType {
  private static func number(_ kind: Kind, _ size: Int, alignment: Int? = nil) -> DType {
    DType(
      kind, itemSize: size, byteOrder: size == 1 ? .notApplicable : .native, alignment: alignment ?? min(size, 16))
  }

  /// `?`: one byte, 0 or 1.
  public static let bool = number(.bool, 1)
  /// `i1`, signed integers of 8 bits: NumPy's `np.int8`, Swift's `Int8`.
  public static let int8 = number(.signedInteger, 1)
  /// `i2`, signed integers of 16 bits: NumPy's `np.int16`, Swift's `Int16`.
  public static let int16 = number(.signedInteger, 2)
  /// `i4`, signed integers of 32 bits: NumPy's `np.int32`, Swift's `Int32`.
  public static let int32 = number(.signedInteger, 4)
  /// `i8`, signed integers of 64 bits: NumPy's `np.int64`, Swift's `Int64`.
  public static let int64 = number(.signedInteger, 8)
  /// `u1`, unsigned integers of 8 bits: NumPy's `np.uint8`, Swift's `UInt8`.
  public static let uint8 = number(.unsignedInteger, 1)
  /// `u2`, unsigned integers of 16 bits: NumPy's `np.uint16`, Swift's `UInt16`.
  public static let uint16 = number(.unsignedInteger, 2)
  /// `u4`, unsigned integers of 32 bits: NumPy's `np.uint32`, Swift's `UInt32`.
  public static let uint32 = number(.unsignedInteger, 4)
  /// `u8`, unsigned integers of 64 bits: NumPy's `np.uint64`, Swift's `UInt64`.
  public static let uint64 = number(.unsignedInteger, 8)
  /// `f2`, floating-point numbers of half precision: NumPy's `np.float16`, Swift's `Float16`.
  public static let float16 = number(.float, 2)
  /// `f4`, floating-point numbers of single precision: NumPy's `np.float32`, Swift's `Float`.
  public static let float32 = number(.float, 4)
  /// `f8`, floating-point numbers of double precision: NumPy's `np.float64`, Swift's `Double`.
  public static let float64 = number(.float, 8)
  /// `f16`: x87's 80-bit extended numbers in 16 bytes, NumPy's `longdouble` on Linux and macOS for x86-64.
  public static let longDouble = number(.float, 16)
  /// `c8`: two `f4`.
  public static let complex64 = number(.complex, 8, alignment: 4)
  /// `c16`: two `f8`.
  public static let complex128 = number(.complex, 16, alignment: 8)
  /// `c32`: two `f16`.
  public static let complexLongDouble = number(.complex, 32, alignment: 16)
  /// `O`: a reference to a Python object; such elements live in `ObjectArray`s.
  public static let object = DType(.object, itemSize: 8, byteOrder: .notApplicable, alignment: 8)

  /// `S`: bytes of a fixed length; at most `Int32.max`, as in NumPy.
  public static func bytes(_ count: Int) -> DType {
    DType(.bytes, itemSize: min(max(0, count), Int(Int32.max)), byteOrder: .notApplicable, alignment: 1)
  }

  /// `U`: text of a fixed number of code points; at most `Int32.max / 4`, as in NumPy.
  public static func string(_ count: Int) -> DType {
    DType(.string, itemSize: min(max(0, count), Int(Int32.max) / 4) * 4, byteOrder: .native, alignment: 4)
  }

  /// `V`: raw bytes of a fixed length; at most `Int32.max`, as in NumPy.
  public static func void(_ count: Int) -> DType {
    DType(.void, itemSize: min(max(0, count), Int(Int32.max)), byteOrder: .notApplicable, alignment: 1)
  }

  /// `M8`: a datetime, counted in steps from 1970.
  public static func datetime(_ unit: DateUnit = .generic) -> DType {
    DType(.datetime, itemSize: 8, byteOrder: .native, alignment: 8, dateUnit: unit)
  }

  /// `m8`: a duration, counted in steps.
  public static func timedelta(_ unit: DateUnit = .generic) -> DType {
    DType(.timedelta, itemSize: 8, byteOrder: .native, alignment: 8, dateUnit: unit)
  }

  /// Elements that are small arrays themselves: `('<f4', (2, 3))`.
  ///
  /// - Throws: ``ArrayError`` if a dimension is negative, or the size or the number of elements, which counts where these take
  ///   no bytes, is beyond what NumPy allows (`Int32.max`).
  public static func subarray(of dtype: DType, shape: [Int]) throws(ArrayError) -> DType {
    // As in NumPy an element of no bytes counts as one of one, and a dimension of 0 makes room for all others.
    var extent = shape.contains(0) ? 0 : max(dtype.itemSize, 1)
    for dimension in shape {
      guard dimension >= 0 else {
        throw ArrayError(.badDType, "invalid shape in fixed-type tuple: dimension smaller than zero.")
      }
      guard dimension <= Int(Int32.max) else {
        throw ArrayError(.badDType, "invalid shape in fixed-type tuple: dimension does not fit into a C int.")
      }
      let (product, overflow) = extent.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int(Int32.max) else {
        throw ArrayError(.badDType, "invalid shape in fixed-type tuple: dtype size in bytes must fit into a C int.")
      }
      extent = product
    }
    let size = dtype.itemSize == 0 ? 0 : extent
    guard shape.count <= 64 else { throw ArrayError(.badDType, "a subarray has at most 64 dimensions") }
    if shape.isEmpty { return dtype }
    return DType(
      .void, itemSize: size, byteOrder: .notApplicable, alignment: dtype.alignment,
      structure: Structure(.subarray(dtype, shape: shape)))
  }

  /// A structured dtype whose fields follow each other, with or without a C compiler's padding.
  ///
  /// - Throws: ``ArrayError`` if a name or title stands twice, or the record is larger than NumPy allows.
  public static func structured(
    _ fields: [(name: String, dtype: DType)], aligned: Bool = false
  ) throws(ArrayError) -> DType {
    var offset = 0
    var largest = 1
    var placed: [Field] = []
    for (name, dtype) in fields {
      if aligned {
        largest = max(largest, dtype.alignment)
        offset = (offset + dtype.alignment - 1) / dtype.alignment * dtype.alignment
      }
      placed.append(Field(name, dtype, offset: offset))
      offset += dtype.itemSize
      guard offset <= Int(Int32.max) else { throw ArrayError(.badDType, "the record is larger than 2**31 - 1 bytes") }
    }
    if aligned { offset = (offset + largest - 1) / largest * largest }
    return try structured(fields: placed, itemSize: offset, isAligned: aligned)
  }

  /// The dtype with other names of its fields, as by NumPy's `dtype.names`; of a dtype without fields a record that has one
  /// of it under each name.
  ///
  /// - Throws: ``ArrayError`` if a name stands twice, or there are not as many as fields.
  package func naming(_ names: [String]) throws(ArrayError) -> DType {
    guard let fields else { return try DType.structured(names.map { (name: $0, dtype: self) }) }
    guard fields.count == names.count else {
      throw ArrayError(.badValue, "\(names.count) names are given for \(fields.count) fields")
    }
    return try DType.structured(
      fields: zip(names, fields).map { Field($0, $1.dtype, offset: $1.offset) }, itemSize: itemSize)
  }

  /// A structured dtype with its fields at given offsets, which may leave gaps and overlap.
  ///
  /// - Throws: ``ArrayError`` if a name or title stands twice or a field reaches out of the record.
  public static func structured(
    fields: [Field], itemSize: Int, isAligned: Bool = false
  ) throws(ArrayError) -> DType {
    var names: Set<String> = []
    guard itemSize >= 0, itemSize <= Int(Int32.max) else {
      throw ArrayError(.badDType, "a record has 0 to 2**31 - 1 bytes, not \(itemSize)")
    }
    for field in fields {
      guard names.insert(field.name).inserted else {
        throw ArrayError(.badDType, "field '\(field.name)' occurs more than once")
      }
      if let title = field.title, title != field.name, !names.insert(title).inserted {
        throw ArrayError(.badDType, "title \(title) already used as a name or title.")
      }
      let (end, overflow) = field.offset.addingReportingOverflow(field.dtype.itemSize)
      guard field.offset >= 0, !overflow, end <= itemSize else {
        throw ArrayError(.badDType, "field \(field.name) reaches out of its record of \(itemSize) bytes")
      }
    }
    let alignment = isAligned ? max(1, fields.map(\.dtype.alignment).max() ?? 1) : 1
    return DType(
      .void, itemSize: itemSize, byteOrder: .notApplicable, alignment: alignment, isAlignedStruct: isAligned,
      structure: Structure(.fields(fields)))
  }
}

extension DType {
  /// The type of a mask of such elements, a `bool` for each of their fields: NumPy's `make_mask_descr`.
  ///
  /// - Throws: ``ArrayError`` for names of fields that stand twice.
  package func maskType() throws(ArrayError) -> DType { try replacingValues(by: .bool) }

  /// The type of such elements with another for each value: of records for each of their fields.
  package func replacingValues(by other: DType) throws(ArrayError) -> DType {
    if let fields {
      return try DType.structured(
        fields.map { (field) throws(ArrayError) in (field.name, try field.dtype.replacingValues(by: other)) })
    }
    guard let (element, shape) = subarray else { return other }
    return try DType.subarray(of: element.replacingValues(by: other), shape: shape)
  }
}
