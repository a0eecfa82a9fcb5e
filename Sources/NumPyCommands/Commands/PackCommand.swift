import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct PackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "pack", _superCommandName: "npy",
    abstract: "Make an .npz archive of arrays and other archives, or change one.",
    discussion: """
      An array is named by NAME=; without it by its file or member; standard input by arr_N. Members of a whole archive,
      and the arrays in a pickle by their paths, keep their names, behind NAME/ if it is given; an only one gets NAME
      itself. A masked array becomes two: its values, and its mask under NAME.mask.

      EXAMPLES
        npy pack all.npz a.npy b=other.npy
        npy pack --compress=best all.npz weights=model.npz:w
        npy pack --append all.npz c.npy
        npy pack --replace all.npz b=newer.npy
        npy pack merged.npz a.npz second=b.npz
      """)

  @Argument(help: "The archive.", completion: .file()) var archive: String
  @Argument(help: "The arrays and archives, each as ADDRESS or NAME=ADDRESS.") var arrays: [String] = []
  @OptionGroup var options: ArchiveOptions
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @Flag(help: "Add to the archive instead of replacing it; until all is written it stays what it was.")
  var append = false
  @Flag(
    help: "Add to the archive, and let members replace those of the same name, also among those that are given.")
  var replace = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    // An archive without members is made where nothing is lost by it.
    if arrays.isEmpty, append || replace || FileStatus(path: archive).map({ $0.size > 0 }) == true {
      throw ValidationError("there is nothing to pack: the archive comes first, then the arrays")
    }
    let name = RemoteInput.name(archive)
    if let format = FileFormat(extensionOf: name), !format.isArchive {
      throw ValidationError("the archive comes first, and \(name) is the name of a .\(format.rawValue) file")
    }
    if append || replace, !output.replaces {
      let option = append ? "--append" : "--replace"
      throw ValidationError("\(option) changes an archive that exists, which --no-clobber forbids: choose one")
    }
  }

  func run() throws {
    var sources: [PackSource] = []
    let texts = ManyOperands.unfolding(arrays)
    try ManyOperands.checkStreams(
      texts.map { text in text.firstIndex(of: "=").map { String(text[$0...].dropFirst()) } ?? text })
    try TextOptionUse.check(reading, ofAll: texts.map { try PackSource.split($0).address.text })
    for (place, text) in texts.enumerated() {
      sources.append(try PackSource(text, place, reading, isOneOfMany: arrays.count > 1))
    }
    let chosen = try PackSource.members(of: sources, replacing: replace, archive)
    for name in sources.compactMap(\.given) { Console.warn(ofUnfit: name) }
    // What the extension says, if it is that of an archive.
    let format = FileFormat(extensionOf: archive).flatMap { $0.isArchive ? $0 : nil } ?? .npz
    if format != .npz, options.compress != nil || options.numpyLayout {
      throw ValidationError("--compress and --numpy-layout are for .npz, not for .\(format.rawValue)")
    }
    var saving = SaveOptions(format: format)
    (saving.compression, saving.layout) = try options.resolved()
    output.apply(to: &saving)
    saving.onWarning = { Console.warn($0) }
    guard !RemoteInput.isRemote(archive) || !(append || replace) else {
      throw ValidationError(
        "an archive on a server is written as a whole: --append and --replace change one that is here")
    }
    try output.write(to: archive, reading.remote) { path in
      try write(sources, chosen, to: path, saving)
    }
  }

  private func write(
    _ sources: [PackSource], _ chosen: [[PackSource.Member]], to path: String, _ saving: SaveOptions
  ) throws(FormatError) {
    let isChanged = (append || replace) && !AtomicFile.isStream(path) && FileStatus(path: path) != nil
    let replaced = replace ? chosen.flatMap { $0.map(\.fileName) } : []
    do throws(FormatError) {
      try ArchiveSink.write(to: path, appending: isChanged, replacing: replaced, saving) {
        (sink: ArchiveSink) throws(FormatError) in
        for (source, members) in zip(sources, chosen) { try source.add(members, to: sink) }
      }
    } catch {
      guard isChanged, error.code == .alreadyExists, let member = error.member else { throw error }
      throw FormatError(
        .alreadyExists, "the archive has a member of this name; --replace replaces it, NAME= gives another name",
        file: archive, member: member)
    }
  }
}

/// What one operand of `pack` adds to the archive.
struct PackSource {
  struct Member {
    /// The name in the archive that is written, and in the one that is read.
    let name: String
    let original: String
    let isArray: Bool

