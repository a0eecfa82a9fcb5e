internal import NumberText

// Numbers to numbers, in two steps through a block of wide values that stays in the cache: every type widens without
// loss to one of four (`Int64`, `UInt64`, `Double`, the 80-bit number), and each of these narrows to every type as C
// would convert from the narrow one. That is 15 + 4 × 15 loops instead of 15 × 15.

extension Conversion {
  /// How many elements go through the block at a time.
  private static let blockSize = 512

  static func convertNumbers(_ source: AnyNDArray, into target: AnyNDArray) {
    let (from, to) = (source.dtype, target.dtype)
    let (fromType, fromSwaps) = (NumberType(from), !from.isNative)
    let (toType, toSwaps) = (NumberType(to), !to.isNative)
    let kernel = ConversionKernel(from, to)
    let grain = kernel.map { ParallelGrain.elements(ofBytes: $0.bytesEach) } ?? 1 << 16
    forEachRow(source, target, grain: grain) { row in
      if let kernel { return kernel.convert(row) }
      var done = 0
      while done < row.count {
        let count = min(blockSize, row.count - done)
        // Safe: the block's `count` elements lie within the row on both sides.
        let source = unsafe row.source + done * row.sourceStep
        let target = unsafe row.target + done * row.targetStep
        let reader = unsafe Reader(base: source, step: row.sourceStep, swaps: fromSwaps, count: count)
        let writer = unsafe Writer(base: target, step: row.targetStep, swaps: toSwaps, count: count)
        convertBlock(reader, fromType, writer, toType)
        done += count
      }
    }
  }

  private static func convertBlock(_ reader: Reader, _ from: NumberType, _ writer: Writer, _ to: NumberType) {
    switch from {
    case .bool: through(WideningBool.self, reader) { narrow($0, writer, to) }
    case .int8: through(WideningInt8.self, reader) { narrow($0, writer, to) }
    case .int16: through(WideningInt16.self, reader) { narrow($0, writer, to) }
    case .int32: through(WideningInt32.self, reader) { narrow($0, writer, to) }
    case .int64: through(WideningInt64.self, reader) { narrow($0, writer, to) }
    case .uint8: through(WideningUnsigned<UInt8>.self, reader) { narrow($0, writer, to) }
    case .uint16: through(WideningUnsigned<UInt16>.self, reader) { narrow($0, writer, to) }
    case .uint32: through(WideningUnsigned<UInt32>.self, reader) { narrow($0, writer, to) }
    case .uint64: through(WideningUInt64.self, reader) { narrow($0, writer, to) }
    case .float16: through(WideningHalf.self, reader) { narrow($0, writer, to) }
    case .float32: through(WideningFloat.self, reader) { narrow($0, writer, to) }
    case .float64: through(WideningDouble.self, reader) { narrow($0, writer, to) }
    case .extended:
      through(reader.count) {
        reader.extended($0, at: 0)
      } _: {
        narrow($0, writer, to)
      }
    case .complex64, .complex128, .complexExtended: convertComplexBlock(reader, from, writer, to)
    }
  }

  /// A complex number has two parts, which are converted alike; a real target takes the first.
  private static func convertComplexBlock(
    _ reader: Reader, _ from: NumberType, _ writer: Writer, _ to: NumberType
  ) {
    let part = from.part ?? from
    let second = reader.advanced(by: part.size)
    if to == .bool {
      for index in 0..<reader.count {
        writer.put(reader.isZero(index, part) && second.isZero(index, part) ? UInt8(0) : 1, index)
      }
    } else if let target = to.part {
      convertBlock(reader, part, writer, target)
      convertBlock(second, part, writer.advanced(by: target.size), target)
    } else {
      convertBlock(reader, part, writer, to)
    }
  }

