/// A colour of a picture: 8 bits a channel, as screens have it (sRGB).
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour as it is written in style sheets: `0x440154`.
  package init(hex: UInt32) {
    self.init(
      UInt8(truncatingIfNeeded: hex >> 16), UInt8(truncatingIfNeeded: hex >> 8), UInt8(truncatingIfNeeded: hex))
  }

  /// `#440154`.
  package var notation: String {
    let value = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
  }

  /// This colour under a layer of another, which covers a share (0 to 256) of it.
  package func covered(by other: RGB, share: Int) -> RGB {
    func mix(_ below: UInt8, _ above: UInt8) -> UInt8 {
      UInt8(truncatingIfNeeded: (Int(below) * (256 - share) + Int(above) * share + 128) >> 8)
    }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// How bright the colour looks, 0 to 255 (the weights of ITU-R BT.601).
  package var brightness: Int { (Int(red) * 299 + Int(green) * 587 + Int(blue) * 114) / 1000 }

  func distance(to other: RGB) -> Int {
    let (r, g, b) = (
      Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue)
    )
    return r * r + g * g + b * b
  }
}

/// The colours of everything in a picture that is not data.
package struct Theme: Sendable {
  package var background: RGB
  package var text: RGB
  package var faintText: RGB
  package var axis: RGB
  package var grid: RGB
  /// Lines and bars.
  package var ink: RGB
  /// What is not a number.
  package var missing: RGB
  /// Positive and negative infinities.
  package var infinite: RGB
  /// The two greys behind transparent images.
  package var checks: (RGB, RGB)

  /// On white, as for paper.
  package static let light = Theme(
    background: RGB(hex: 0xFFFFFF), text: RGB(hex: 0x222222), faintText: RGB(hex: 0x6B6B6B), axis: RGB(hex: 0x808080),
    grid: RGB(hex: 0xE6E6E6), ink: RGB(hex: 0x2A6F97), missing: RGB(hex: 0xF2B8C6), infinite: RGB(hex: 0xD1495B),
    checks: (RGB(hex: 0xFFFFFF), RGB(hex: 0xDDDDDD)))

  /// On black, as terminals are.
  package static let dark = Theme(
    background: RGB(hex: 0x16181D), text: RGB(hex: 0xE6E6E6), faintText: RGB(hex: 0x9A9FA8), axis: RGB(hex: 0x7A7F88),
    grid: RGB(hex: 0x2C3038), ink: RGB(hex: 0x56B4E9), missing: RGB(hex: 0x7A4152), infinite: RGB(hex: 0xFF6B7D),
    checks: (RGB(hex: 0x44484F), RGB(hex: 0x33363C)))
}