    var fileName: String { isArray ? name + ".npy" : name }
  }

  /// The name that stands before the address.
  let given: String?
  private let address: Address
  private let options: OpenOptions
  /// What can be opened only once stays open.
  private let opened: Document?
  private let members: [Member]
  /// Whether all members of an archive are added.
  private let isArchive: Bool
  private let remote: RemoteInput

  init(_ text: String, _ place: Int, _ reading: SourceOptions, isOneOfMany: Bool) throws {
    let (given, address) = try PackSource.split(text)
    (self.given, self.address) = (given, address)
    remote = reading.remote
    options = try reading.openOptions(for: address.path)
    let single = Member(name: given ?? PackSource.name(of: address, place), original: "", isArray: true)
    guard address.isWhole || !RemoteInput.isRemote(address.path) else {
      (members, isArchive, opened) = ([single], false, nil)
      return
    }
    let document = try reading.document(address.path, isOneOfMany: isOneOfMany)
    opened = FileStatus(path: address.path)?.isRegular == true ? nil : document
    guard address.isWhole, let archive = try document.collection() else {
      let hasMask = try address.masked(in: document.value(naming: address.member)) != nil
      let mask = Member(name: single.name + ".mask", original: "mask", isArray: true)
      (members, isArchive) = (hasMask ? [single, mask] : [single], false)
      return
    }
    isArchive = true
    let entries = try document.entries(of: archive)
    members = entries.map { entry in
      // A name for an archive of one array is that array's.
      let name = given.map { entries.count == 1 ? $0 : $0 + "/" + entry.name } ?? entry.name
      return Member(name: name, original: entry.name, isArray: entry.isArray)
    }
  }

  /// What is added of each source: of members of one name the last if they may replace each other.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name stands twice otherwise.
  static func members(
    of sources: [PackSource], replacing: Bool, _ archive: String
  ) throws(FormatError) -> [[Member]] {
    // By their bytes: two names that Swift takes for equal may differ in their Unicode form.
    var places: [[UInt8]: (source: Int, member: Int)] = [:]
    for (number, source) in sources.enumerated() {
      for (index, member) in source.members.enumerated() {
        let old = places.updateValue((number, index), forKey: Array(member.fileName.utf8))
        guard let old, !replacing else { continue }
        throw FormatError(
          .alreadyExists,
          "Cannot use un-named variables and keyword \(member.name): the name stands twice, in "
            + "\(sources[old.source].address.text) and \(source.address.text); NAME= before an operand gives other names, "
            + "--replace takes the last", file: archive, member: member.name)
      }
    }
    return sources.enumerated().map { number, source in
      source.members.enumerated().filter { index, member in
        places[Array(member.fileName.utf8)].map { $0 == (number, index) } ?? false
      }.map(\.element)
    }
  }

  func add(_ chosen: [Member], to sink: ArchiveSink) throws(FormatError) {
    guard !chosen.isEmpty else { return }
    let document: Document
    if let opened { document = opened } else { document = try remote.document(address.path, options) }
    guard isArchive, let archive = try document.collection(isQuiet: true) else {
      guard members.count > 1 else { return try sink.add(chosen[0].name, address.item(of: document).array) }
      let masked = try address.masked(in: document.value(naming: address.member))
      for member in chosen {
        guard let content = member.original == "mask" ? masked?.mask.map(StoredArray.values) : masked?.content else {
          continue
        }
        try sink.add(member.name, LazyArray(content, name: address.text, spool: document.spool))
      }
      return
    }
    let names = Dictionary(chosen.map { ($0.original, $0.name) }) { first, _ in first }
    for entry in try document.entries(of: archive) {
      if let name = names[entry.name] { try sink.add(entry, as: name) }
    }
    try sink.add(metadata: archive.metadata)
  }

  /// `NAME=ADDRESS`, unless a file of the whole name exists.
  static func split(_ text: String) throws -> (name: String?, address: Address) {
    guard FileStatus(path: text) == nil, !RemoteInput.isRemote(text), let sign = text.firstIndex(of: "="),
      sign != text.startIndex
    else {
      return (nil, try Address(text))
    }
    return (String(text[..<sign]), try Address(String(text[text.index(after: sign)...])))
  }

  /// The member's name, or the file's without folder and extension.
  private static func name(of address: Address, _ place: Int) -> String {
    if let member = address.member { return member.hasSuffix(".npy") ? String(member.dropLast(4)) : member }
    if address.path == "-" { return "arr_\(place)" }
    let path = RemoteInput.name(address.path)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }
}
