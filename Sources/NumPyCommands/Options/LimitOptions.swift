import ArgumentParser
import ByteIO
import NumPyIO

extension ByteSize: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument)
    // A limit of nothing would refuse everything.
    guard bytes > 0 else { return nil }
  }
}

/// What a file may ask for, and how strictly it is read.
struct LimitOptions: ParsableArguments {
  static let headerHelp: ArgumentHelp =
    "The longest header of .npy that is read, in characters; NumPy's limit is 10000."
  static let lenientHelp: ArgumentHelp =
    "Read headers whose meaning is clear although NumPy refuses them, and archives that only Python's zipfile reads."

  @Flag(help: lenientHelp) var lenient = false
  @Option(
    help: ArgumentHelp(
      "The most memory that what is compressed, packed or repeated in pickles, JSON, lines of text and streams that are read whole may take: 500M, 8G. Without it as much as the file's size justifies, of JSON an eighth of the machine's, of lines 64 MiB, of streams half.",
      valueName: "size"))
  var memory: ByteSize?

  /// The most memory in bytes that what is compressed may take, if it is given.
  var inflatedBytes: Int? { memory?.bytes }

  /// The limits of the library.
  func resolved(maxHeaderSize: Int? = nil) -> LoadLimits {
    var limits = LoadLimits(isLenient: lenient)
    if let maxHeaderSize { limits.headerCharacters = maxHeaderSize }
    return limits
  }

  /// The options of the library, for files that say themselves how they are read.
  func openOptions(maxHeaderSize: Int? = nil) -> OpenOptions {
    var options = OpenOptions()
    options.limits = resolved(maxHeaderSize: maxHeaderSize)
    options.pickle.limits.inflatedBytes = inflatedBytes
    options.onWarning = { Console.warn($0) }
    return options
  }
}

extension LoadLimits {
  /// The limits of the library, with or without its strictness.
  init(isLenient: Bool) {
    self = .default
    self.isLenient = isLenient
  }
}

/// What of old and of damaged files is read.
struct ContentOptions: ParsableArguments {
  @Option(help: "What Python 2's strings in pickles become: ascii, latin1 or bytes.") var pickleEncoding: String?
  @Flag(help: "Of files that are cut short read the rows, and the members, that are whole; a warning says how many.")
  var recover = false

  /// - Throws: `ValidationError` for an encoding that is not known.
  func apply(to options: inout OpenOptions) throws {
    options.recovers = recover
    guard let pickleEncoding else { return }
    guard let encoding = PickleStringEncoding(rawValue: pickleEncoding.lowercased()) else {
      throw ValidationError("--pickle-encoding takes ascii, latin1 or bytes, not '\(pickleEncoding)'")
    }
    options.pickle.encoding = encoding
    options.isPickleEncodingChosen = true
    options.decodesObjects = true
  }
}
