extension FixedWidthInteger {
  /// The sum, or an error instead of a trap: for numbers that come from files.
  @inlinable
  package func checkedAdding(_ other: Self, _ what: @autoclosure () -> String = "size") throws(FormatError) -> Self {
    let (result, overflow) = addingReportingOverflow(other)
    if overflow { throw FormatError.overflow(what()) }
    return result
  }

  /// The product, or an error instead of a trap: for numbers that come from files.
  @inlinable
  package func checkedMultiplied(by other: Self, _ what: @autoclosure () -> String = "size") throws(FormatError)
    -> Self
  {
    let (result, overflow) = multipliedReportingOverflow(by: other)
    if overflow { throw FormatError.overflow(what()) }
    return result
  }
}

extension FormatError {
  /// A number that no computer's memory reaches.
  @inline(never) @usableFromInline
  package static func overflow(_ what: String) -> FormatError {
    FormatError(.limitExceeded, "the \(what) is too large to be counted in 64 bits")
  }

  /// Bytes that end too early, in NumPy's words.
  @inline(never)
  package static func truncated(_ what: String, expected: Int, found: Int, at offset: Int? = nil) -> FormatError {
    FormatError(.truncated, "EOF: reading \(what), expected \(expected) bytes got \(found)", offset: offset)
  }
}
