extension DType {
  /// Stops if the parts of the dtype contradict each other; checks only where assertions are on, as they are in the tests.
  @inline(__always)
  func checkInvariants() {
    assert(brokenInvariant == nil, brokenInvariant ?? "")
  }

  /// What is wrong with the dtype, if anything is. The dtypes within it were checked when they were made.
  private var brokenInvariant: String? {
    guard itemSize >= 0 else { return "an item of \(itemSize) bytes" }
    guard alignment > 0, alignment & (alignment - 1) == 0 else { return "an alignment of \(alignment) bytes" }
    guard DType.sizes(of: kind)?.contains(itemSize) ?? true else { return "\(kind) of \(itemSize) bytes" }
    guard kind != .string || itemSize % 4 == 0 else {
      return "text of \(itemSize) bytes, which are not whole code points"
    }
    guard (dateUnit != nil) == (kind == .datetime || kind == .timedelta) else {
      return "\(kind) with unit \(String(describing: dateUnit))"
    }
    let hasOrder = kind == .string || DType.sizes(of: kind) != nil && itemSize > 1 && kind != .object
    guard (byteOrder != .notApplicable) == hasOrder else { return "\(kind) of byte order \(byteOrder)" }
    guard let structure else { return isAlignedStruct ? "an aligned struct without fields" : nil }
    guard kind == .void else { return "\(kind) with fields or a shape" }
    switch structure.content {
    case .fields(let fields): return brokenField(fields)
    case .subarray(let dtype, let shape):
      guard !shape.isEmpty, shape.allSatisfy({ $0 >= 0 }) else { return "a subarray of shape \(shape)" }
      let size = Layout.elementCount(shape)?.multipliedReportingOverflow(by: dtype.itemSize)
      return size?.overflow == false && size?.partialValue == itemSize ? nil : "a subarray of another size: \(shape)"
    }
  }

  private func brokenField(_ fields: [Field]) -> String? {
    for field in fields
    where field.offset < 0 || field.dtype.itemSize > itemSize || field.offset > itemSize - field.dtype.itemSize {
      return "field \(field.name) at \(field.offset), \(field.dtype.itemSize) bytes, in an item of \(itemSize)"
    }
    return Set(fields.map(\.name)).count == fields.count ? nil : "two fields of the same name"
  }

  /// The sizes that items of a kind can have; `nil` if any.
  private static func sizes(of kind: Kind) -> [Int]? {
    switch kind {
    case .bool: [1]
    case .signedInteger, .unsignedInteger: [1, 2, 4, 8]
    case .float: [2, 4, 8, 16]
    case .complex: [8, 16, 32]
    case .datetime, .timedelta, .object: [8]
    case .bytes, .string, .void: nil
    }
  }
}
