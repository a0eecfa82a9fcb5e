import ByteIO
import NumPyIO
import ParallelLoops
import Synchronization
import ZipArchives

/// An array that is gone through block by block, on all cores and in bounded memory: of a file, or of the part of it
/// that a slice selects, no more than a few blocks are in memory at any time.
struct ArrayBlocks: Sendable {
  /// Where blocks come from.
  private enum Source {
    case file(NPYFile, ResolvedSlice)
    case memory(AnyNDArray)
  }

  private let source: Source
  private let path: String
  /// The field of the records that is gone through.
  private let field: [String]
  /// The axes before the field's own.
  private let recordAxes: Int
  /// Whether blocks have to be read from the first to the last: of what is inflated as a whole.
  private let isSequential: Bool
  /// The axes by how far apart their elements lie, the farthest first.
  private let order: [Int]
  let shape: [Int]
  let dtype: DType

  /// - Parameter field: The field of records that is looked at, and of records within it.
  init(_ input: ArrayInput, field: [String]) throws(FormatError) {
    path = input.address.path
    self.field = field
    if let file = input.file, file.source.isSeekable, !file.header.dtype.hasObjects {
      let flat = file.header.dtype.flattenedSubarray
      let whole = file.header.shape + (flat?.shape ?? [])
      let resolved = try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in
        try ResolvedSlice(input.address.slice ?? [.ellipsis], shape: whole)
      }
      source = .file(file, resolved)
      let axes = Array(resolved.shape.indices)
      order = file.header.isFortranOrder ? axes.reversed() : axes
      let (isInflated, isSequential) = input.compression
      self.isSequential = isSequential
      // What is read fits the processor's caches; what is inflated is larger, since neighbours share segments.
      blockSize = isInflated ? 8 << 20 : 1 << 20
      recordAxes = axes.count
      (shape, dtype) = try ArrayBlocks.entering(resolved.shape, flat?.dtype ?? file.header.dtype, field, path)
    } else {
      let array = try input.read()
      source = .memory(array)
      order = array.shape.indices.sorted { abs(array.strides[$0]) > abs(array.strides[$1]) }
      isSequential = false
      blockSize = 1 << 20
      recordAxes = array.ndim
      (shape, dtype) = try ArrayBlocks.entering(array.shape, array.dtype, field, path)
    }
  }

  var count: Int { shape.contains(0) ? 0 : shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }

  /// The shape and dtype of a field of records.
  private static func entering(
    _ shape: [Int], _ dtype: DType, _ field: [String], _ path: String
  ) throws(FormatError) -> ([Int], DType) {
    var (shape, dtype) = (shape, dtype)
    for name in field {
      guard let fields = dtype.fields else {
        throw FormatError(
          .badArgument, "elements of \(dtype) have no fields, such as '\(name)'", file: path)
      }
      guard let found = dtype.field(name) else {
        let names = fields.map(\.name).joined(separator: ", ")
        throw FormatError(.notFound, "no field '\(name)'; there are \(names)", file: path)
      }
      let (inner, axes) = found.dtype.flattenedSubarray ?? (found.dtype, [])
      (shape, dtype) = (shape + axes, inner)
    }
    return (shape, dtype)
  }

  // MARK: Going through it

  /// The most bytes of a block.
  private let blockSize: Int

  /// How the array is cut: `fixed` axes one index at a time, the next in stretches, the rest whole.
  private struct Cut {
    var fixed: [Int] = []
    var axis: Int?
    var step = 1
    var count = 1
  }

  /// - Parameter whole: How many of the last axes must not be cut.
  private func cut(keeping whole: Int) -> Cut {
    let shape = Array(shape[..<recordAxes])
    let cuttable = order.filter { $0 < shape.count - max(0, whole - (self.shape.count - recordAxes)) }
    let rest = order.filter { !cuttable.contains($0) }
    let itemSize = max(1, recordSize)
    var size = rest.reduce(itemSize) { $0.multipliedReportingOverflow(by: shape[$1]).partialValue }
    // From the innermost axis outwards, as long as it fits.
    var inner = cuttable.count
    while inner > 0 {
      let (larger, overflow) = size.multipliedReportingOverflow(by: shape[cuttable[inner - 1]])
      if overflow || larger > blockSize { break }
      size = larger
      inner -= 1
    }
    guard inner > 0 else { return Cut() }
    var cut = Cut(fixed: Array(cuttable[..<(inner - 1)]), axis: cuttable[inner - 1])
    let length = shape[cuttable[inner - 1]]
    cut.step = max(1, blockSize / max(1, size))
    cut.count = cut.fixed.reduce((length - 1) / cut.step + 1) { $0 * shape[$1] }
    return cut
  }

  /// The bytes of an element in the file, all fields included.
  private var recordSize: Int {
    switch source {
    case .file(let file, _): file.header.dtype.flattenedSubarray?.dtype.itemSize ?? file.header.dtype.itemSize
    case .memory(let array): array.dtype.itemSize
    }
  }

  /// The ranges of a block along every axis.
  private func ranges(_ number: Int, _ cut: Cut) -> [Range<Int>] {
    var ranges = shape[..<recordAxes].map { 0..<$0 }
    guard let axis = cut.axis else { return ranges }
    let pieces = (shape[axis] - 1) / cut.step + 1
    let start = number % pieces * cut.step
    ranges[axis] = start..<min(shape[axis], start + cut.step)
    var rest = number / pieces
    for axis in cut.fixed.reversed() {
      ranges[axis] = (rest % shape[axis])..<(rest % shape[axis] + 1)
      rest /= shape[axis]
    }
    return ranges
  }

  private func read(_ ranges: [Range<Int>]) throws(FormatError) -> AnyNDArray {
    var block: AnyNDArray
    switch source {
    case .file(let file, let resolved): block = try file.read(slice: resolved.selections(ranges))
    case .memory(let array):
      block = try wrapping { () throws(ArrayError) in
        try array.slice(ranges.map { .range(lower: $0.lowerBound, upper: $0.upperBound) })
      }
    }
    for name in field { block = try wrapping { () throws(ArrayError) in try block.field(name) } }
    return block
  }

  private func wrapping<Result>(_ body: () throws(ArrayError) -> Result) throws(FormatError) -> Result {
    try FormatError.wrapping(.unsupported, file: path, body)
  }

  /// Gathers a summary of all elements.
  ///
  /// - Parameters:
  ///   - empty: A summary of nothing; every thread begins with it.
  ///   - view: How the summary sees a block and the place where it begins: the axes that matter to it.
  ///   - whole: How many of the last axes a block must have all of.
  func summarize<Summary: BlockSummary>(
    _ empty: Summary, keeping whole: Int = 0, view: BlockView = BlockView()
  ) throws(FormatError) -> Summary {
    guard count > 0 else { return empty }
    let cut = cut(keeping: whole)
    let total = Mutex(empty)
    let queue = BlockQueue(count: cut.count)
    let workers = min(Parallel.workers, cut.count)
    try Parallel.forEach(workers) { (_: Int) throws(FormatError) in
      var own = empty
      while true {
        let next: (ranges: [Range<Int>], block: AnyNDArray)?
        if isSequential {
          next = try queue.takeInOrder { (number: Int) throws(FormatError) in
            let ranges = ranges(number, cut)
            return (ranges, try read(ranges))
          }
        } else if let number = queue.take() {
          let ranges = ranges(number, cut)
          do throws(FormatError) { next = (ranges, try read(ranges)) } catch {
            queue.stop()
            throw error
          }
        } else {
          next = nil
        }
        guard let (ranges, block) = next else { break }
        let start = ranges.map(\.lowerBound) + [Int](repeating: 0, count: shape.count - recordAxes)
        do throws(FormatError) {
          try wrapping { () throws(ArrayError) in
            let (seen, place) = try view.apply(block, start)
            try own.add(seen, at: place)
          }
        } catch {
          queue.stop()
          throw error
        }
      }
      total.withLock { $0.merge(own) }
    }
    return total.withLock { $0 }
  }

  /// The first element, as the 64-bit integer that moments and durations are.
  func firstInteger() throws(FormatError) -> Int64? {
    guard count > 0 else { return nil }
    var block = try read(shape[..<recordAxes].map { _ in 0..<1 })
    return try wrapping { () throws(ArrayError) in
      block = try block.slice(block.shape.map { _ in .index(0) }).nativeByteOrder()
      return try NDArray<Int64>(block.viewed(as: .int64)).elements.first
    }
  }
}

