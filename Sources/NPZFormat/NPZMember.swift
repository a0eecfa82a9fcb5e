internal import PickledArrays
internal import NPYFormat
internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
internal import NDArrays

/// An array on its way into an archive: its header, and how its bytes are compressed.
struct NPZMember: Sendable {
  let fileName: String
  /// The array; of objects the bytes of their pickle.
  let array: AnyNDArray
  let header: [UInt8]

  init(_ name: String, _ stored: StoredArray) throws(FormatError) {
    do throws(FormatError) {
      switch stored {
      case .values(let array):
        try array.requireNonObject()
        header = try array.encodedHeader().bytes
        self.array = array
      case .objects(let objects):
        header = try objects.encodedHeader().bytes
        let pickle = try objects.filePickle()
        array = try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in
          try AnyNDArray(bytes: pickle, dtype: .uint8, shape: [pickle.count])
        }
      }
    } catch {
      throw error.at(member: name)
    }
    fileName = name + ".npy"
  }

  /// A member in memory, compressed.
  struct Encoded: Sendable {
    let bytes: [UInt8]
    let summary: DeflateSummary
  }

  /// Whether the member is compressed in memory, side by side with others: what a single core does in one go.
  func isSmall(for level: DeflateLevel) -> Bool { array.nbytes <= (level == .zlib ? 64 << 20 : 2 << 20) }

  /// The CRC-32 of header and data, on all cores.
  var checksum: UInt32 {
    // Safe: the bytes are used within the calls only.
    let start = unsafe header.withUnsafeBytes { unsafe ArrayDeflate.CRC32.checksum($0) }
    let rest = unsafe array.inFileOrder.withContiguousBytes { unsafe ArrayDeflate.CRC32.parallelChecksum($0) }
    return ArrayDeflate.CRC32.combine(start, rest, secondCount: array.nbytes)
  }

  func compressed(_ level: DeflateLevel) throws(FormatError) -> Encoded {
    let sink = MemorySink()
    let summary = try compress(to: sink, level: level)
    return Encoded(bytes: sink.bytes, summary: summary)
  }

  func compress(to sink: any ByteSink, level: DeflateLevel) throws(FormatError) -> DeflateSummary {
    let deflate = try DeflateWriter(to: sink, level: level)
    if array.nbytes < DeflateWriter.segmentSize {
      // Header and data as one segment: two would cost a small array bytes.
      let bytes = header + array.inFileOrder.bytes
      try deflate.write(bytes, layout: itemLayout)
      return try deflate.finish()
    }
    try deflate.write(header)
    let ordered = array.inFileOrder
    if ordered.isCContiguous {
      try NPZMember.write(ordered, to: deflate, itemLayout)
    } else {
      // Packed piece by piece, each large enough for all cores.
      for piece in ordered.pieces(ofBytes: 32 << 20) { try NPZMember.write(piece.packed(), to: deflate, itemLayout) }
    }
    return try deflate.finish()
  }

  private static func write(
    _ array: AnyNDArray, to deflate: DeflateWriter, _ layout: ItemLayout
  ) throws(FormatError) {
    // Safe: the writer does not keep the bytes beyond the call.
    try unsafe array.withContiguousBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe deflate.write(bytes, layout: layout)
    }
  }

  private var itemLayout: ItemLayout { ItemLayout(array.dtype, inFileOrder: array.inFileOrder.shape) }
}

extension ItemLayout {
  /// What the encoder may know of an array: items, their parts, and the distances between rows and planes.
  init(_ dtype: DType, inFileOrder shape: [Int]) {
    let strides = Layout.strides(shape, itemSize: dtype.itemSize)
    self.init(
      itemSize: dtype.itemSize, atomSize: dtype.isStructured ? 1 : dtype.swapSize,
      strides: Array(strides.dropLast().reversed()))
  }
}
