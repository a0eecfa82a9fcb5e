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
