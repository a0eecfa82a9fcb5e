internal import ByteIO
package import NDArrays

/// Elements of less than a byte that lie in a source without gaps, each in the lower bits of a byte of its own.
///
/// The lowest bits of the first byte are the first element's, as PyTorch packs `float4_e2m1fn_x2`.
struct PackedBlocks: ArrayBlockSource {
  private let source: any ByteSource
  private let offset: Int
  private let bits: Int
  let descriptor: ArrayDescriptor

  /// - Parameter bits: Those of an element, which divide 8, or 24 as 6 does.
  init(_ source: any ByteSource, offset: Int, bits: Int, _ descriptor: ArrayDescriptor) {
    self.source = source
    self.offset = offset
    self.bits = bits
    self.descriptor = descriptor
  }

  var name: String { source.name }
  /// Elements begin within bytes: runs only can be had.
  var seekCost: SeekCost { .impossible }

  func forEachRun(ofCount step: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    let count = descriptor.count ?? 0
    // Each run begins with a byte: four elements of six bits are three bytes.
    let step = max(4, step / 4 * 4)
    var done = 0
    try ByteProgress.reading(source, total: count / 8 * bits) { () throws(FormatError) in
      while done < count {
        let part = min(step, count - done)
        let bytes = try source.readBytes(
          at: offset + done / 4 * bits / 2, count: (part * bits + 7) / 8, "the elements")
        let run = NDArray(PackedBits.unpacked(bytes, count: part, bits: bits)).untyped
        try body(wrapping { () throws(ArrayError) in try run.viewed(as: descriptor.dtype) })
        done += part
      }
    }
  }

  func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let array = try whole()
    return try wrapping { () throws(ArrayError) in try array.slice(slice) }
  }

  func whole() throws(FormatError) -> AnyNDArray { try gathered() }
}

/// Elements of less than a byte, without gaps: the lowest bits of the first byte are the first element's.
package enum PackedBits {
  /// An element in the lower bits of each byte.
  static func unpacked(_ bytes: [UInt8], count: Int, bits: Int) -> [UInt8] {
    let mask = UInt8(1 << bits - 1)
    var items: [UInt8] = []
    items.reserveCapacity(count)
    for index in 0..<count {
      let (place, shift) = (index * bits / 8, index * bits % 8)
      var item = bytes[place] >> UInt8(shift)
      if shift + bits > 8 { item |= bytes[place + 1] << UInt8(8 - shift) }
      items.append(item & mask)
    }
    return items
  }

  /// Elements in the lower bits of a byte each, packed into as few bytes as hold them.
  package static func packed(_ run: AnyNDArray, bits: Int) -> [UInt8] {
    let mask = UInt8(1 << bits - 1)
    var bytes = [UInt8](repeating: 0, count: (run.count * bits + 7) / 8)
    for (index, item) in run.bytes.enumerated() {
      let (place, shift) = (index * bits / 8, index * bits % 8)
      bytes[place] |= (item & mask) << UInt8(shift)
      if shift + bits > 8 { bytes[place + 1] |= (item & mask) >> UInt8(8 - shift) }
    }
    return bytes
  }
}
