import ArrayDeflate
import Testing

@Suite struct ChecksumTests {
  @Test func theCheckValueOfTheStandard() {
    let sum = CRC32.checksum(Array("123456789".utf8).span.bytes)
    #expect(sum == 0xCBF4_3926)
    let none = CRC32.checksum([UInt8]().span.bytes)
    #expect(none == 0)
  }

  @Test func partsCombineToTheWhole() {
    let bytes = DataKind.random.bytes(10_000, itemSize: 1, seed: 8)
    let whole = CRC32.checksum(bytes.span.bytes)
    for cut in [0, 1, 9, 4096, 9999, 10_000] {
      let (head, tail) = (Array(bytes[..<cut]), Array(bytes[cut...]))
      let first = CRC32.checksum(head.span.bytes)
      let second = CRC32.checksum(tail.span.bytes)
      let following = CRC32.checksum(tail.span.bytes, following: first)
      #expect(CRC32.combine(first, second, secondCount: bytes.count - cut) == whole)
      #expect(following == whole)
    }
  }

  @Test func allCoresAgreeWithOne() {
    let bytes = DataKind.walk.bytes(13_000_001, itemSize: 8, seed: 8)
    let one = CRC32.checksum(bytes.span.bytes)
    let all = unsafe bytes.withUnsafeBytes { unsafe CRC32.parallelChecksum($0) }
    #expect(one == all)
  }
}
