internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// What the dictionary of a header may hold.
struct HeaderRules {
  /// Whether what breaks the format's rules is read where its meaning is clear: NumPy's scalars in the shape, a shape that
  /// is a number or a list, metadata of dtypes, keys that do not belong there.
  let isLenient: Bool
  /// Whether the dtype may be one of ml_dtypes.
  let acceptsForeignElements: Bool

  /// Exactly the three keys, each with a value of its type: what `_read_array_header` checks.
  func parts(of literal: PythonLiteral) throws(FormatError) -> NPYHeader.Parts {
    guard case .dict(let entries) = literal else { throw FormatError(.malformed, "the header is not a dictionary") }
    var (descr, order, shape): (PythonLiteral?, PythonLiteral?, PythonLiteral?)
    for entry in entries {
      switch entry.key {
      case .string("descr"): try set(&descr, to: entry.value, key: "descr")
      case .string("fortran_order"): try set(&order, to: entry.value, key: "fortran_order")
      case .string("shape"): try set(&shape, to: entry.value, key: "shape")
      case _ where isLenient: break
      default: throw FormatError(.malformed, "the header has a key besides 'descr', 'fortran_order' and 'shape'")
      }
    }
    guard let descr, let order, let shape else {
      let missing = [(descr, "descr"), (order, "fortran_order"), (shape, "shape")].filter { $0.0 == nil }
      throw FormatError(.malformed, "the header lacks the key '\(missing.map(\.1).joined(separator: "', '"))'")
    }
    let isFortranOrder: Bool
    switch order {
    case .bool(let flag): isFortranOrder = flag
    case .int(let number) where isLenient && (0...1).contains(number): isFortranOrder = number == 1
    default: throw FormatError(.malformed, "fortran_order is not True or False")
    }
    let lengths = try dimensions(shape)
    if acceptsForeignElements, case .string(let notation) = withoutMetadata(descr), (try? DType(notation)) == nil,
      let format = ElementFormat(headerNotation: notation)
    {
      return (.void(format.itemSize), lengths, isFortranOrder, format, format.headerNotation)
    }
    do throws(ArrayError) {
      // NumPy's raw bytes have no byte order.
      var notation: String?
      if case .string(let text) = descr, text.hasPrefix("<V") { notation = text }
      return (try dtype(descr), lengths, isFortranOrder, nil, notation)
    } catch {
      let message = error.message
      let prefix = "descr is not a valid dtype descriptor"
      throw FormatError(.malformed, message.hasPrefix(prefix) ? message : "\(prefix): \(message)")
    }
  }

  private func dtype(_ descr: PythonLiteral) throws(ArrayError) -> DType {
    guard isLenient else { return try DType(descr: descr) }
    let plain = withoutMetadata(descr)
    do throws(ArrayError) { return try DType(descr: plain) } catch {
      // As NumPy prints dtypes: with names, formats and offsets.
      guard case .dict = plain else { throw error }
      return try DType(literal: plain)
    }
  }

  /// A descriptor without the metadata that h5py and others give dtypes: `('|O', {'vlen': …})` is `'|O'`.
  private func withoutMetadata(_ descr: PythonLiteral) -> PythonLiteral {
    guard isLenient else { return descr }
    switch descr {
    case .tuple(let parts):
      if parts.count == 2, case .dict = parts[1] { return withoutMetadata(parts[0]) }
      return .tuple(parts.map(withoutMetadata))
    case .list(let parts): return .list(parts.map(withoutMetadata))
    default: return descr
    }
  }

  private func set(
    _ entry: inout PythonLiteral?, to value: PythonLiteral, key: String
  ) throws(FormatError) {
    guard entry == nil else { throw FormatError(.malformed, "the header has the key '\(key)' twice") }
    entry = value
  }

  private func dimensions(_ literal: PythonLiteral) throws(FormatError) -> [Int] {
    let items: [PythonLiteral]
    switch literal {
    case .tuple(let parts): items = parts
    case .list(let parts) where isLenient: items = parts
    case .int where isLenient: items = [literal]
    default: throw FormatError(.malformed, "shape is not a tuple")
    }
    var shape: [Int] = []
    for item in items {
      switch item {
      case .int(let dimension) where dimension >= 0: shape.append(dimension)
      case .int(let dimension):
        throw FormatError(.malformed, "shape has a negative dimension, \(dimension)")
      case .bigInt: throw FormatError(.limitExceeded, "shape has a dimension that 64 bits do not hold")
      default: throw FormatError(.malformed, "shape is not a tuple of integers")
      }
    }
    return shape
  }
}
