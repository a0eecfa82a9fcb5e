internal import CNumPyIOKernels

/// The loop for packed numbers of one type, which C compiles for the widest vectors that the processor has.
struct ExtremumKernel<Item: BitwiseCopyable> {
  private let type: npyio_number

  /// `nil` for a type without such a loop.
  @inline(__always)
  init?(_: Item.Type) {
    switch Item.self {
    case is Int8.Type: type = NPYIO_INT8
    case is Int16.Type: type = NPYIO_INT16
    case is Int32.Type: type = NPYIO_INT32
    case is Int64.Type: type = NPYIO_INT64
    case is UInt8.Type: type = NPYIO_UINT8
    case is UInt16.Type: type = NPYIO_UINT16
    case is UInt32.Type: type = NPYIO_UINT32
    case is UInt64.Type: type = NPYIO_UINT64
    case is Float.Type: type = NPYIO_FLOAT32
    case is Double.Type: type = NPYIO_FLOAT64
    default: return nil
    }
  }

  /// Makes `best` the smallest or largest of itself and a packed run, passing over NaN.
  ///
  /// - Returns: Whether there was a NaN.
  func fold(_ best: inout Item, _ run: ItemRun<Item>, isMaximum: Bool) -> Bool {
    // Safe: the run's items lie one after the other in memory that its maker holds; the result is as large as an item.
    unsafe npyio_extremum(type, npyio_vector_width(), isMaximum ? 1 : 0, run.start, run.count, &best) != 0
  }
}
