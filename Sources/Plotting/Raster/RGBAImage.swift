/// An image of its own size in memory, with transparency.
package struct RGBAImage: Sendable {
  package let width: Int
  package let height: Int
  /// Four bytes a pixel: red, green, blue and how opaque it is, row by row from the top.
  package var bytes: [UInt8]

  package init(width: Int, height: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// The colour of a pixel on a ground.
  package func color(x: Int, y: Int, on ground: RGB) -> RGB {
    let place = (y * width + x) * 4
    let color = RGB(bytes[place], bytes[place + 1], bytes[place + 2])
    let share = Int(bytes[place + 3])
    return share == 255 ? color : ground.covered(by: color, share: (share * 256 + 127) / 255)
  }

  var isOpaque: Bool { stride(from: 3, to: bytes.count, by: 4).allSatisfy { bytes[$0] == 255 } }
}
