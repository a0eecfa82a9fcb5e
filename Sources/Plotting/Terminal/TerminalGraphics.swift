package import ByteIO

/// Pictures within a terminal.
package enum TerminalGraphics {
  /// A picture by kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/): a PNG as text, in
  /// pieces of 4096 characters. The terminal is told not to answer.
  package static func kitty(_ picture: RasterImage) throws(FormatError) -> [UInt8] {
    let payload = Base64.encode(try PNGEncoder.bytes(of: picture))
    var output: [UInt8] = []
    var start = 0
    while start < payload.count {
      let end = min(start + 4096, payload.count)
      let more = end < payload.count ? 1 : 0
      let keys = start == 0 ? "a=T,f=100,q=2,m=\(more)" : "m=\(more)"
      output += Array("\u{1B}_G\(keys);".utf8) + payload[start..<end] + Array("\u{1B}\\".utf8)
      start = end
    }
    return output + [UInt8(ascii: "\n")]
  }

  /// A picture as sixels (DEC STD 070): bands of six rows, a colour at a time, of up to 256 colours.
  package static func sixel(_ picture: RasterImage) -> [UInt8] {
    let (colors, indices) = PNGEncoder.palette(of: picture) ?? popular(picture) ?? dithered(picture)
    var output = Array("\u{1B}P0;1;0q\"1;1;\(picture.width);\(picture.height)".utf8)
    for (number, color) in colors.enumerated() {
      func percent(_ value: UInt8) -> Int { (Int(value) * 100 + 127) / 255 }
      output += Array("#\(number);2;\(percent(color.red));\(percent(color.green));\(percent(color.blue))".utf8)
    }
    var top = 0
    while top < picture.height {
      let rows = min(6, picture.height - top)
      var bits: [UInt8: [UInt8]] = [:]
      for x in 0..<picture.width {
        for row in 0..<rows {
          let index = indices[(top + row) * picture.width + x]
          bits[index, default: [UInt8](repeating: 0, count: picture.width)][x] |= 1 << UInt8(row)
        }
      }
      for (place, index) in bits.keys.sorted().enumerated() {
        // Back to the left margin, for the next colour.
        if place > 0 { output.append(UInt8(ascii: "$")) }
        output += Array("#\(index)".utf8)
        appendRuns(bits[index] ?? [], to: &output)
      }
      output.append(UInt8(ascii: "-"))
      top += 6
    }
    return output + Array("\u{1B}\\\n".utf8)
  }

  private static func appendRuns(_ bits: [UInt8], to output: inout [UInt8]) {
    var start = 0
    let end = (bits.lastIndex { $0 != 0 } ?? -1) + 1
    while start < end {
      var next = start + 1
      while next < end, bits[next] == bits[start] { next += 1 }
      let letter = 63 + bits[start]
      if next - start > 3 {
        output += Array("!\(next - start)".utf8) + [letter]
      } else {
        output += [UInt8](repeating: letter, count: next - start)
      }
      start = next
    }
  }

  /// The 256 colours that occur most, where nearly all pixels have one of them; the others become the nearest.
  private static func popular(_ picture: RasterImage) -> (colors: [RGB], indices: [UInt8])? {
    var counts: [RGB: Int] = [:]
    for y in 0..<picture.height {
      for x in 0..<picture.width { counts[picture[x, y], default: 0] += 1 }
    }
    let colors = counts.keys.sorted { counts[$0, default: 0] > counts[$1, default: 0] }.prefix(256)
    let covered = colors.reduce(0) { $0 + counts[$1, default: 0] }
    guard covered >= picture.width * picture.height / 20 * 19 else { return nil }
    var places: [RGB: UInt8] = [:]
    for (place, color) in colors.enumerated() { places[color] = UInt8(place) }
    var indices: [UInt8] = []
    indices.reserveCapacity(picture.width * picture.height)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let color = picture[x, y]
        let place =
          places[color]
          ?? UInt8(colors.indices.min { colors[$0].distance(to: color) < colors[$1].distance(to: color) } ?? 0)
        places[color] = place
        indices.append(place)
      }
    }
    return (Array(colors), indices)
  }

  /// The nearest of 6 by 7 by 6 colours for each pixel, neighbours rounded differently (Bayer's matrix of 4 by 4), so
  /// that their mean is right.
  private static func dithered(_ picture: RasterImage) -> (colors: [RGB], indices: [UInt8]) {
    let levels = (red: 6, green: 7, blue: 6)
    func level(_ place: Int, of count: Int) -> UInt8 { UInt8(place * 255 / (count - 1)) }
    var colors: [RGB] = []
    for red in 0..<levels.red {
      for green in 0..<levels.green {
        for blue in 0..<levels.blue {
          colors.append(RGB(level(red, of: levels.red), level(green, of: levels.green), level(blue, of: levels.blue)))
        }
      }
    }
    let matrix = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]
    var indices: [UInt8] = []
    indices.reserveCapacity(picture.width * picture.height)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let color = picture[x, y]
        let threshold = 2 * matrix[y % 4 * 4 + x % 4] + 1
        func place(_ value: UInt8, _ count: Int) -> Int {
          (Int(value) * (count - 1) * 32 + threshold * 255) / (255 * 32)
        }
        let red = min(levels.red - 1, place(color.red, levels.red))
        let green = min(levels.green - 1, place(color.green, levels.green))
        let blue = min(levels.blue - 1, place(color.blue, levels.blue))
        indices.append(UInt8((red * levels.green + green) * levels.blue + blue))
      }
    }
    return (colors, indices)
  }
}
