extension DType {
  /// NumPy's `dtype.str`: order, code and size, such as `<f8`, `|b1`, `<M8[ns]`; `|V16` for any record.
  public var notation: String {
    switch kind {
    case .object: "|O"
    case .string: "\(order)U\(itemSize / 4)"
    case .datetime, .timedelta: "\(order)\(kind.rawValue)8\(dateUnit?.notation ?? "")"
    default: "\(order)\(kind.rawValue)\(itemSize)"
    }
  }

  private var order: String {
    // Text without characters keeps an order too: `<U0`; single bytes have none.
    byteOrder.rawValue
  }

  /// NumPy's `dtype.name`: `float64`, `str80`, `datetime64[ns]`, `void128`.
  public var name: String {
    switch kind {
    case .bool: "bool"
    case .object: "object"
    case .signedInteger: "int\(itemSize * 8)"
    case .unsignedInteger: "uint\(itemSize * 8)"
    case .float: "float\(itemSize * 8)"
    case .complex: "complex\(itemSize * 8)"
    case .datetime: "datetime64\(dateUnit?.notation ?? "")"
    case .timedelta: "timedelta64\(dateUnit?.notation ?? "")"
    case .bytes: itemSize == 0 ? "bytes" : "bytes\(itemSize * 8)"
    case .string: itemSize == 0 ? "str" : "str\(itemSize * 8)"
    case .void: itemSize == 0 ? "void" : "void\(itemSize * 8)"
    }
  }
}
