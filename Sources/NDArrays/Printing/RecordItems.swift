/// Records as tuples: `(1, 2.5)`, `(1,)`. Each field has a format of its own, found over the field's values in all
/// records.
struct RecordItems: ItemFormat {
  private let formats: [any ItemFormat]

  init(
    _ array: AnyNDArray, fields: [DType.Field], isScalar: Bool, options: PrintOptions, floatsAsScalars: Bool
  ) {
    // One axis: the records are counted in C order, and a subarray's axes may come on top of it.
    let count = array.count
    formats = fields.map { field in
      let column = AnyNDArray(
        uncheckedDType: field.dtype, shape: [count], strides: [array.dtype.itemSize],
        offset: count == 0 ? array.offset : array.offset + field.offset, storage: array.storage)
      guard let (_, innerShape) = field.dtype.flattenedSubarray, let expanded = RecordItems.expanded(column) else {
        return ItemFormats.format(
          for: column.nativeByteOrder().contiguous(), isScalar: isScalar, options: options,
          floatsAsScalars: floatsAsScalars)
      }
      let items = ItemFormats.format(
        for: expanded.nativeByteOrder().contiguous(), isScalar: false, options: options,
        floatsAsScalars: floatsAsScalars)
      return SubarrayItems(
        items: items, shape: innerShape, itemSize: field.dtype.itemSize, options: options)
    }
  }

  /// `nil` if there would be more than 64 axes.
  private static func expanded(_ column: AnyNDArray) -> AnyNDArray? {
    do throws(ArrayError) { return try column.expandingSubarray() } catch { return nil }
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    buffer.append("(")
    for (place, format) in formats.enumerated() {
      if place > 0 { buffer.append(", ") }
      format.append(index, to: &buffer)
    }
    buffer.append(formats.count == 1 ? ",)" : ")")
  }
}

/// The subarrays of a field, each on one line: `[[1, 2], [3, 4]]`.
private struct SubarrayItems: ItemFormat {
  let items: any ItemFormat
  let shape: [Int]
  let steps: [Int]
  let isSummarized: Bool
  let edge: Int
  /// Whether there is far more to print than there are bytes.
  let isUnreasonable: Bool

  init(items: any ItemFormat, shape: [Int], itemSize: Int, options: PrintOptions) {
    self.items = items
    self.shape = shape
    steps = Layout.strides(shape, itemSize: 1)
    let count = Layout.elementCount(shape) ?? .max
    isSummarized = count > options.threshold
    edge = max(0, options.edgeItems)
    // Brackets are printed even where an axis of length 0 leaves no elements.
    let brackets = Layout.elementCount(Array(shape.prefix { $0 > 0 })) ?? .max
    isUnreasonable = brackets > max(1 << 20, itemSize) && !(isSummarized && shape.count == 1)
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    if isUnreasonable {
      buffer.append("[...]")
      return
    }
    write(axis: 0, base: index * (Layout.elementCount(shape) ?? 0), to: &buffer)
  }

  private func write(axis: Int, base: Int, to buffer: inout PrintBuffer) {
    guard axis < shape.count else {
      items.append(base, to: &buffer)
      return
    }
    let length = shape[axis]
    let hasDots = isSummarized && length / 2 >= edge && length - edge > edge
    buffer.append("[")
    for place in 0..<(hasDots ? edge : length) {
      if place > 0 { buffer.append(", ") }
      write(axis: axis + 1, base: base + place * steps[axis], to: &buffer)
    }
    if hasDots {
      buffer.append(edge > 0 ? ", ..." : "...")
      // Without edge items NumPy shows all places after the dots: it cuts from -0 on.
      for place in (edge > 0 ? length - edge : 0)..<length {
        buffer.append(", ")
        write(axis: axis + 1, base: base + place * steps[axis], to: &buffer)
      }
    }
    buffer.append("]")
  }
}
