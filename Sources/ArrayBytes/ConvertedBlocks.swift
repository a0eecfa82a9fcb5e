package import ByteIO
internal import Locks
package import NDArrays

/// What casts have lost so far, to be told once when they are done.
package final class CastLosses: Sendable {
  private let found = Lock<[String: [CastLoss]]>([:])

  package init() {}

  /// Notes what an array loses as another type.
  func note(_ array: AnyNDArray, castTo dtype: DType, file: String) {
    let losses = array.losses(castTo: dtype)
    guard !losses.isEmpty else { return }
    found.withLock { found in
      for loss in losses where found[file]?.contains(loss) != true { found[file, default: []].append(loss) }
    }
  }

  /// Tells what was lost, each loss once for a file.
  package func tell(_ onWarning: ((FileWarning) -> Void)?) {
    guard let onWarning else { return }
    for (file, losses) in found.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      for loss in losses { onWarning(FileWarning(loss.rawValue, file: file)) }
    }
  }
}

/// The elements of a source as another type, converted run by run: NumPy's `astype`.
package struct CastBlocks: WrappedBlocks {
  package let base: any ArrayBlockSource
  package let descriptor: ArrayDescriptor
  private let losses: CastLosses?

  /// `nil` if the new elements cannot be had one by one: of a dtype whose size depends on all values, or objects.
  ///
  /// - Parameter losses: What is told of what is lost.
  package init?(_ base: any ArrayBlockSource, to dtype: DType, noting losses: CastLosses? = nil) {
    let old = base.descriptor.dtype
    let isOpen = dtype.isFlexible || (dtype.kind == .void && dtype.itemSize == 0)
    guard !dtype.hasObjects, !isOpen, dtype.subarray == nil, !old.hasObjects else { return nil }
    self.base = base
    var descriptor = base.descriptor
    descriptor.dtype = dtype
    self.descriptor = descriptor
    self.losses = losses
  }

  private func cast(_ array: AnyNDArray) throws(FormatError) -> AnyNDArray {
    losses?.note(array, castTo: descriptor.dtype, file: name)
    return try wrapping { () throws(ArrayError) in try array.asType(descriptor.dtype, casting: .unsafe) }
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    try base.forEachRun(ofCount: count) { (run: AnyNDArray) throws(FormatError) in try body(cast(run)) }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray { try cast(base.read(slice: slice)) }

  package func whole() throws(FormatError) -> AnyNDArray { try cast(base.whole()) }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    base.reshaped(shape).flatMap { CastBlocks($0, to: descriptor.dtype, noting: losses) }
  }
}

