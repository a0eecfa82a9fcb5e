public import ArgumentParser
import ByteIO
import NumPyIO

extension FileFormat: ExpressibleByArgument {}

/// What a file may ask for.
struct LimitOptions: ParsableArguments {
  @Option(help: "The longest header of .npy that is read, in characters; NumPy's limit is 10000.")
  var maxHeaderSize: Int?

  var resolved: LoadLimits {
    var limits = LoadLimits.default
    if let maxHeaderSize { limits.headerCharacters = maxHeaderSize }
    return limits
  }

  /// The options of the library, for files that say themselves how they are read.
  var openOptions: OpenOptions {
    var options = OpenOptions()
    options.limits = resolved
    options.onWarning = { Console.warn($0) }
    return options
  }
}

/// How pickles are read.
struct PickleReadingOptions: ParsableArguments {
  @Option(help: "What Python 2's strings in pickles become: ascii, latin1 or bytes.") var pickleEncoding: String?

  /// - Throws: `ValidationError` for an encoding that is not known.
  func apply(to options: inout OpenOptions) throws {
    guard let pickleEncoding else { return }
    guard let encoding = PickleStringEncoding(rawValue: pickleEncoding.lowercased()) else {
      throw ValidationError("--pickle-encoding takes ascii, latin1 or bytes, not '\(pickleEncoding)'")
    }
    options.pickle.encoding = encoding
    options.decodesObjects = true
  }
}

/// How a source is read that is not an array by itself.
struct SourceOptions: ParsableArguments {
  @Option(help: "What the file is, whatever its content and extension say: npy, npz, pkl, txt, csv or tsv.")
  var from: FileFormat?
  @Option(parsing: .unconditional, help: "The encoding of text: utf-8, latin-1, utf-16, ascii.") var encoding: String?
  @OptionGroup var pickles: PickleReadingOptions
  @OptionGroup var text: TextInputOptions
  @OptionGroup var limits: LimitOptions

  /// The options of the library, for a file.
  ///
  /// - Throws: `ValidationError` for values of options that mean nothing.
  func openOptions(for path: String) throws -> OpenOptions {
    var options = limits.openOptions
    options.format = from
    options.usesDelimiterOfExtension = text.delimiter == nil
    options.text =
      text.gaps.genfromtxt
      ? .genFromText(try text.gapOptions(encoding: encoding, isStream: path == "-"))
      : .loadText(try text.loadOptions(encoding: encoding))
    try pickles.apply(to: &options)
    return options
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
