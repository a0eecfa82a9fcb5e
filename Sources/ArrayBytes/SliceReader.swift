internal import ByteIO
internal import NDArrays

/// Reads the elements that a slice selects from where they lie in a source.
struct SliceReader {
  /// An axis of the slice, as it lies in the source.
  private struct Axis {
    var count: Int
    /// The distance in bytes in the source; positive, since axes that run backwards are turned around.
    var step: Int
    /// The distance in bytes in the result.
    var targetStep: Int
    /// The bytes from the first to behind the last that this axis and those within it touch.
    var span: Int = 0
  }

  private let source: any ByteSource
  private let result: AnyNDArray
  private let itemSize: Int
  /// The axes by their step in the source, the largest first.
  private var axes: [Axis]
  private let sourceStart: Int
  private let targetStart: Int

  /// Gaps smaller than a page cost nothing to read: the system reads whole pages.
  private static let pageSize = 4096
  /// The most bytes that are read at a time where there are gaps between them.
  private static let blockSize = 4 << 20

  /// - Parameters:
  ///   - strides: The distances in bytes of the whole array's elements in the source.
  ///   - start: Where the first element of the whole array lies.
  init(
    source: any ByteSource, dtype: DType, resolved: ResolvedSlice, strides: [Int], start: Int, fortran: Bool
  ) throws(ArrayError) {
    self.source = source
    result = try AnyNDArray(uninitialized: resolved.shape, dtype: dtype, fortran: fortran)
    itemSize = dtype.itemSize
    axes = []
    // Nothing is read of an empty part, and its distances need not fit.
    guard result.nbytes > 0 else {
      (sourceStart, targetStart) = (start, 0)
      return
    }
    var (from, to) = (start, 0)
    for (place, axis) in resolved.axes.enumerated() {
      from += axis.start * strides[place]
      guard axis.count != 1, let position = resolved.result.firstIndex(of: place) else { continue }
      var entry = Axis(count: axis.count, step: axis.step &* strides[place], targetStep: result.strides[position])
      if entry.step < 0 {
        from += (entry.count - 1) * entry.step
        to += (entry.count - 1) * entry.targetStep
        entry.step = -entry.step
        entry.targetStep = -entry.targetStep
      }
      axes.append(entry)
    }
    axes.sort { $0.step > $1.step }
    var span = itemSize
    for index in axes.indices.reversed() {
      span += (axes[index].count - 1) * axes[index].step
      axes[index].span = span
    }
    (sourceStart, targetStart) = (from, to)
  }

  func read() throws(FormatError) -> AnyNDArray {
    guard result.nbytes > 0 else { return result }
    var pending = Pending()
    try readAxes(from: 0, sourceStart, targetStart, &pending)
    try flush(&pending)
    return result
  }

  /// What is to be read next. Pieces are handed to the source together: those that share a compressed segment are
  /// inflated once, and all cores take part.
  private struct Pending {
    var pieces: [SourcePiece] = []
    /// What is read with the gaps in it, and where its elements go.
    var blocks: [(storage: ArrayStorage, axes: ArraySlice<Axis>, target: Int)] = []
    var byteCount = 0

    var isEnough: Bool { byteCount >= 4 * SliceReader.blockSize || pieces.count >= 4096 }
  }

  private func flush(_ pending: inout Pending) throws(FormatError) {
    try source.read(pending.pieces)
    for block in pending.blocks { scatter(block.storage, block.axes, to: block.target) }
    pending = Pending()
  }

  private func span(from axis: Int) -> Int { axis < axes.count ? axes[axis].span : itemSize }

  /// Whether no gap within these axes is larger than a page.
  private func isDense(from axis: Int) -> Bool {
    (axis..<axes.count).allSatisfy { axes[$0].step - span(from: $0 + 1) < SliceReader.pageSize }
  }

  /// Whether source and result agree from here on, without gaps.
  private func isDirect(from axis: Int) -> Bool {
    (axis..<axes.count).allSatisfy { axes[$0].step == span(from: $0 + 1) && axes[$0].targetStep == axes[$0].step }
  }

  private func readAxes(
    from axis: Int, _ offset: Int, _ target: Int, _ pending: inout Pending
  ) throws(FormatError) {
    let size = span(from: axis)
    let isDirect = isDirect(from: axis)
    if isDirect || size <= SliceReader.blockSize && isDense(from: axis) {
      if isDirect {
        // Safe: the result has room for the part, which `init` has laid out within it.
        let part = unsafe UnsafeMutableRawBufferPointer(
          rebasing: result.storage.mutableBuffer[target..<(target + size)])
        unsafe pending.pieces.append(SourcePiece(offset: offset, memory: part))
      } else {
        let block = ArrayStorage(uninitializedByteCount: size)
        // Safe: the block lives in `pending` for as long as the piece.
        unsafe pending.pieces.append(SourcePiece(offset: offset, memory: block.mutableBuffer))
        pending.blocks.append((block, axes[axis...], target))
      }
      pending.byteCount += size
      if pending.isEnough { try flush(&pending) }
      return
    }
    let next = axes[axis]
    // Blocks as large as allowed, so that a long axis of short entries is not read one by one.
    let rows = isDense(from: axis) ? max(1, SliceReader.blockSize / max(1, next.step)) : 1
    var row = 0
    while row < next.count {
      let count = min(rows, next.count - row)
      var part = self
      part.axes[axis].count = count
      part.axes[axis].span = span(from: axis + 1) + (count - 1) * next.step
      let (from, to) = (offset + row * next.step, target + row * next.targetStep)
      if count == 1 {
        try readAxes(from: axis + 1, from, to, &pending)
      } else {
        try part.readAxes(from: axis, from, to, &pending)
      }
      row += count
    }
  }

  /// Copies the elements of a block to their places in the result.
  private func scatter(_ block: ArrayStorage, _ axes: ArraySlice<Axis>, to target: Int) {
    let shape = axes.map(\.count)
    let view = AnyNDArray(
      uncheckedDType: result.dtype, shape: shape, strides: axes.map(\.step), offset: 0, storage: block)
    let place = AnyNDArray(
      uncheckedDType: result.dtype, shape: shape, strides: axes.map(\.targetStep), offset: target,
      storage: result.storage)
    StridedCopy.copy(from: view, toNew: place)
  }
}
