// swift-tools-version: 6.2
import PackageDescription

// Small programs that use the library as any other package would: `swift run ArrayFiles`, and so on.
let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-numpy-io", path: ".."),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
  ],
  targets: [
    .executableTarget(
      name: "ArrayFiles", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "CIFAR", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "SliceServer",
      dependencies: [
        .product(name: "NumPyIOFoundation", package: "swift-numpy-io"),
        .product(name: "FlyingFox", package: "FlyingFox"),
      ]),
    .executableTarget(
      name: "ConvertFolder", dependencies: [.product(name: "NumPyIOFoundation", package: "swift-numpy-io")]),
    .executableTarget(
      name: "ListArrays", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "Logger", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "Guide", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
    .executableTarget(
      name: "CodablePickles", dependencies: [.product(name: "NumPyIOFoundation", package: "swift-numpy-io")]),
  ],
  swiftLanguageModes: [.v6]
)

// What README, the guides and the comments show, as `run` has `scripts/check-snippets` write it.
if Context.environment["NPY_SNIPPETS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"))
  package.targets.append(
    .executableTarget(
      name: "Snippets",
      dependencies: [
        .product(name: "NumPyIO", package: "swift-numpy-io"),
        .product(name: "NumPyIOFoundation", package: "swift-numpy-io"),
        .product(name: "NumPyIORemote", package: "swift-numpy-io"),
        .product(name: "ArrayDeflate", package: "swift-numpy-io"),
        .product(name: "ComplexModule", package: "swift-numerics"),
      ],
      path: "Snippets", swiftSettings: [.unsafeFlags(["-suppress-warnings"])]))
}
