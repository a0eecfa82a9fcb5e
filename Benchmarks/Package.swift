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
    // Timing, stock zlib: what several benchmarks need.
    .target(
      name: "BenchmarkSupport",
      dependencies: [.product(name: "ArrayDeflate", package: "swift-numpy-io"), "CBenchmarkZlib"]),
    .executableTarget(
      name: "DeflateBenchmark",
      dependencies: [
        .product(name: "ArrayDeflate", package: "swift-numpy-io"), "BenchmarkSupport",
      ]),
    .executableTarget(
      name: "InflateBenchmark",
      dependencies: [
        .product(name: "ArrayDeflate", package: "swift-numpy-io"), "BenchmarkSupport", "CBenchmarkZlib",
        "CBenchmarkLibdeflate",
      ]),
    .executableTarget(
      name: "OperationBenchmark",
      dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io"), "BenchmarkSupport"]),
    .executableTarget(
      name: "FileBenchmark",
      dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io"), "BenchmarkSupport"]),
    .executableTarget(
      name: "TextBenchmark",
      dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io"), "BenchmarkSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