  /// Widens a block of words and hands it on.
  private static func through<W: Widening>(
    _: W.Type, _ reader: Reader, _ narrow: (Span<W.Wide>) -> Void
  ) {
    // Safe: the temporary block is filled up to `count` before it is read.
    unsafe withUnsafeTemporaryAllocation(of: W.Wide.self, capacity: reader.count) { block in
      if reader.step == MemoryLayout<W.Word>.size, !reader.swaps {
        // Spelled apart so that the compiler sees the unit stride and uses vectors.
        for index in 0..<reader.count {
          unsafe block.initializeElement(at: index, to: W.widen(reader.packedWord(W.Word.self, index)))
        }
      } else {
        for index in 0..<reader.count {
          unsafe block.initializeElement(at: index, to: W.widen(reader.word(W.Word.self, index)))
        }
      }
      narrow(unsafe Span(_unsafeElements: UnsafeBufferPointer(block)))
    }
  }

  /// Widens a block of elements, known by their places, and hands it on.
  @inline(__always)
  private static func through<Wide>(_ count: Int, _ widen: (Int) -> Wide, _ narrow: (Span<Wide>) -> Void) {
    // Safe: the temporary block is filled up to `count` before it is read.
    unsafe withUnsafeTemporaryAllocation(of: Wide.self, capacity: count) { block in
      for index in 0..<count { unsafe block.initializeElement(at: index, to: widen(index)) }
      narrow(unsafe Span(_unsafeElements: UnsafeBufferPointer(block)))
    }
  }

  // MARK: Narrowing

  private static func narrow(_ block: Span<Int64>, _ writer: Writer, _ to: NumberType) {
    narrowInteger(block, writer, to) {
      Float($0)
    } asDouble: {
      Double($0)
    }
  }

  private static func narrow(_ block: Span<UInt64>, _ writer: Writer, _ to: NumberType) {
    narrowInteger(block, writer, to) {
      Float($0)
    } asDouble: {
      Double($0)
    }
  }

  @inline(__always)
  private static func narrowInteger<Wide: FixedWidthInteger & BitwiseCopyable>(
    _ block: Span<Wide>, _ writer: Writer, _ to: NumberType, asFloat: (Wide) -> Float, asDouble: (Wide) -> Double
  ) {
    switch to {
    case .bool: writer.fill(block) { $0 == 0 ? UInt8(0) : 1 }
    case .int8, .uint8: writer.fill(block) { UInt8(truncatingIfNeeded: $0) }
    case .int16, .uint16: writer.fill(block) { UInt16(truncatingIfNeeded: $0) }
    case .int32, .uint32: writer.fill(block) { UInt32(truncatingIfNeeded: $0) }
    case .int64, .uint64: writer.fill(block) { UInt64(truncatingIfNeeded: $0) }
    // NumPy rounds integers to half precision by way of single precision.
    case .float16: writer.fill(block) { HalfFloat.bits(of: Double(asFloat($0))) }
    case .float32: writer.fill(block) { asFloat($0).bitPattern }
    case .float64: writer.fill(block) { asDouble($0).bitPattern }
    case .complex64: writer.fillReal(block, zeroAt: 4) { asFloat($0).bitPattern }
    case .complex128: writer.fillReal(block, zeroAt: 8) { asDouble($0).bitPattern }
    case .extended, .complexExtended:
      for index in block.indices {
        let value = block[index]
        let isNegative = value < 0
        writer.put(
          ExtendedFloat(magnitude: UInt64(value.magnitude), isNegative: isNegative), index, at: 0)
        if to == .complexExtended { writer.put(ExtendedFloat(magnitude: 0, isNegative: false), index, at: 16) }
      }
    }
  }

