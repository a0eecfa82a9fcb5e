import ArrayDeflate
import Foundation
import TestSupport
import Testing

/// Bytes in memory, compressed and back, beside Python's `zlib` and `gzip`.
@Suite struct DeflateTests {
  private static let inputs: [[UInt8]] = [
    [], [7], [UInt8](repeating: 65, count: 100_000),
    (0..<1_200_000).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0 >> 9) },
  ]

  /// What Python's decoders make of every format and level, and what comes back here.
  @Test func pythonReadsIt() throws {
    try TemporaryFolder.with { folder in
      var names: [String] = []
      for (number, input) in DeflateTests.inputs.enumerated() {
        try Bytes.write(input, to: "\(folder)/input\(number)")
        for format in Deflate.Format.allCases {
          for level in DeflateLevel.allCases {
            let packed = try Deflate.compress(input, format: format, level: level)
            try Bytes.write(packed, to: "\(folder)/\(number).\(format).\(level)")
            names.append("\(number).\(format).\(level)")
            #expect(try Deflate.decompress(packed, limit: input.count) == input)
            #expect(unsafe try Deflate.decompress(packed.span.bytes, format: format, limit: .max) == input)
          }
        }
      }
      let program = """
        import gzip, sys, zlib
        read = {'deflate': lambda b: zlib.decompress(b, -15), 'zlib': zlib.decompress, 'gzip': gzip.decompress}
        for name in sys.argv[2:]:
            number, format, level = name.split('.')
            same = read[format](open(f'{sys.argv[1]}/{name}', 'rb').read()) == open(f'{sys.argv[1]}/input{number}', 'rb').read()
            if not same: print(name)
        """
      let outcome = try Python.run(["-c", program, folder] + names)
      #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.output)\(outcome.errors)")
    }
  }

  /// What Python's encoders write, in formats that the first bytes tell.
  @Test func readsPythons() throws {
    try TemporaryFolder.with { folder in
      let input = DeflateTests.inputs[3]
      try Bytes.write(input, to: folder + "/input")
      let program = """
        import gzip, sys, zlib
        data = open(sys.argv[1] + '/input', 'rb').read()
        for level in range(10):
            raw = zlib.compressobj(level, zlib.DEFLATED, -15)
            open(f'{sys.argv[1]}/deflate{level}', 'wb').write(raw.compress(data) + raw.flush())
            open(f'{sys.argv[1]}/zlib{level}', 'wb').write(zlib.compress(data, level))
            open(f'{sys.argv[1]}/gzip{level}', 'wb').write(gzip.compress(data[:9], level) + gzip.compress(data[9:], level))
        """
      #expect(try Python.run(["-c", program, folder]).exitCode == 0)
      for format in Deflate.Format.allCases {
        for level in 0..<10 {
          let packed = try Bytes.read("\(folder)/\(format)\(level)")
          #expect(try Deflate.decompress(packed, limit: input.count) == input, "\(format) \(level)")
        }
      }
    }
  }

  @Test func limitsAndDamage() throws {
    let input = DeflateTests.inputs[2]
    for format in Deflate.Format.allCases {
      let packed = try Deflate.compress(input, format: format)
      for limit in [0, 1, input.count - 1] {
        #expect(throws: FormatError(.limitExceeded, "")) { try Deflate.decompress(packed, limit: limit) }
      }
      #expect(throws: FormatError(.truncated, "")) {
        try Deflate.decompress(packed.dropLast(1) as [UInt8], limit: .max)
      }
      #expect(throws: FormatError(.corrupt, "")) { try Deflate.decompress(packed + [1], format: format, limit: .max) }
      guard format != .deflate else { continue }
      for place in packed.indices.dropFirst(packed.count - 4) {
        var changed = packed
        changed[place] ^= 4
        #expect(throws: FormatError(.corrupt, "")) { try Deflate.decompress(changed, limit: .max) }
      }
    }
    #expect(throws: FormatError(.truncated, "")) { try Deflate.decompress([], limit: 10) }
  }
}
