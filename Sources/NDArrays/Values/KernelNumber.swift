internal import CNumPyIOKernels

/// The types that the loops in C know.
protocol KernelNumber: BitwiseCopyable, Sendable {
  /// The type as most loops know it; `nil` for one that they leave to Swift.
  static var kernel: npyio_number? { get }
}

extension Int8: KernelNumber { static var kernel: npyio_number? { NPYIO_INT8 } }
extension Int16: KernelNumber { static var kernel: npyio_number? { NPYIO_INT16 } }
extension Int32: KernelNumber { static var kernel: npyio_number? { NPYIO_INT32 } }
extension Int64: KernelNumber { static var kernel: npyio_number? { NPYIO_INT64 } }
extension UInt8: KernelNumber { static var kernel: npyio_number? { NPYIO_UINT8 } }
extension UInt16: KernelNumber { static var kernel: npyio_number? { NPYIO_UINT16 } }
extension UInt32: KernelNumber { static var kernel: npyio_number? { NPYIO_UINT32 } }
extension UInt64: KernelNumber { static var kernel: npyio_number? { NPYIO_UINT64 } }
extension Float: KernelNumber { static var kernel: npyio_number? { NPYIO_FLOAT32 } }
extension Double: KernelNumber { static var kernel: npyio_number? { NPYIO_FLOAT64 } }
#if !(os(macOS) && arch(x86_64))
  extension Float16: KernelNumber { static var kernel: npyio_number? { Kernels.knowHalves ? NPYIO_FLOAT16 : nil } }
#endif

enum Kernels {
  /// Whether the loops in C know half precision on this processor.
  // Safe: of no elements nothing is read or written.
  static let knowHalves = unsafe know { address in
    unsafe npyio_fold_rows(NPYIO_ADD, NPYIO_FLOAT16, npyio_vector_width(), address, address, 2, 0, 0, 0)
  }

  /// Whether a loop in C knows its types, which it tells when it is given no elements.
  ///
  /// - Parameter ask: Calls the loop with an address for all it reads and writes.
  static func know(_ ask: (UnsafeMutableRawPointer) -> CInt) -> Bool {
    var none: UInt64 = 0
    // Safe: of no elements nothing is read or written.
    return unsafe withUnsafeMutableBytes(of: &none) { bytes in
      guard let address = bytes.baseAddress else { return false }
      return unsafe ask(address) != 0
    }
  }
}

extension DType {
  /// The type of the elements, whatever their byte order, as the loops in C know it; `nil` for one that none knows.
  var kernel: npyio_number? {
    switch (kind, itemSize) {
    case (.bool, _): NPYIO_BOOL
    case (.signedInteger, 1): NPYIO_INT8
    case (.signedInteger, 2): NPYIO_INT16
    case (.signedInteger, 4): NPYIO_INT32
    case (.signedInteger, 8): NPYIO_INT64
    case (.unsignedInteger, 1): NPYIO_UINT8
    case (.unsignedInteger, 2): NPYIO_UINT16
    case (.unsignedInteger, 4): NPYIO_UINT32
    case (.unsignedInteger, 8): NPYIO_UINT64
    case (.float, 2): NPYIO_FLOAT16
    case (.float, 4): NPYIO_FLOAT32
    case (.float, 8): NPYIO_FLOAT64
    default: nil
    }
  }
}
