// swift-tools-version: 6.2
import PackageDescription

// Random input for as long as one likes; a package of its own, so that its needs are nobody else's.
let package = Package(
  name: "FuzzTesting",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-numpy-io", path: "..")],
  targets: [
    .systemLibrary(name: "CFuzzZlib"),
    .executableTarget(
      name: "DeflateFuzz", dependencies: [.product(name: "ArrayDeflate", package: "swift-numpy-io"), "CFuzzZlib"]),
    .executableTarget(name: "PickleFuzz", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]),
  ],
  swiftLanguageModes: [.v6]
)

// Has no main: libFuzzer's is linked in by `parsers`, which alone builds it.
if Context.environment["NPY_PARSERS"] == "1" {
  package.targets.append(
    .executableTarget(name: "ParserFuzz", dependencies: [.product(name: "NumPyIO", package: "swift-numpy-io")]))
}
