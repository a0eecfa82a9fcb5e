public import NDArrays
public import PickledArrays

extension PickledArray {
  /// Python's `str` or `repr` of a masked array, which have `--` in place of what is missing; `nil` for arrays without a mask.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for types that Python has no objects for.
  public func maskedText(
    _ style: PrintStyle = .str, options: PrintOptions = PrintOptions()
  ) throws(ArrayError) -> String? {
    try maskedText(style, options: options, recognizing: .all)
  }
}
