// swift-tools-version: 6.2
import PackageDescription

// Measurements against other libraries; a package of its own, so that its needs are nobody else's.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-numpy-io", path: "..")],
  targets: [
    .systemLibrary(name: "CBenchmarkZlib"),
    .systemLibrary(name: "CBenchmarkLibdeflate"),
    .executableTarget(
      name: "DeflateBenchmark",
      dependencies: [
        .product(name: "ArrayDeflate", package: "swift-numpy-io"), "CBenchmarkZlib", "CBenchmarkLibdeflate",
      ]),
    .executableTarget(
      name: "InflateBenchmark",
      dependencies: [
        .product(name: "ArrayDeflate", package: "swift-numpy-io"), "CBenchmarkZlib", "CBenchmarkLibdeflate",
      ]),
    .executableTarget(
      name: "FileBenchmark", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "TextBenchmark", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
  ],
  swiftLanguageModes: [.v6]
)
