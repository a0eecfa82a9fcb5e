import Testing

@testable import ByteIO

/// Sizes as people write them, in options and in the environment.
struct ByteSizeTests {
  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("500M", 500_000_000), ("8G", 8_000_000_000), ("8g", 8_000_000_000),
    ("2GB", 2_000_000_000),
    ("1.5GB", 1_500_000_000), ("64MiB", 67_108_864), ("64mib", 67_108_864), ("1k", 1000), ("1KiB", 1024), ("7b", 7),
    (".5k", 500), ("0.1T", 100_000_000_000), ("4611686018427387904", 1 << 62),
    ("9007199254740993", 9_007_199_254_740_993),
  ])
  func sizes(_ text: String, _ bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

  @Test(arguments: [
    "", "M", "lots", "-3", "+3", "5x", "5 M", "5MM", "1.5.2G", ".", "ib", "5ib", "1e3", "5P", "4611686018427387905",
    "99999999999T", "٣", "nan", "inf", "0x10",
  ])
  func others(_ text: String) { #expect(ByteSize(text) == nil) }
}
