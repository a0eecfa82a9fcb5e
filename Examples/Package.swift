// swift-tools-version: 6.2
import PackageDescription

// Two small programs that use the library as any other package would: `swift run ArrayFiles`, `swift run CodablePickles`.
let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-numpy-io", path: "..")],
  targets: [
    .executableTarget(
      name: "ArrayFiles", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "CodablePickles", dependencies: [.product(name: "NumPyIOFoundation", package: "swift-numpy-io")]),
  ],
  swiftLanguageModes: [.v6]
)
