internal import ByteIO
internal import NDArrays

/// How many bytes compressed data may be inflated to: a few bytes can stand for more than any machine has.
package enum InflationLimit {
  /// What to do about it.
  package static let advice = MemoryBudget.advice

  /// As many bytes are inflated however small the file is.
  private static let least = 256 << 20
  /// Deflate reaches 1,032 bytes for one; what bzip2 and xz reach beyond that is nothing but one value repeated.
  private static let ratio = 1_100

  /// The most bytes for a file of a size.
  ///
  /// - Parameter given: What the user has set.
  package static func bytes(for size: Int?, given: Int?) -> Int {
    if let given { return given }
    guard size != nil else { return MemoryBudget.processLimit / 2 }
    guard let size, case let (justified, overflow) = size.multipliedReportingOverflow(by: ratio), !overflow else {
      return ArrayStorage.maxBytes
    }
    return min(ArrayStorage.maxBytes, max(least, justified))
  }
}
