import ArrayDeflate
import Testing

@Suite struct ChecksumTests {
  @Test func theCheckValueOfTheStandard() {
    let sum = checksum(Array("123456789".utf8))
    #expect(sum == 0xCBF4_3926)
    let none = checksum([])
    #expect(none == 0)
  }

  @Test func partsCombineToTheWhole() {
    let bytes = DataKind.random.bytes(10_000, itemSize: 1, seed: 8)
    let whole = checksum(bytes)
    for cut in [0, 1, 9, 4096, 9999, 10_000] {
      let first = checksum(Array(bytes[..<cut]))
      let second = checksum(Array(bytes[cut...]))
      let following = checksum(Array(bytes[cut...]), following: first)
      #expect(CRC32.combine(first, second, secondCount: bytes.count - cut) == whole)
      #expect(following == whole)
    }
  }

  @Test func allCoresAgreeWithOne() {
    let bytes = DataKind.walk.bytes(13_000_001, itemSize: 8, seed: 8)
    let one = checksum(bytes)
    let all = unsafe bytes.withUnsafeBytes { unsafe CRC32.parallelChecksum($0) }
    #expect(one == all)
  }
}
