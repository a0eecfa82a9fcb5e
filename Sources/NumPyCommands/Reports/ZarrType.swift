import NumPyIO

/// What zarr's format 3, and zarr for Python where the format leaves it to others, calls the type of an array's elements.
struct ZarrType {
  let name: JSONValue
  /// What an element is of which there are no bytes.
  let fillValue: JSONValue
  /// Whether the bytes of an element come in one of two orders.
  let hasByteOrder: Bool

  /// - Returns: `nil` for elements that zarr does not read in place: objects, records, raw bytes.
  init?(_ dtype: DType) {
    let size = dtype.itemSize
    hasByteOrder = dtype.byteOrder != .notApplicable
    switch dtype.kind {
    case .bool: (name, fillValue) = (.string("bool"), .bool(false))
    case .signedInteger: (name, fillValue) = (.string("int\(size * 8)"), .int(0))
    case .unsignedInteger: (name, fillValue) = (.string("uint\(size * 8)"), .int(0))
    case .float where size <= 8: (name, fillValue) = (.string("float\(size * 8)"), .int(0))
    case .complex where size <= 16:
      (name, fillValue) = (.string("complex\(size * 8)"), .array([.double(0), .double(0)]))
    case .datetime, .timedelta:
      let unit = dtype.dateUnit ?? .generic
      let configuration = [("unit", JSONValue.string(unit.unit.rawValue)), ("scale_factor", .int(unit.count))]
      name = ZarrReferences.named("numpy.\(dtype.kind == .datetime ? "datetime64" : "timedelta64")", configuration)
      fillValue = .int(Int.min)  // not a time
    case .bytes where size > 0:
      (name, fillValue) = (ZarrReferences.named("null_terminated_bytes", [("length_bytes", .int(size))]), .string(""))
    case .string where size > 0:
      (name, fillValue) = (ZarrReferences.named("fixed_length_utf32", [("length_bytes", .int(size))]), .string(""))
    default: return nil
    }
  }
}
