// Arrays of text (`U`) and of bytes (`S`), from Swift's strings and back.

extension AnyNDArray {
  /// The elements of an array of text as strings, in C order, without the NULs that fill them up.
  ///
  /// Elements of dtype `U` are read as Unicode, those of dtype `S` as UTF-8 (of which ASCII is a part): NumPy's
  /// `a.tolist()`, and `np.char.decode(a)` for bytes.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the elements are not text, `badValue` if one is not valid
  ///   Unicode; its place is named.
  public func strings() throws(ArrayError) -> [String] {
    guard dtype.kind == .string || dtype.kind == .bytes else {
      throw ArrayError(.dtypeMismatch, "elements of \(dtype.notation) are no text")
    }
    var strings: [String] = []
    strings.reserveCapacity(count)
    let packed = nativeByteOrder().contiguous()
    for index in 0..<packed.count {
      let item = RecordItem(packed, at: index)
      guard let string = item.string else {
        throw ArrayError(.badValue, "element \(index) is not valid Unicode")
      }
      strings.append(string)
    }
    return strings
  }

  /// One string, by indices that may come from users or files, negative ones counted from the end.
  ///
  /// - Throws: ``ArrayError`` if an index is out of bounds, or the element is not valid text.
  public func string(at indices: [Int]) throws(ArrayError) -> String {
    guard indices.count == ndim else {
      throw ArrayError(.badIndex, "\(indices.count) indices for an array of \(ndim) dimensions")
    }
    return try slice(indices.map { .index($0) }).strings()[0]
  }

  /// The elements of an array of bytes (`S`) or raw bytes (`V`), in C order; of `S` without the NULs that fill them up.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the elements are neither.
  public func byteStrings() throws(ArrayError) -> [[UInt8]] {
    guard dtype.kind == .bytes || (dtype.kind == .void && dtype.structure == nil) else {
      throw ArrayError(.dtypeMismatch, "elements of \(dtype.notation) are no strings of bytes")
    }
    let packed = contiguous()
    return (0..<packed.count).map { RecordItem(packed, at: $0).byteString }
  }

  /// An array of text whose elements have room for the longest string: NumPy's `np.array(["a", "bc"])`.
  ///
  /// NULs at the end of a string are lost, as in NumPy.
  ///
  /// - Parameters:
  ///   - strings: The elements, in C order.
  ///   - shape: The shape; one axis if it is left out.
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shape has another number of elements.
  public init(strings: [String], shape: [Int]? = nil) throws(ArrayError) {
    let longest = strings.reduce(1) { Swift.max($0, $1.unicodeScalars.count) }
    guard longest <= Int(Int32.max) / 4 else { throw ArrayError(.tooLarge, "a string is too long for a dtype") }
    try self.init(elements: strings.count, dtype: .string(longest), shape: shape) { index, item in
      // Always true: the item is as long as the longest.
      _ = item.store(strings[index])
    }
  }

  /// An array of bytes whose elements have room for the longest: NumPy's `np.array([b"a", b"bc"])`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shape has another number of elements.
  public init(byteStrings: [[UInt8]], shape: [Int]? = nil) throws(ArrayError) {
    let longest = byteStrings.reduce(1) { Swift.max($0, $1.count) }
    guard longest <= Int(Int32.max) else { throw ArrayError(.tooLarge, "a string is too long for a dtype") }
    try self.init(elements: byteStrings.count, dtype: .bytes(longest), shape: shape) { index, item in
      item.store(bytes: byteStrings[index])
    }
  }

  private init(
    elements count: Int, dtype: DType, shape: [Int]?, _ fill: (Int, RecordItem) -> Void
  ) throws(ArrayError) {
    let shape = shape ?? [count]
    guard Layout.elementCount(shape) == count else {
      throw ArrayError(.shapeMismatch, "\(count) elements do not fill the shape \(Layout.describe(shape))")
    }
    try self.init(zeros: shape, dtype: dtype)
    for index in 0..<count { fill(index, RecordItem(self, at: index)) }
  }
}
