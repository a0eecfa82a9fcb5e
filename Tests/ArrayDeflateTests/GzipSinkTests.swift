import ArrayDeflate
import ByteIO
import Foundation
import TestSupport
import Testing

/// gzip members that are compressed block by block: Python's `zlib` must find one stream and nothing behind it.
@Suite struct GzipSinkTests {
  @Test(arguments: [0, 1, 1000, 1 << 20, (1 << 20) + 1, 3 << 20, 5_000_001])
  func isOneMember(_ count: Int) throws {
    let input = DataKind.walk.bytes(count, itemSize: 4, seed: 9)
    for step in [max(1, count), 70_001] {
      let sink = MemorySink()
      let writer = try GzipSink(to: sink)
      var done = 0
      while done < input.count {
        let end = min(input.count, done + step)
        try writer.write(Array(input[done..<end]))
        done = end
      }
      try writer.finish()
      try writer.finish()
      #expect(writer.position == count)
      #expect(throws: FormatError(.badArgument, "")) { try writer.write([1]) }
      try TemporaryFolder.with { folder in
        try Bytes.write(sink.bytes, to: folder + "/x.gz")
        try Bytes.write(input, to: folder + "/x")
        let script = """
          import sys, gzip, zlib
          packed, plain = open(sys.argv[1] + "/x.gz", "rb").read(), open(sys.argv[1] + "/x", "rb").read()
          stream = zlib.decompressobj(31)
          assert stream.decompress(packed) == plain and stream.eof and stream.unused_data == b""
          assert gzip.decompress(packed) == plain
          stock = zlib.compressobj(6, zlib.DEFLATED, 31)
          assert len(packed) <= 1.001 * len(stock.compress(plain) + stock.flush()) + 20, len(packed)
          """
        let outcome = try Python.run(["-c", script, folder])
        #expect(outcome.exitCode == 0, "\(count): \(outcome.errors)")
      }
    }
  }

  /// What the sink behind cannot take is told.
  @Test func failuresComeThrough() throws {
    final class FullSink: ByteSink {
      let name = "full"
      var position = 0
      func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
        position += bytes.count
        if position > 20 { throw FormatError(.io, "no space left", file: name) }
      }
      func flush() throws(FormatError) {}
    }
    let writer = try GzipSink(to: FullSink())
    #expect(throws: FormatError(.io, "")) {
      for _ in 0..<100 { try writer.write([UInt8](repeating: 7, count: 1 << 20)) }
      try writer.finish()
    }
  }
}
