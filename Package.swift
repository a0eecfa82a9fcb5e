// swift-tools-version: 6.2
import PackageDescription

#if os(Linux)
  let onLinux = true
#else
  let onLinux = false
#endif

let package = Package(
  name: "swift-numpy-io",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "NumPyIO", targets: ["NumPyIO"]),
    .executable(name: "npy", targets: ["npy"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    // The modules, lowest first: each imports only modules above it. docs/architecture.md has the map.
    .target(name: "ParallelLoops"),
    .target(name: "NumberText"),
    .target(name: "PythonLiterals", dependencies: ["NumberText"]),
    .target(
      name: "NDArrays",
      dependencies: [
        "ParallelLoops", "NumberText", "PythonLiterals",
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "ByteIO",
      dependencies: [.product(name: "SystemPackage", package: "swift-system")]),
    .target(name: "PythonPickle", dependencies: ["NumberText", "PythonLiterals", "ByteIO"]),
    .target(
      name: "NumPyIO",
      dependencies: [
        "ParallelLoops", "NumberText", "PythonLiterals", "NDArrays", "ByteIO", "PythonPickle",
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "ComplexModule", package: "swift-numerics"),
      ]),
    .executableTarget(
      name: "npy",
      dependencies: [
        "NumPyIO", "NDArrays", "ByteIO", "PythonLiterals", "NumberText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),

    // Tests: a folder per module, on top of TestSupport (layouts, repeatable randomness, the NumPy oracle).
    .target(
      name: "TestSupport", dependencies: ["NDArrays", "ByteIO"], path: "Tests/Support"),
    .testTarget(name: "ParallelLoopsTests", dependencies: ["ParallelLoops"]),
    .testTarget(name: "NumberTextTests", dependencies: ["NumberText", "TestSupport"]),
    .testTarget(name: "PythonLiteralsTests", dependencies: ["PythonLiterals", "TestSupport"]),
    .testTarget(name: "NDArraysTests", dependencies: ["NDArrays", "TestSupport"]),
    .testTarget(name: "ByteIOTests", dependencies: ["ByteIO", "TestSupport"]),
    .testTarget(name: "PythonPickleTests", dependencies: ["PythonPickle", "ByteIO", "TestSupport"]),
    .testTarget(name: "NumPyIOTests", dependencies: ["NumPyIO", "PythonPickle", "NDArrays", "ByteIO", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.type != .plugin {
  target.swiftSettings = (target.swiftSettings ?? []) + [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
  ]
}