/// How a summary sees blocks: without axes of length 1.
struct BlockView: Sendable {
  /// The axes that are left out, all of length 1.
  var droppedAxes: Set<Int> = []

  func apply(_ block: AnyNDArray, _ start: [Int]) throws(ArrayError) -> (AnyNDArray, [Int]) {
    guard !droppedAxes.isEmpty else { return (block, start) }
    let selections = block.shape.indices.map { droppedAxes.contains($0) ? AxisSelection.index(0) : .all }
    return (try block.slice(selections), start.indices.filter { !droppedAxes.contains($0) }.map { start[$0] })
  }
}

/// The numbers of the blocks that are still to be read.
private final class BlockQueue: Sendable {
  private let count: Int
  private let next = Atomic<Int>(0)
  private let order = Mutex(0)

  init(count: Int) { self.count = count }

  func take() -> Int? {
    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return number < count ? number : nil
  }

  /// Hands out no more.
  func stop() { next.store(count, ordering: .relaxed) }

  /// Takes a number and reads its block before anyone takes the next.
  func takeInOrder<Block: Sendable>(_ read: (Int) throws(FormatError) -> Block) throws(FormatError) -> Block? {
    let result: Result<Block?, FormatError> = order.withLock { _ in
      guard let number = take() else { return .success(nil) }
      do throws(FormatError) { return .success(try read(number)) } catch {
        stop()
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension ResolvedSlice {
  /// The selections, of the array that the slice was taken of, for ranges of the slice's result.
  func selections(_ ranges: [Range<Int>]) -> [AxisSelection] {
    var selections: [AxisSelection] = []
    var done = 0
    func dropped(until axis: Int) {
      while done < axis {
        selections.append(.index(axes[done].start))
        done += 1
      }
    }
    for (range, axis) in zip(ranges, result) {
      guard let axis else {
        selections.append(.newAxis)
        continue
      }
      dropped(until: axis)
      let (start, step) = (axes[axis].start, axes[axis].step)
      if range.isEmpty {
        selections.append(.slice(start: 0, stop: 0, step: 1))
      } else {
        let last = start + (range.upperBound - 1) * step
        let stop = step > 0 ? last + 1 : last > 0 ? last - 1 : nil
        selections.append(.slice(start: start + range.lowerBound * step, stop: stop, step: step))
      }
      done = axis + 1
    }
    dropped(until: axes.count)
    return selections
  }
}

extension ArrayInput {
  /// Whether the elements are inflated on their way, and then have to be read from the first to the last.
  fileprivate var compression: (isInflated: Bool, isSequential: Bool) {
    guard case .member(let archive, let name, _) = content, let member = try? archive.member(name) else {
      return (false, false)
    }
    return (member.method != .stored, !archive.isSeekable(member))
  }
}
