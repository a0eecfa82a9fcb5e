import ArgumentParser
import ByteIO
import NumPyIO

/// What an option for reading text goes with. One that would do nothing is an error: it was meant to do something.
struct TextOptionUse: Sendable {
  let name: String
  let isGiven: @Sendable (SourceOptions) -> Bool
  /// What the option needs beside it; `nil` if it does something for every text.
  let needs: Need?

  /// What must be there, in words and as a test.
  struct Need: Sendable {
    let words: String
    let isThere: @Sendable (SourceOptions) -> Bool
  }

  private init(
    _ name: String, _ isGiven: @escaping @Sendable (SourceOptions) -> Bool, needs: Need? = nil
  ) {
    (self.name, self.isGiven, self.needs) = (name, isGiven, needs)
  }

  private static let gaps = Need(words: "--genfromtxt") { $0.genfromtxt }

  /// Every option for reading text.
  static let all: [TextOptionUse] = [
    TextOptionUse("--encoding", { $0.encoding != nil }),
    TextOptionUse("--dtype", { $0.dtype != nil }),
    TextOptionUse(
      "--delimiter", { $0.delimiter != nil }, needs: Need(words: "no --widths") { $0.widths == nil }),
    TextOptionUse("--comments", { !$0.comments.isEmpty }),
    TextOptionUse("--skiprows", { $0.skiprows != nil }),
    TextOptionUse("--usecols", { $0.usecols != nil }),
    TextOptionUse("--max-rows", { $0.maxRows != nil }),
    TextOptionUse("--ndmin", { $0.ndmin != nil }),
    TextOptionUse("--quotechar", { $0.quotechar != nil }),
    TextOptionUse("--unpack", { $0.unpack }),
    TextOptionUse("--skip-to", { $0.skipTo != nil }),
    TextOptionUse("--units-row", { $0.unitsRow }),
    TextOptionUse("--trailing-delimiter", { $0.trailingDelimiter }),
    TextOptionUse("--decimal", { $0.decimal != nil }),
    TextOptionUse("--thousands", { $0.thousands != nil }),
    TextOptionUse("--accept", { $0.accept != nil }),
    TextOptionUse("--missing-number", { !$0.missingNumber.isEmpty }),
    TextOptionUse("--date-format", { $0.dateFormat != nil }),
    TextOptionUse("--names", { $0.names != nil }),
    TextOptionUse("--genfromtxt", { $0.genfromtxt }),
    TextOptionUse("--widths", { $0.widths != nil }, needs: gaps),
    TextOptionUse("--skip-footer", { $0.skipFooter != nil }, needs: gaps),
    TextOptionUse("--excludelist", { $0.excludelist != nil }, needs: gaps),
    TextOptionUse("--deletechars", { $0.deletechars != nil }, needs: gaps),
    TextOptionUse("--replace-space", { $0.replaceSpace != nil }, needs: gaps),
    TextOptionUse("--autostrip", { $0.autostrip }, needs: gaps),
    TextOptionUse("--case", { $0.case != nil }, needs: gaps),
    TextOptionUse("--defaultfmt", { $0.defaultfmt != nil }, needs: gaps),
    TextOptionUse("--missing-values", { $0.missingValues != nil }, needs: gaps),
    TextOptionUse("--filling-values", { $0.fillingValues != nil }, needs: gaps),
    TextOptionUse("--strict-values", { $0.strictValues }, needs: gaps),
    TextOptionUse("--usemask", { $0.usemask }, needs: gaps),
    TextOptionUse("--skip-invalid", { $0.skipInvalid }, needs: gaps),
  ]

  /// Refuses options that lack what they go with.
  static func check(_ options: SourceOptions) throws {
    for use in all where use.isGiven(options) {
      guard let need = use.needs, !need.isThere(options) else { continue }
      throw ValidationError("\(use.name) goes with \(need.words)")
    }
    if options.genfromtxt, options.comments.count > 1 {
      throw ValidationError("--genfromtxt knows one mark of comments: give --comments once")
    }
  }

  /// Refuses options for text where there is none, and those for pickles where there are none.
  static func check(_ options: SourceOptions, of document: Document, leavingOut others: Set<String> = []) throws {
    guard let fault = faults(options, of: document, leavingOut: others).first else { return }
    throw ValidationError("\(fault.option) is for \(fault.kind), and \(shown(document)) \(fault.found)")
  }

  /// Refuses options that do nothing for any of several files: for one of them each is meant.
  ///
  /// What cannot be opened, or only once, may be what an option is for.
  static func check(
    _ options: SourceOptions, ofAll addresses: [String], leavingOut others: Set<String> = []
  ) throws {
    guard addresses.count > 1, options.isForText || options.isForPickles || options.maxHeaderSize != nil else {
      return
    }
    var useless: [Fault]?
    for text in addresses {
      guard let address = try? Address(text),
        RemoteInput.isRemote(address.path) || FileStatus(path: address.path)?.isRegular == true
      else { return }
      var opening = try options.openOptions(for: address.path)
      opening.onWarning = nil
      guard let document = try? options.remote.document(address.path, opening) else { return }
      let faults = faults(options, of: document, leavingOut: others)
      useless = useless.map { known in known.filter { one in faults.contains { $0.option == one.option } } } ?? faults
      // Of files without number no more are opened than it takes.
      if useless?.isEmpty == true { return }
    }
    guard let fault = useless?.first else { return }
    throw ValidationError("\(fault.option) is for \(fault.kind), and none of the \(addresses.count) files is such")
  }

  /// An option that does nothing for a file: what it is for, and what the file is instead.
  private typealias Fault = (option: String, kind: String, found: String)

  private static func faults(
    _ options: SourceOptions, of document: Document, leavingOut others: Set<String>
  ) -> [Fault] {
    var faults: [Fault] = []
    func forPickles(_ found: String) {
      if options.isForPickles { faults.append(("--pickle-encoding", "pickles", found)) }
    }
    func forHeaders(_ found: String) {
      if options.maxHeaderSize != nil { faults.append(("--max-header-size", ".npy and .npz", found)) }
    }
    switch document.content {
    case .text:
      forPickles("is text")
      forHeaders("is text")
      return faults
    // What is opened as a value, and not as a pickle, is JSON.
    case .value:
      forPickles("is JSON")
      forHeaders("is JSON")
    case .npy(let file) where !file.header.dtype.hasObjects: forPickles("holds \(file.header.dtype)")
    case .tensors: forPickles("holds none")
    default: break
    }
    var others = others
    // Raw bytes and the lists of JSON have a dtype, too.
    if document.options.raw != nil || document.options.jsonDType != nil { others.insert("--dtype") }
    for use in all where !others.contains(use.name) && use.isGiven(options) {
      faults.append((use.name, "text", "is none"))
    }
    return faults
  }

  private static func shown(_ document: Document) -> String {
    document.path == "-" ? "standard input" : "'\(Console.printable(document.path))'"
  }
}
