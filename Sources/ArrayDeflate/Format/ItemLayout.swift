/// What the encoder may know of the bytes: the layout of the array that they come from.
///
/// A hint about where repetition is likely; any layout gives a correct stream for any bytes.
public struct ItemLayout: Sendable, Hashable {
  /// The bytes of one item, as `numpy.dtype.itemsize`: 8 for float64, 40 for U10.
  public var itemSize: Int
  /// The bytes of the smallest elements that items are made of: 4 for U10 (characters), 8 for complex128; else the item
  /// size. Within the encoder "an item" means one of these, since it is their distance at which bytes repeat.
  public var atomSize: Int
  /// Distances in bytes at which the array is likely to repeat itself: its row, its plane. Those over 32,768 are
  /// out of deflate's reach and ignored.
  public var strides: [Int]

  /// Bytes of no particular structure.
  public static let bytes = ItemLayout(itemSize: 1)

  /// The layout of items of a size in bytes, such as 8 for doubles; sizes below 1 count as 1.
  ///
  /// - Parameters:
  ///   - itemSize: The bytes from one item to the next.
  ///   - atomSize: The bytes of the numbers that an item is made of, 4 for pairs of floats; the item's if left out.
  ///   - strides: The distances in bytes at which items are alike, such as the length of a row.
  public init(itemSize: Int, atomSize: Int? = nil, strides: [Int] = []) {
    self.itemSize = max(1, itemSize)
    self.atomSize = max(1, atomSize ?? itemSize)
    self.strides = strides
  }
}

extension ItemLayout {
  /// The distance at which bytes are likely to repeat.
  var atomDistance: Int { min(atomSize, DeflateAlphabet.maxDistance) }
}
