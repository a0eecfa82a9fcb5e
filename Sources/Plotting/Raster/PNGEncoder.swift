internal import ArrayDeflate
package import ByteIO

/// Writes pictures as PNG (ISO/IEC 15948).
package enum PNGEncoder {
  /// How the bytes of a pixel are to be read.
  package enum Layout: UInt8, Sendable {
    case rgb = 2
    case palette = 3
    case rgba = 6

    var bytesPerPixel: Int {
      switch self {
      case .rgb: 3
      case .palette: 1
      case .rgba: 4
      }
    }
  }

  /// Writes a picture: with a palette where it has no more than 256 colours, else with three bytes a pixel.
  package static func write(_ picture: RasterImage, to sink: any ByteSink) throws(FormatError) {
    if let (colors, indices) = palette(of: picture) {
      try write(indices, width: picture.width, height: picture.height, layout: .palette, palette: colors, to: sink)
    } else {
      try write(picture.bytes, width: picture.width, height: picture.height, layout: .rgb, to: sink)
    }
  }

  /// The file of a picture in memory.
  package static func bytes(of picture: RasterImage) throws(FormatError) -> [UInt8] {
    let sink = MemorySink()
    try write(picture, to: sink)
    return sink.bytes
  }

  /// Writes pixels row by row from the top.
  package static func write(
    _ pixels: [UInt8], width: Int, height: Int, layout: Layout, palette: [RGB] = [], to sink: any ByteSink
  ) throws(FormatError) {
    try sink.write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    // 8 bits a channel, deflate, the five filters, not interlaced.
    try writeChunk("IHDR", bigEndian(width) + bigEndian(height) + [8, layout.rawValue, 0, 0, 0], to: sink)
    if layout == .palette {
      try writeChunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }, to: sink)
    }
    let rowSize = width * layout.bytesPerPixel
    let rows = filtered(pixels, rowSize: rowSize, height: height, layout: layout)
    // Deflate in the frame of zlib (RFC 1950): 32 KiB windows, no dictionary, the usual effort.
    let stream = MemorySink()
    try stream.write([0x78, 0x9C])
    let deflate = try DeflateWriter(to: stream, level: .default)
    try deflate.write(rows, layout: ItemLayout(itemSize: layout.bytesPerPixel, atomSize: 1, strides: [rowSize + 1]))
    _ = try deflate.finish()
    try stream.write(bigEndian(Int(adler32(rows))))
    try writeChunk("IDAT", stream.bytes, to: sink)
    try writeChunk("IEND", [], to: sink)
  }

  /// The colours of a picture and each pixel's place among them; `nil` if there are more than 256.
  package static func palette(of picture: RasterImage) -> (colors: [RGB], indices: [UInt8])? {
    var places: [UInt32: UInt8] = [:]
    var colors: [RGB] = []
    var indices: [UInt8] = []
    indices.reserveCapacity(picture.width * picture.height)
    // Neighbours are alike more often than not.
    var last: (key: UInt32, place: UInt8) = (.max, 0)
    for pixel in 0..<(picture.width * picture.height) {
      let color = RGB(picture.bytes[3 * pixel], picture.bytes[3 * pixel + 1], picture.bytes[3 * pixel + 2])
      let key = UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue)
      if key != last.key {
        if let known = places[key] {
          last = (key, known)
        } else {
          guard colors.count < 256 else { return nil }
          last = (key, UInt8(colors.count))
          places[key] = last.place
          colors.append(color)
        }
      }
      indices.append(last.place)
    }
    return (colors, indices)
  }

  /// Every row with the number of its filter before it.
  ///
  /// As the specification advises (12.8): none for palettes; else the filter whose output, taken as signed bytes, is
  /// nearest to zero.
  private static func filtered(_ pixels: [UInt8], rowSize: Int, height: Int, layout: Layout) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((rowSize + 1) * height)
    let step = layout.bytesPerPixel
    for row in 0..<height {
      let start = row * rowSize
      let filters: [UInt8] = layout == .palette ? [0] : [0, 1, 2, 3, 4]
      var best: (filter: UInt8, bytes: [UInt8], cost: Int)?
      for filter in filters {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rowSize)
        var cost = 0
        for index in 0..<rowSize {
          let left = index >= step ? pixels[start + index - step] : 0
          let above = row > 0 ? pixels[start + index - rowSize] : 0
          let corner = row > 0 && index >= step ? pixels[start + index - rowSize - step] : 0
          let byte = pixels[start + index] &- predicted(filter, left, above, corner)
          bytes.append(byte)
          cost += Int(Int8(bitPattern: byte).magnitude)
        }
        if cost < best?.cost ?? .max { best = (filter, bytes, cost) }
      }
      if let best {
        result.append(best.filter)
        result += best.bytes
      }
    }
    return result
  }

  private static func predicted(_ filter: UInt8, _ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    switch filter {
    case 1: return left
    case 2: return above
    case 3: return UInt8((Int(left) + Int(above)) / 2)
    case 4:
      let estimate = Int(left) + Int(above) - Int(corner)
      let (a, b, c) = (abs(estimate - Int(left)), abs(estimate - Int(above)), abs(estimate - Int(corner)))
      return a <= b && a <= c ? left : b <= c ? above : corner
    default: return 0
    }
  }

  private static func writeChunk(_ name: String, _ content: [UInt8], to sink: any ByteSink) throws(FormatError) {
    try sink.write(bigEndian(content.count))
    let checked = Array(name.utf8) + content
    try sink.write(checked)
    let sum = unsafe checked.withUnsafeBytes { bytes in
      // Safe: the bytes are not kept beyond the call.
      unsafe CRC32.checksum(bytes)
    }
    try sink.write(bigEndian(Int(sum)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The checksum of zlib's frame.
  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    var start = 0
    while start < bytes.count {
      // As many as keep both sums below 2^32 without a remainder in between.
      let end = min(start + 5552, bytes.count)
      for index in start..<end {
        low += UInt32(bytes[index])
        high += low
      }
      low %= 65521
      high %= 65521
      start = end
    }
    return high << 16 | low
  }
}
