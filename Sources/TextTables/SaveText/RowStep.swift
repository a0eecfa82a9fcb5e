internal import NDArrays
internal import NumberText

/// A step of writing a row as the innermost loop needs it: no dtype to look at, nothing that is counted. What is not
/// plain is left to ``RowWriter``.
struct RowStep: Sendable {
  enum Kind: UInt8, Sendable {
    case separator, other
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64
    case float, double, floatText, doubleText
  }

  let kind: Kind
  /// Where the value lies in the row.
  let offset: Int
  /// The separator.
  let byte: UInt8
  private let spec: PercentSpec

  init(_ step: RowFormat.Step) {
    switch step {
    case .literal(let bytes) where bytes.count == 1:
      (kind, offset, byte, spec) = (.separator, 0, bytes[0], PercentSpec(0))
    case .literal, .failure: (kind, offset, byte, spec) = (.other, 0, 0, PercentSpec(0))
    case .value(let column, let spec):
      (kind, offset, byte) = (RowStep.kind(column.dtype, spec), column.offset, 0)
      self.spec = spec
    }
  }

  private static func kind(_ dtype: DType, _ spec: PercentSpec) -> Kind {
    switch Character(Unicode.Scalar(spec.conversion)) {
    case "d", "i", "u":
      switch (dtype.kind, dtype.itemSize) {
      case (.signedInteger, 1): return .int8
      case (.signedInteger, 2): return .int16
      case (.signedInteger, 4): return .int32
      case (.signedInteger, 8): return .int64
      case (.unsignedInteger, 1): return .uint8
      case (.unsignedInteger, 2): return .uint16
      case (.unsignedInteger, 4): return .uint32
      case (.unsignedInteger, 8): return .uint64
      default: return .other
      }
    case "e", "E", "f", "F", "g", "G":
      guard dtype.kind == .float else { return .other }
      return dtype.itemSize == 8 ? .double : dtype.itemSize == 4 ? .float : .other
    case "s":
      guard dtype.kind == .float, spec.isBare, spec.precision == nil else { return .other }
      return dtype.itemSize == 8 ? .doubleText : dtype.itemSize == 4 ? .floatText : .other
    default: return .other
    }
  }

  /// Appends the value at an address; false if it is not of the plain kinds.
  @inline(__always)
  func append(at address: UnsafeRawPointer, to text: inout TextBuffer) -> Bool {
    // Safe: the caller has a value of the kind at the address.
    switch kind {
    case .separator, .other: return false
    case .int8: append(signed: Int64(unsafe address.loadUnaligned(as: Int8.self)), to: &text)
    case .int16: append(signed: Int64(unsafe address.loadUnaligned(as: Int16.self)), to: &text)
    case .int32: append(signed: Int64(unsafe address.loadUnaligned(as: Int32.self)), to: &text)
    case .int64: append(signed: unsafe address.loadUnaligned(as: Int64.self), to: &text)
    case .uint8: text.append(magnitude: UInt64(unsafe address.loadUnaligned(as: UInt8.self)), isNegative: false, spec)
    case .uint16: text.append(magnitude: UInt64(unsafe address.loadUnaligned(as: UInt16.self)), isNegative: false, spec)
    case .uint32: text.append(magnitude: UInt64(unsafe address.loadUnaligned(as: UInt32.self)), isNegative: false, spec)
    case .uint64: text.append(magnitude: unsafe address.loadUnaligned(as: UInt64.self), isNegative: false, spec)
    case .float: text.append(Double(unsafe address.loadUnaligned(as: Float.self)), spec)
    case .double: text.append(unsafe address.loadUnaligned(as: Double.self), spec)
    case .floatText: text.appendText(unsafe address.loadUnaligned(as: Float.self))
    case .doubleText: text.appendText(unsafe address.loadUnaligned(as: Double.self))
    }
    return true
  }

  @inline(__always)
  private func append(signed value: Int64, to text: inout TextBuffer) {
    text.append(magnitude: value.magnitude, isNegative: value < 0, spec)
  }
}
