import ArrayDeflate
import Testing

/// Arrays of one kind each, and how large their streams may be, relative to stock zlib's at its default level.
///
/// The limits say where the encoder stands; who makes it smaller lowers them. None is derived from what it must be: zlib is asked.
struct SizedKind: CustomTestStringConvertible, Sendable {
  var name: String
  var layout: ItemLayout
  /// Of `.default` and of `.best`.
  var limits: (normal: Double, best: Double)
  var make: @Sendable (inout Noise) -> [UInt8]

  var testDescription: String { name }

  private static let size = 120_000

  /// Numbers of some bytes, lowest first.
  private static func numbers(_ itemSize: Int, _ next: (Int) -> UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<size / itemSize {
      let value = next(index)
      for byte in 0..<itemSize { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
    return bytes
  }

  /// Texts of a fixed length, each character in so many bytes.
  private static func texts(_ length: Int, _ characterSize: Int, _ next: (Int) -> String) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<size / (length * characterSize) {
      let text = Array(next(index).utf8)
      for position in 0..<length {
        bytes.append(position < text.count ? text[position] : 0)
        bytes += [UInt8](repeating: 0, count: characterSize - 1)
      }
    }
    return bytes
  }

  private static let words = ["ore", "timber", "wool", "quartz", "sandstone"]

  private static func word(_ noise: inout Noise) -> String { words[Int(noise.next() % 5)] }

  private static func characters(_ length: Int) -> ItemLayout { ItemLayout(itemSize: 4 * length, atomSize: 4) }

  static let all: [SizedKind] = [
    SizedKind(name: "few words as U9", layout: characters(9), limits: (1.055, 0.905)) { noise in
      texts(9, 4) { _ in word(&noise) }
    },
    SizedKind(name: "few codes as U3", layout: characters(3), limits: (0.95, 0.88)) { noise in
      texts(3, 4) { _ in ["red", "blu", "grn", "ylw"][Int(noise.next() % 4)] }
    },
    SizedKind(name: "few words as S9", layout: ItemLayout(itemSize: 9, atomSize: 1), limits: (0.995, 0.91)) { noise in
      texts(9, 1) { _ in word(&noise) }
    },
    SizedKind(name: "mostly empty U8", layout: characters(8), limits: (0.955, 0.715)) { noise in
      texts(8, 4) { _ in noise.next() % 10 > 0 ? "" : word(&noise) }
    },
    SizedKind(name: "times as S19", layout: ItemLayout(itemSize: 19, atomSize: 1), limits: (0.95, 0.75)) { noise in
      var second = 0
      return texts(19, 1) { _ in
        second += Int(noise.next() % 50)
        func two(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        let clock = [second / 3600 % 24, second / 60 % 60, second % 60].map(two).joined(separator: ":")
        return "2031-05-\(two(1 + second / 86_400))T\(clock)"
      }
    },
    SizedKind(name: "zeros", layout: ItemLayout(itemSize: 8), limits: (1.015, 1.015)) { _ in numbers(8) { _ in 0 } },
    SizedKind(name: "constant", layout: ItemLayout(itemSize: 8), limits: (1.005, 1.005)) { _ in
      numbers(8) { _ in 0x4009_21FB_5444_2D18 }
    },
    SizedKind(name: "two in turns", layout: ItemLayout(itemSize: 4), limits: (1, 1)) { _ in
      numbers(4) { $0 % 2 == 0 ? 3 : 70_000 }
    },
    SizedKind(name: "three in turns", layout: ItemLayout(itemSize: 4), limits: (1, 1)) { _ in
      numbers(4) { [1, 500, 70_000][$0 % 3] }
    },
    SizedKind(name: "700 doubles in turns", layout: ItemLayout(itemSize: 8), limits: (0.98, 0.98)) { noise in
      let values = (0..<700).map { _ in noise.next() }
      return numbers(8) { values[$0 % 700] }
    },
    SizedKind(name: "a rule of rows", layout: ItemLayout(itemSize: 1, strides: [400]), limits: (0.98, 0.98)) { _ in
      numbers(1) { UInt64(($0 / 400 + $0 % 400) / 7 % 256) }
    },
    SizedKind(name: "a rule of rows, wide", layout: ItemLayout(itemSize: 4, strides: [800]), limits: (0.95, 0.85)) {
      _ in
      numbers(4) { UInt64(($0 / 200 + $0 % 200) / 7 % 256) }
    },
    SizedKind(name: "held values", layout: ItemLayout(itemSize: 8), limits: (1, 0.895)) { noise in
      var (value, left) = (1000, 0)
      return numbers(8) { _ in
        if left == 0 { (value, left) = (value + Int(noise.next() % 21) - 10, 1 + Int(noise.next() % 20)) }
        left -= 1
        return (Double(value) / 100).bitPattern
      }
    },
    SizedKind(name: "small integers", layout: ItemLayout(itemSize: 8), limits: (0.945, 0.875)) { noise in
      numbers(8) { _ in noise.next() % 100 }
    },
    SizedKind(name: "a walk", layout: ItemLayout(itemSize: 4), limits: (0.99, 0.91)) { noise in
      var value = 100_000
      return numbers(4) { _ in
        value += Int(noise.next() % 11) - 5
        return UInt64(value)
      }
    },
    SizedKind(name: "one of 20", layout: ItemLayout(itemSize: 1, strides: [20]), limits: (1.055, 0.74)) { noise in
      var hot = 0
      return numbers(1) {
        if $0 % 20 == 0 { hot = Int(noise.next() % 20) }
        return $0 % 20 == hot ? 1 : 0
      }
    },
    SizedKind(name: "rare flags", layout: ItemLayout(itemSize: 1), limits: (0.85, 0.68)) { noise in
      numbers(1) { _ in noise.next() % 90 == 0 ? 1 : 0 }
    },
    SizedKind(name: "records of 13 bytes", layout: ItemLayout(itemSize: 13, atomSize: 1), limits: (0.995, 0.975)) {
      noise in
      var bytes: [UInt8] = []
      for index in 0..<size / 13 {
        let value = noise.next()
        bytes += [UInt8(value % 6), UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8), 0]
        bytes += (0..<9).map { UInt8(truncatingIfNeeded: $0 < 4 ? value >> UInt64(8 * $0) : $0 == 5 ? value % 3 : 0) }
      }
      return bytes
    },
    SizedKind(name: "noise", layout: ItemLayout(itemSize: 8), limits: (1.001, 1.001)) { noise in
      numbers(8) { _ in noise.next() }
    },
    SizedKind(name: "prose", layout: .bytes, limits: (0.995, 0.9)) { noise in
      var text = ""
      while text.utf8.count < size {
        text += word(&noise) + (noise.next() % 6 == 0 ? ". " : " ") + String(noise.next() % 40 * 7, radix: 29)
      }
      return Array(text.utf8.prefix(size))
    },
    SizedKind(name: "a picture", layout: ItemLayout(itemSize: 1, strides: [400]), limits: (0.965, 0.925)) { noise in
      numbers(1) { UInt64(60 + $0 % 400 / 4 + $0 / 400 / 5) + noise.next() % 5 + noise.next() % 4 }
    },
  ]
}

@Suite struct SizeTests {
  @Test(arguments: SizedKind.all)
  func streamsTakeNoMoreThanTheLimitOfTheirKind(_ kind: SizedKind) throws {
    var noise = Noise(31)
    let input = kind.make(&noise)
    let stock = zlibDeflated(input).count
    for (level, limit) in [(DeflateLevel.default, kind.limits.normal), (.best, kind.limits.best)] {
      let (stream, _) = try deflated([input], level: level, layout: kind.layout)
      #expect(zlibInflated(stream, count: input.count) == input)
      #expect(
        Double(stream.count) <= Double(stock) * limit,
        "\(kind.name), \(level): \(stream.count) bytes, zlib takes \(stock), \(Double(stream.count) / Double(stock))")
    }
  }

  /// `fast` is chosen by what zlib takes where there is time for that.
  @Test(arguments: ["one of 20", "prose", "a picture", "records of 13 bytes"])
  func fastTakesATenthMoreThanZlibAtMost(_ name: String) throws {
    let kind = try #require(SizedKind.all.first { $0.name == name })
    var noise = Noise(77)
    let input = (0..<4).flatMap { _ in kind.make(&noise) }
    let (stream, _) = try deflated([input], level: .fast, layout: kind.layout)
    #expect(zlibInflated(stream, count: input.count) == input)
    let stock = zlibDeflated(input).count
    #expect(Double(stream.count) <= Double(stock) * 1.1, "\(stream.count) bytes, zlib takes \(stock)")
  }
}
