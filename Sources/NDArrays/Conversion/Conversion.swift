internal import ParallelLoops

/// Converts elements from one dtype to another: finds the way for a pair of dtypes and walks both layouts.
enum Conversion {
  /// Fills a new array, which nobody else holds, with the converted elements of another.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes differ, as they do where fields or elements are
  ///   subarrays of different shapes: every loop below relies on their being equal.
  static func convert(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    guard source.shape == target.shape else {
      throw ArrayError(
        .shapeMismatch,
        "elements of shape \(Layout.describe(source.shape)) cannot become elements of shape "
          + Layout.describe(target.shape))
    }
    if source.dtype.native == target.dtype.native {
      StridedCopy.copy(from: source, toNew: target)
      return
    }
    if source.dtype.subarray != nil, target.dtype.subarray != nil {
      try convert(source.expandingSubarray(), into: target.expandingSubarray())
      return
    }
    if source.dtype.isNumber, target.dtype.isNumber {
      convertNumbers(source, into: target)
      return
    }
    switch (source.dtype.kind, target.dtype.kind) {
    case (.datetime, .datetime), (.timedelta, .timedelta): try convertDates(source, into: target)
    case (.datetime, .timedelta), (.timedelta, .datetime):
      // NumPy takes the counts as they are, whatever the units.
      try convert(source.countingSteps, into: target.countingSteps)
    case (.void, .void): try convertRecords(source, into: target)
    case (.bytes, .bytes), (.string, .string), (.bytes, .string), (.string, .bytes):
      try convertText(source, into: target)
    case (.timedelta, _) where target.dtype.isNumber, (.datetime, _) where target.dtype.isNumber:
      try convert(source.countingSteps, into: target)
    case (_, .timedelta) where source.dtype.isNumber, (_, .datetime) where source.dtype.isNumber:
      try convertToDates(source, into: target)
    case (.void, _) where source.dtype.fields?.count == 1:
      try convert(source.field(source.dtype.fields?.first?.name ?? ""), into: target)
    case (_, .void) where target.dtype.fields != nil && source.dtype.kind != .object:
      try convertToRecords(source, into: target)
    case (_, .bytes), (_, .string): try convertToText(source, into: target)
    case (_, .void)
    where source.dtype.structure == nil && target.dtype.structure == nil && source.dtype.kind != .object:
      // NumPy brings numbers and text into this machine's byte order first.
      convertBytes(source.nativeByteOrder(), into: target)
    case (.bytes, .datetime), (.bytes, .timedelta), (.string, .datetime), (.string, .timedelta):
      try convertTextToDates(source, into: target)
    case (.bytes, _) where target.dtype.isNumber, (.string, _) where target.dtype.isNumber:
      try convertFromText(source, into: target)
    default:
      throw ArrayError(
        .unsupported,
        "there is no conversion from \(source.dtype.debugDescription) to \(target.dtype.debugDescription)")
    }
  }

  /// Fields are converted by their position, as NumPy does; the gaps become zero.
  private static func convertRecords(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    guard let fields = source.dtype.fields, let targetFields = target.dtype.fields else {
      guard source.dtype.structure == nil, target.dtype.structure == nil else {
        throw ArrayError(
          .unsupported,
          "there is no conversion from \(source.dtype.debugDescription) to \(target.dtype.debugDescription)")
      }
      convertBytes(source, into: target)
      return
    }
    guard fields.count == targetFields.count else {
      throw ArrayError(
        .dtypeMismatch, "records of \(fields.count) fields cannot become records of \(targetFields.count)")
    }
    // Safe: the target is new and nobody else holds it.
    unsafe target.storage.mutableBuffer.initializeMemory(as: UInt8.self, repeating: 0)
    for (field, targetField) in zip(fields, targetFields) {
      try convert(source.field(field.name), into: target.field(targetField.name))
    }
  }

  /// Every field becomes the value, converted.
  private static func convertToRecords(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    // Safe: the target is new and nobody else holds it.
    unsafe target.storage.mutableBuffer.initializeMemory(as: UInt8.self, repeating: 0)
    for field in target.dtype.fields ?? [] {
      let values = try target.field(field.name)
      let isArray = values.ndim > source.ndim
      let ones = [Int](repeating: 1, count: values.ndim - source.ndim)
      try convert(isArray ? source.reshaped(source.shape + ones).broadcast(to: values.shape) : source, into: values)
    }
  }

  /// Calls `row` for every run along the innermost axis, with the addresses of its first elements, both steps in
  /// bytes, and the number of elements; long runs are cut and spread over all cores.
  ///
  /// - Parameter grain: The fewest elements that are worth a thread's while.
  static func forEachRow(
    _ source: AnyNDArray, _ target: AnyNDArray, grain: Int = 1 << 16,
    _ row: @Sendable (Row) -> Void
  ) {
    guard source.count > 0 else { return }
    let plan = LoopPlan(shape: source.shape, first: target.strides, second: source.strides)
    // Safe: both views lie within their storages, which the caller holds; offsets of the plan stay within the views.
    nonisolated(unsafe) let from = unsafe source.firstElement + plan.secondOffset
    nonisolated(unsafe) let to = unsafe target.storage.baseAddress + target.offset + plan.firstOffset
    let inner = plan.inner
    plan.forEachRow { (targetOffset: Int, sourceOffset: Int) in
      Parallel.forEachRange(of: inner.count, grain: grain) { range in
        row(
          unsafe Row(
            source: from + (sourceOffset &+ range.lowerBound &* inner.second), sourceStep: inner.second,
            target: to + (targetOffset &+ range.lowerBound &* inner.first), targetStep: inner.first,
            count: range.count))
      }
    }
    extendLifetime(source.storage)
    extendLifetime(target.storage)
  }

  /// A run of elements on both sides, which may go to another thread: rows that are worked on at the same time do not
  /// overlap on the writing side.
  @safe struct Row: @unchecked Sendable {
    /// The first element's bytes on the reading side.
    let source: UnsafeRawPointer
    let sourceStep: Int
    /// The first element's bytes on the writing side.
    let target: UnsafeMutableRawPointer
    let targetStep: Int
    let count: Int
  }

  /// Raw bytes of another length: cut, or filled up by zeros.
  private static func convertBytes(_ source: AnyNDArray, into target: AnyNDArray) {
    let (size, targetSize) = (source.dtype.itemSize, target.dtype.itemSize)
    let common = min(size, targetSize)
    forEachRow(source, target) { row in
      for index in 0..<row.count {
        // Safe: `common` bytes lie within both elements, the rest within the target's.
        let to = unsafe row.target + index * row.targetStep
        unsafe to.copyMemory(from: row.source + index * row.sourceStep, byteCount: common)
        unsafe (to + common).initializeMemory(as: UInt8.self, repeating: 0, count: targetSize - common)
      }
    }
  }
}

extension AnyNDArray {
  /// Dates as the numbers of steps that they are.
  fileprivate var countingSteps: AnyNDArray {
    get throws(ArrayError) { try viewed(as: DType.int64.withByteOrder(dtype.byteOrder)) }
  }
}

extension DType {
  /// Whether the elements are numbers, truth values included.
  package var isNumber: Bool {
    switch kind {
    case .bool, .signedInteger, .unsignedInteger, .float, .complex: true
    default: false
    }
  }
}
