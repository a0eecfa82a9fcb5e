package import ByteIO
package import NDArrays

extension ArrayBlockSource {
  /// As ``forEachRun(ofCount:_:)``, with runs of about so many bytes that are whole multiples of `unit` elements, but for
  /// the last.
  package func forEachRun(
    inUnitsOf unit: Int, bytes: Int = 8 << 20, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    let unit = max(1, unit)
    // Elements that become smaller on their way are counted as what is read of them.
    let size = max(1, descriptor.dtype.itemSize, storedItemSize)
    let wanted = max(1, bytes / size / unit).multipliedReportingOverflow(by: unit)
    var rest: [AnyNDArray] = []
    var restCount = 0
    func joined() throws(FormatError) -> AnyNDArray {
      let parts = rest
      (rest, restCount) = ([], 0)
      return try wrapping(.limitExceeded) { () throws(ArrayError) in
        parts.count == 1 ? parts[0] : try AnyNDArray.concatenated(parts)
      }
    }
    try forEachRun(ofCount: wanted.overflow ? unit : wanted.partialValue) { (run: AnyNDArray) throws(FormatError) in
      rest.append(run)
      restCount += run.count
      guard restCount >= unit else { return }
      let all = try joined()
      let whole = all.count / unit * unit
      if whole == all.count { return try body(all) }
      try body(wrapping { () throws(ArrayError) in try all.slice([.range(lower: 0, upper: whole)]) })
      // A copy, so that the block need not be kept for its end.
      rest = [try wrapping { () throws(ArrayError) in try all.slice([.range(lower: whole, upper: nil)]).packed() }]
      restCount = all.count - whole
    }
    if restCount > 0 { try body(joined()) }
  }
}
