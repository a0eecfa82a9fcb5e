public import ArgumentParser
import ByteIO
import NumPyIO

extension FileFormat: ExpressibleByArgument {
  /// The names of all formats, for people.
  static let list = list(of: allCases)

  /// Those that are written, too.
  static let written = allCases.filter { $0 != .gguf }
  static let writtenList = list(of: written)

  private static func list(of formats: [FileFormat]) -> String {
    let names = formats.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

/// How an archive is written.
struct ArchiveOptions: ParsableArguments {
  @Flag(help: "Lay the archive out as NumPy does, byte for byte: no alignment, no index, zlib level 6.")
  var numpyLayout = false
  @Option(
    help: "Compress: fast, default, best or zlib. --compress alone is default.",
    completion: .list(CommandLineArguments.levels))
  var compress: String?

  func resolved() throws -> (NPZCompression, NPZLayout) {
    let layout: NPZLayout = numpyLayout ? .numpy : .aligned
    guard let compress else { return (.none, layout) }
    guard let compression = NPZCompression(rawValue: compress), compression != .none else {
      throw ValidationError("--compress takes fast, default, best or zlib, not '\(compress)'")
    }
    if numpyLayout, compression == .default { return (.zlib, layout) }
    return (compression, layout)
  }
}

/// How pickles are written.
struct PickleOptions: ParsableArguments {
  @Option(name: .customLong("protocol"), parsing: .unconditional, help: "The pickle protocol, 0 to 5.")
  var protocolVersion: Int?
  @Option(help: "Whose module names arrays get: NumPy 1's (numpy.core) or 2's (numpy._core).") var numpyModules: Int?

  func apply(to options: inout SaveOptions) throws {
    if let protocolVersion {
      guard (0...5).contains(protocolVersion) else {
        throw ValidationError("pickle protocols are 0 to 5, not \(protocolVersion)")
      }
      options.pickleProtocol = protocolVersion
    }
    if let numpyModules {
      guard let modules = NumPyModules(rawValue: numpyModules) else {
        throw ValidationError("--numpy-modules takes 1 or 2, not \(numpyModules)")
      }
      options.numPyModules = modules
    }
  }
}

/// How a file is written.
struct OutputOptions: ParsableArguments {
  @Flag(name: [.customShort("n"), .long], help: "Fail if the file exists, instead of replacing it.")
  var noClobber = false

  @Flag(help: "Write to an address of http or https by PUT; without it only s3:// is written to.") var put = false
  @OptionGroup var disk: DiskOptions

  var replaces: Bool { !noClobber }

  /// Has the output saved as the options say.
  func apply(to options: inout SaveOptions) {
    options.replacing = replaces
    options.durability = disk.durability
  }
}

/// What output survives when the system stops.
struct DiskOptions: ParsableArguments {
  @Flag(
    help: """
      Wait until what is written is on disk, with its name. Without it a power failure can lose a new file, never one that
      is replaced.
      """)
  var durable = false

  var durability: Durability { durable ? .durable : .consistent }
}