/// The elements of a source in the same order under another shape, where only runs of them can be had.
package struct ReshapedBlocks: ArrayBlockSource {
  package let base: any ArrayBlockSource
  package let descriptor: ArrayDescriptor

  /// `nil` if the elements would have to change their order.
  package init?(_ base: any ArrayBlockSource, to shape: [Int]) {
    let old = base.descriptor
    guard old.openAxis == nil, !old.isFortranOrder || shape.filter({ $0 != 1 }) == old.shape.filter({ $0 != 1 }) else {
      return nil
    }
    self.base = base
    descriptor = ArrayDescriptor(dtype: old.dtype, shape: shape, isFortranOrder: old.isFortranOrder)
  }

  package var name: String { base.name }
  package func verify() throws(FormatError) { try base.verify() }
  /// Runs only: a part of the new shape is no part of the old one.
  package var seekCost: SeekCost { .impossible }
  package var storedItemSize: Int { base.storedItemSize }

  package var encoded: EncodedBlocks? {
    base.encoded.flatMap { encoded in
      ReshapedBlocks(encoded.base, to: descriptor.shape).map { EncodedBlocks($0, encoded.format) }
    }
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    try base.forEachRun(ofCount: count, body)
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let array = try whole()
    return try wrapping { () throws(ArrayError) in try array.slice(slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    let array = try base.whole()
    return try wrapping { () throws(ArrayError) in try array.reshaped(descriptor.shape) }
  }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? { ReshapedBlocks(base, to: shape) }
}

/// A field of the records of a source: NumPy's `array["x"]`.
package struct FieldBlocks: WrappedBlocks {
  package let base: any ArrayBlockSource
  package let descriptor: ArrayDescriptor
  private let field: String
  /// The axes of the records; those of a field that is an array itself follow.
  private let recordAxes: Int

  /// - Throws: ``FormatError``: `badArgument` if the elements are not records, `notFound` if they lack the field.
  package init(_ base: any ArrayBlockSource, _ field: String) throws(FormatError) {
    let whole = base.descriptor
    guard let fields = whole.dtype.fields else {
      throw FormatError(.wrongDType, "elements of \(whole.dtype) have no fields, such as '\(field)'", file: base.name)
    }
    guard let found = whole.dtype.field(field) else {
      let known = fields.map(\.name)
      let nearest = NearestName.of(field, among: known).map { "did you mean '\($0)'?" }
      throw FormatError(
        .notFound, "no field '\(field)'; " + (nearest ?? "there are \(known.prefix(20).joined(separator: ", "))"),
        file: base.name)
    }
    self.base = base
    self.field = field
    recordAxes = whole.shape.count
    let (dtype, inner) = found.dtype.flattenedSubarray ?? (found.dtype, [])
    // A view with gaps is in neither order, which NumPy saves in C order.
    let isFortranOrder = whole.isFortranOrder && inner.isEmpty && dtype.itemSize == whole.dtype.itemSize
    descriptor = ArrayDescriptor(
      dtype: dtype, shape: whole.shape + inner, isFortranOrder: isFortranOrder, openAxis: whole.openAxis)
  }

  /// Whether runs of records give the field's elements in the descriptor's order.
  package var keepsOrder: Bool { base.descriptor.isFortranOrder == descriptor.isFortranOrder }

  package var inMemoryOrder: any ArrayBlockSource {
    let isFortranOrder = base.descriptor.isFortranOrder && descriptor.shape.count == recordAxes
    return isFortranOrder == descriptor.isFortranOrder
      ? self : (try? SlicedBlocks(self, isFortranOrder: isFortranOrder)) ?? self
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    guard keepsOrder else { return try SlicedBlocks(self).forEachRun(ofCount: count, body) }
    let inner = descriptor.shape[recordAxes...].reduce(1, *)
    try base.forEachRun(ofCount: max(1, count / max(1, inner))) { (run: AnyNDArray) throws(FormatError) in
      try body(wrapping { () throws(ArrayError) in try run.field(field).contiguous().reshaped([run.count * inner]) })
    }
  }

  package func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let whole = try wrapping { () throws(ArrayError) in try ResolvedSlice(selections, shape: descriptor.shape) }
    // What is selected of the records is read; what is selected of the field is taken from that.
    let outer = whole.axes[..<recordAxes].map { axis in
      AxisSelection.slice(
        start: axis.start, stop: axis.count == 0 ? axis.start : axis.stop, step: axis.count == 0 ? 1 : axis.step)
    }
    let records = try base.read(slice: outer)
    var rest = whole
    for index in 0..<recordAxes { (rest.axes[index].start, rest.axes[index].step) = (0, 1) }
    return try wrapping { () throws(ArrayError) in try records.field(field).slice(rest.selections).contiguous() }
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    let records = try base.whole()
    return try wrapping { () throws(ArrayError) in try records.field(field) }
  }
}

extension ResolvedSlice.Axis {
  /// Where Python's slice of these positions ends; `nil` for one that runs backwards to the first.
  fileprivate var stop: Int? {
    let last = start + (count - 1) * step
    return step > 0 ? last + 1 : last > 0 ? last - 1 : nil
  }
}
