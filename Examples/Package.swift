// swift-tools-version: 6.2
import PackageDescription

// Small programs that use the library as any other package would: `swift run ArrayFiles`, and so on.
let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-numpy-io", path: "..")],
  targets: [
    .executableTarget(
      name: "ArrayFiles", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "Guide", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "CodablePickles", dependencies: [.product(name: "NumPyIOFoundation", package: "swift-numpy-io")]),
  ],
  swiftLanguageModes: [.v6]
)
