internal import CNumPyIOKernels

/// The conversion of numbers by a loop in C, between layouts and byte orders of any kind.
struct ConversionKernel: Sendable {
  /// The types of real numbers, or of the parts of complex ones.
  private let from: npyio_number
  private let to: npyio_number
  private let fromSize: Int
  private let toSize: Int
  private let fromSwaps: Bool
  private let toSwaps: Bool
  /// Whether the numbers are complex.
  private let fromPairs: Bool
  private let toPairs: Bool

  /// How many elements go through a block that stays in the cache at a time.
  private static let blockSize = 1024

  /// `nil` for types that there is no loop for.
  init?(_ source: DType, _ target: DType) {
    (fromPairs, toPairs) = (source.kind == .complex, target.kind == .complex)
    // A complex number is true if one of its parts is.
    guard let from = fromPairs ? ConversionKernel.part(of: source) : source.kernel,
      let to = toPairs ? ConversionKernel.part(of: target) : target.kernel, !fromPairs || to != NPYIO_BOOL
    else { return nil }
    (self.from, self.to) = (from, to)
    fromSize = fromPairs ? source.itemSize / 2 : source.itemSize
    toSize = toPairs ? target.itemSize / 2 : target.itemSize
    (fromSwaps, toSwaps) = (!source.isNative, !target.isNative)
    // Safe: of no elements nothing is read or written.
    let isKnown = unsafe from == to || Kernels.know { unsafe npyio_convert(from, to, npyio_vector_width(), $0, $0, 0) }
    if !isKnown { return nil }
  }

  private static func part(of complex: DType) -> npyio_number? {
    switch complex.itemSize {
    case 8: NPYIO_FLOAT32
    case 16: NPYIO_FLOAT64
    default: nil
    }
  }

  /// The bytes that an element has on both sides.
  var bytesEach: Int { (fromPairs ? 2 : 1) * fromSize + (toPairs ? 2 : 1) * toSize }

  func convert(_ row: Conversion.Row) {
    guard fromPairs, toPairs else { return convertNumbers(row) }
    if row.sourceStep == 2 * fromSize, row.targetStep == 2 * toSize {
      // Safe: the parts of packed numbers are twice as many packed numbers.
      return convertNumbers(
        unsafe Conversion.Row(
          source: row.source, sourceStep: fromSize, target: row.target, targetStep: toSize, count: 2 * row.count))
    }
    for part in 0..<2 {
      // Safe: the parts lie within the elements.
      convertNumbers(
        unsafe Conversion.Row(
          source: row.source + part * fromSize, sourceStep: row.sourceStep, target: row.target + part * toSize,
          targetStep: row.targetStep, count: row.count))
    }
  }

  /// Converts real numbers, or parts; of real numbers that become complex the second part is zero.
  private func convertNumbers(_ row: Conversion.Row) {
    let getsZeros = toPairs && !fromPairs
    let readsInPlace = row.sourceStep == fromSize && !fromSwaps
    let writesInPlace = row.targetStep == toSize && !toSwaps && !getsZeros
    let width = npyio_vector_width()
    if readsInPlace, writesInPlace {
      // Safe: as many elements as the row has lie on both sides, one after the other, and nobody else writes to them.
      _ = unsafe npyio_convert(from, to, width, row.source, row.target, row.count)
      return
    }
    // Safe: two blocks of as many words as are converted at a time, which are written before they are read; the elements lie
    // within the row on both sides.
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * ConversionKernel.blockSize) { words in
      guard let start = words.baseAddress else { return }
      let first = UnsafeMutableRawPointer(start)
      let second = unsafe first + 8 * ConversionKernel.blockSize
      for done in stride(from: 0, to: row.count, by: ConversionKernel.blockSize) {
        let count = min(ConversionKernel.blockSize, row.count - done)
        let source = unsafe row.source + done * row.sourceStep
        let target = unsafe row.target + done * row.targetStep
        // Parts of complex numbers of the same type only move.
        let isMove = from == to && writesInPlace
        if !readsInPlace {
          unsafe npyio_copy_items(
            CInt(fromSize), fromSwaps ? 1 : 0, width, source, row.sourceStep, isMove ? target : first, fromSize, count)
        }
        let read = unsafe readsInPlace ? source : UnsafeRawPointer(first)
        let written = unsafe writesInPlace ? target : from == to ? UnsafeMutableRawPointer(mutating: read) : second
        if from != to { _ = unsafe npyio_convert(from, to, width, read, written, count) }
        if writesInPlace { continue }
        if getsZeros, row.targetStep == 2 * toSize, !toSwaps {
          unsafe npyio_pair_with_zeros(CInt(toSize), width, written, target, count)
          continue
        }
        unsafe npyio_copy_items(CInt(toSize), toSwaps ? 1 : 0, width, written, toSize, target, row.targetStep, count)
        guard getsZeros else { continue }
        var zero: UInt64 = 0
        unsafe npyio_copy_items(CInt(toSize), 0, width, &zero, 0, target + toSize, row.targetStep, count)
      }
    }
  }
}