  private static func narrow(_ block: Span<Double>, _ writer: Writer, _ to: NumberType) {
    switch to {
    case .bool: writer.fill(block) { $0 == 0 ? UInt8(0) : 1 }
    case .int8, .uint8: writer.fill(block) { UInt8(truncatingIfNeeded: X86.int32($0)) }
    case .int16, .uint16: writer.fill(block) { UInt16(truncatingIfNeeded: X86.int32($0)) }
    case .int32: writer.fill(block) { UInt32(bitPattern: X86.int32($0)) }
    case .uint32: writer.fill(block) { UInt32(truncatingIfNeeded: X86.int64($0)) }
    case .int64: writer.fill(block) { UInt64(bitPattern: X86.int64($0)) }
    case .uint64: writer.fill(block) { X86.uint64($0) }
    case .float16: writer.fill(block) { HalfFloat.bits(of: $0) }
    case .float32: writer.fill(block) { Float($0).bitPattern }
    case .float64: writer.fill(block) { $0.bitPattern }
    case .complex64: writer.fillReal(block, zeroAt: 4) { Float($0).bitPattern }
    case .complex128: writer.fillReal(block, zeroAt: 8) { $0.bitPattern }
    case .extended, .complexExtended:
      for index in block.indices {
        writer.put(ExtendedFloat(block[index]), index, at: 0)
        if to == .complexExtended { writer.put(ExtendedFloat(0), index, at: 16) }
      }
    }
  }

  private static func narrow(_ block: Span<ExtendedFloat>, _ writer: Writer, _ to: NumberType) {
    for index in block.indices { narrowOne(block[index], writer, to, index) }
  }

  private static func narrowOne(_ value: ExtendedFloat, _ writer: Writer, _ to: NumberType, _ index: Int) {
    switch to {
    case .bool: writer.put(value.isZero ? UInt8(0) : 1, index)
    case .int8, .uint8: writer.put(UInt8(truncatingIfNeeded: X86.int64(value, bits: 16)), index)
    case .int16, .uint16: writer.put(UInt16(truncatingIfNeeded: X86.int64(value, bits: to == .int16 ? 16 : 32)), index)
    case .int32: writer.put(UInt32(truncatingIfNeeded: X86.int64(value, bits: 32)), index)
    case .uint32: writer.put(UInt32(truncatingIfNeeded: X86.int64(value, bits: 64)), index)
    case .int64: writer.put(UInt64(bitPattern: X86.int64(value, bits: 64)), index)
    case .uint64:
      let isLarge = !value.isNegative && (value.integerMagnitude ?? 0) >> 63 == 1
      writer.put(isLarge ? value.integerMagnitude ?? 0 : UInt64(bitPattern: X86.int64(value, bits: 64)), index)
    case .float16: writer.put(HalfFloat.bits(of: value.oddDoubleValue), index)
    case .float32: writer.put(value.floatValue.bitPattern, index)
    case .float64: writer.put(value.doubleValue.bitPattern, index)
    case .complex64:
      writer.put(value.floatValue.bitPattern, index)
      writer.put(UInt32(0), index, at: 4)
    case .complex128:
      writer.put(value.doubleValue.bitPattern, index)
      writer.put(UInt64(0), index, at: 8)
    case .extended: writer.put(value, index, at: 0)
    case .complexExtended:
      writer.put(value, index, at: 0)
      writer.put(ExtendedFloat(0), index, at: 16)
    }
  }
}

/// The number types that elements may have.
enum NumberType: Sendable {
  case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64
  case float16, float32, float64, extended, complex64, complex128, complexExtended

  /// The type of a dtype for which `isNumber` holds.
  init(_ dtype: DType) {
    self =
      switch (dtype.kind, dtype.itemSize) {
      case (.bool, _): .bool
      case (.signedInteger, 1): .int8
      case (.signedInteger, 2): .int16
      case (.signedInteger, 4): .int32
      case (.signedInteger, _): .int64
      case (.unsignedInteger, 1): .uint8
      case (.unsignedInteger, 2): .uint16
      case (.unsignedInteger, 4): .uint32
      case (.unsignedInteger, _): .uint64
      case (.float, 2): .float16
      case (.float, 4): .float32
      case (.float, 8): .float64
      case (.float, _): .extended
      case (_, 8): .complex64
      case (_, 16): .complex128
      default: .complexExtended
      }
  }

  /// The bytes of an element.
  var size: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64, .complex64: 8
    case .extended, .complex128: 16
    case .complexExtended: 32
    }
  }

  /// The type of a complex number's parts; `nil` for a real one.
  var part: NumberType? {
    switch self {
    case .complex64: .float32
    case .complex128: .float64
    case .complexExtended: .extended
    default: nil
    }
  }
}
