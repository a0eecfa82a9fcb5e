// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "swift-numpy-io",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "NumPyIO", targets: ["NumPyIO"]),
    .library(name: "NumPyIOFoundation", targets: ["NumPyIOFoundation"]),
    .library(name: "NumPyIORemote", targets: ["NumPyIORemote"]),
    .library(name: "ArrayDeflate", targets: ["ArrayDeflate"]),
    .executable(name: "npy", targets: ["npy"]),
  ],
  traits: [
    .trait(name: "Command", description: "The command npy, by swift-argument-parser."),
    .default(enabledTraits: ["Command"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    // The modules, lowest first: each imports only modules above it. docs/architecture.md has the map.
    .target(name: "PlatformC"),
    .target(name: "Locks", dependencies: ["PlatformC"]),
    .target(name: "ReusedMemory", dependencies: ["PlatformC", "Locks"]),
    .target(name: "ParallelLoops", dependencies: ["PlatformC", "Locks"]),
    .target(name: "CNumPyIOKernels"),
    // In every SDK. The libraries of bzip2, LZMA and Zstandard are loaded when a file needs them.
    .systemLibrary(name: "CNumPyIOZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .yum(["zlib-devel"])]),
    .target(name: "Calendars"),
    .target(name: "NumberText", dependencies: ["CNumPyIOKernels"]),
    .target(name: "PythonLiterals", dependencies: ["NumberText"]),
    .target(
      name: "NDArrays",
      dependencies: [
        "Locks", "CNumPyIOKernels", "PlatformC", "ReusedMemory", "ParallelLoops", "Calendars", "NumberText",
        "PythonLiterals",
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "ByteIO",
      dependencies: [
        "Locks", "PlatformC", "ReusedMemory", "ParallelLoops", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(name: "JSONSyntax", dependencies: ["ByteIO"]),
    // libcurl is loaded when the first remote file is opened: nothing is linked.
    .target(
      name: "CNumPyIOCurl",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "ArrayDeflate",
      dependencies: ["Locks", "CNumPyIOKernels", "CNumPyIOZlib", "PlatformC", "ParallelLoops", "ByteIO"]),
    .target(
      name: "RemoteFiles",
      dependencies: [
        "Locks", "CNumPyIOCurl", "PlatformC", "ReusedMemory", "ParallelLoops", "Calendars", "ByteIO", "JSONSyntax",
        "ArrayDeflate",
      ]),
    .target(name: "ZipArchives", dependencies: ["ByteIO", "ArrayDeflate"]),
    .target(
      name: "PythonPickle",
      dependencies: [
        "CNumPyIOKernels", "PlatformC", "ReusedMemory", "ParallelLoops", "Calendars", "PythonLiterals",
        "ByteIO",
      ]),
    .target(name: "ArrayBytes", dependencies: ["Locks", "ParallelLoops", "NDArrays", "ByteIO"]),
    .target(
      name: "TextTables",
      dependencies: [
        "Locks", "CNumPyIOKernels", "PlatformC", "ParallelLoops", "Calendars", "NumberText", "PythonLiterals",
        "NDArrays",
        "ByteIO",
        "ArrayBytes",
        "ArrayDeflate",
      ],
      // On Linux `iconv` is in the C library.
      linkerSettings: [.linkedLibrary("iconv", .when(platforms: [.macOS, .iOS, .tvOS, .watchOS, .visionOS]))]),
    .target(
      name: "NPYFormat",
      dependencies: [
        "PythonLiterals", "NDArrays", "ByteIO", "ArrayBytes",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(name: "GGUFFiles", dependencies: ["NDArrays", "ByteIO", "ArrayBytes"]),
    .target(
      name: "SafetensorsFiles",
      dependencies: ["ParallelLoops", "NDArrays", "ByteIO", "JSONSyntax", "ArrayBytes"]),
    .target(
      name: "PickledArrays",
      dependencies: ["NDArrays", "ByteIO", "ArrayBytes", "ArrayDeflate", "NPYFormat", "PythonPickle"]),
    .target(
      name: "NPZFormat",
      dependencies: [
        "Locks", "PlatformC", "ParallelLoops", "NDArrays", "ByteIO", "ArrayBytes", "ArrayDeflate", "ZipArchives",
        "PythonPickle", "NPYFormat", "PickledArrays",
      ]),
    .target(
      name: "TorchFiles",
      dependencies: ["NDArrays", "ByteIO", "ArrayBytes", "ZipArchives", "PythonPickle", "PickledArrays", "NPZFormat"]),
    .target(
      name: "PandasPickles",
      dependencies: ["NDArrays", "ByteIO", "ArrayBytes", "PythonPickle", "PickledArrays"]),
    .target(
      name: "NumPyIO",
      dependencies: [
        "Locks", "NumberText", "NDArrays", "ByteIO", "ArrayDeflate", "ArrayBytes", "TextTables", "ZipArchives",
        "PythonPickle",
        "NPYFormat",
        "PickledArrays", "NPZFormat", "TorchFiles", "PandasPickles", "PythonLiterals", "JSONSyntax", "SafetensorsFiles",
        "GGUFFiles",
        .product(name: "ComplexModule", package: "swift-numerics"),
      ]),
    .target(
      name: "ArraySummaries",
      dependencies: [
        "Locks", "ParallelLoops", "NumberText", "NDArrays", "ByteIO", "ArrayBytes", "PickledArrays", "NumPyIO",
      ]),
    .target(
      name: "Plotting",
      dependencies: [
        "Calendars", "NumberText", "ByteIO", "ArrayDeflate", .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(name: "NumPyIOFoundation", dependencies: ["NumPyIO", "PythonPickle", "NDArrays", "ByteIO"]),
    .target(name: "NumPyIORemote", dependencies: ["RemoteFiles", "NumPyIO", "ByteIO"]),
    .target(
      name: "NumPyCommands",
      dependencies: [
        "Locks", "ParallelLoops", "NumPyIO", "RemoteFiles", "ArraySummaries", "ArrayBytes", "NDArrays", "ByteIO",
        "ZipArchives",
        "PythonLiterals",
        "PlatformC",
        "Plotting",
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Command"])),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(name: "npy", dependencies: ["NumPyCommands"]),

    // Tests: a folder per module, on top of TestSupport (layouts, repeatable randomness, the NumPy oracle).
    .target(
      name: "TestSupport", dependencies: ["NDArrays", "ByteIO", "PythonLiterals"], path: "Tests/Support"),
    .testTarget(name: "ParallelLoopsTests", dependencies: ["ParallelLoops", "Locks"]),
    .testTarget(name: "NumberTextTests", dependencies: ["NumberText", "PlatformC", "TestSupport"]),
    .testTarget(name: "PythonLiteralsTests", dependencies: ["PythonLiterals", "TestSupport"]),
    .testTarget(
      name: "NDArraysTests",
      dependencies: [
        "NDArrays", "PlatformC", "PythonLiterals", "TestSupport",
        .product(name: "ComplexModule", package: "swift-numerics"),
      ]),
    .testTarget(
      name: "ByteIOTests",
      dependencies: ["ByteIO", "TestSupport", .product(name: "SystemPackage", package: "swift-system")]),
    .testTarget(
      name: "ArrayDeflateTests",
      dependencies: ["ArrayDeflate", "CNumPyIOZlib", "ByteIO", "TestSupport"]),
    .testTarget(
      name: "ZipArchivesTests",
      dependencies: [
        "ZipArchives", "ArrayDeflate", "ByteIO", "PlatformC", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(name: "RemoteFilesTests", dependencies: ["RemoteFiles"]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting", "ByteIO"]),
    .testTarget(name: "PythonPickleTests", dependencies: ["PythonPickle", "ByteIO", "TestSupport"]),
    // Appends rows to a .npy file: what the fault injection of Tests/Interop interrupts.
    .executableTarget(name: "AppendProbe", dependencies: ["NumPyIO"], path: "Tests/AppendProbe"),
    .executableTarget(name: "MutationProbe", dependencies: ["NumPyIO"], path: "Tests/MutationProbe"),
    // Drives the Python programs of Tests/Interop; depending on the commands has them built.
    .testTarget(name: "InteropTests", dependencies: ["npy", "AppendProbe", "MutationProbe", "TestSupport"]),
    .testTarget(
      name: "NumPyIOTests",
      dependencies: [
        "NumPyIO", "PickledArrays", "PythonPickle", "NDArrays", "ByteIO", "PlatformC", "PythonLiterals",
        "TestSupport",
        .product(name: "ComplexModule", package: "swift-numerics"),
      ]),
    .testTarget(name: "NumPyIOFoundationTests", dependencies: ["NumPyIOFoundation", "NumPyIO", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// The interface for C is written with `@c`, which Swift has from 6.3 on; everything else builds without it.
#if compiler(>=6.3)
  package.products.append(.library(name: "NumPyIOC", type: .dynamic, targets: ["NumPyIOC"]))
  package.targets += [
    .target(name: "CNumPyIO"),
    .target(
      name: "NumPyIOC",
      dependencies: [
        "Locks", "CNumPyIO", "PlatformC", "ParallelLoops", "PythonLiterals", "NDArrays", "ByteIO", "ArrayDeflate",
        "ZipArchives", "PythonPickle", "ArrayBytes", "TextTables", "NPYFormat", "PickledArrays", "NPZFormat",
        "SafetensorsFiles", "NumPyIO",
      ]),
  ]
#endif

// The source distribution of the Python package has no tests.
if Context.environment["NPY_WITHOUT_TESTS"] != nil {
  package.targets.removeAll { $0.path?.hasPrefix("Tests/") == true || $0.type == .test }
}

// In continuous integration a warning of ours is an error; those of the packages we use are not ours to mend.
let warningsAsErrors: [SwiftSetting] =
  Context.environment["NPY_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

for target in package.targets where target.type != .system && target.type != .plugin {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .strictMemorySafety(),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableExperimentalFeature("Lifetimes"),
    ] + warningsAsErrors
}
