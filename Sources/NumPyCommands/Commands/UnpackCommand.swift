import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct UnpackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "unpack", _superCommandName: "npy",
    abstract: "Write the members of an archive, the tensors of a model, or the arrays in a pickle, as files.",
    discussion: """
      Names that would leave the folder are refused before anything is written, and so are symbolic links in the
      folder that a member's file would be written through; with --force those that stay within the folder are followed.

      EXAMPLES
        npy unpack all.npz -C folder
      """)

  @Argument(help: "The archive.", completion: .file()) var archive: String
  @Option(
    name: [.customShort("C"), .customLong("directory")], help: "The folder to write to.", completion: .directory)
  var folder = "."
  @Flag(help: "Replace files that exist.") var force = false
  @Flag(help: "Leave out members that cannot be read, and say which; the exit code is 1 then.") var skipBad = false
  @OptionGroup var content: ContentOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var disk: DiskOptions
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let opened = try remote.source(archive)
    let bytes = opened.isSeekable ? opened : try PeekableSource(opened, keeping: 512)
    var isGood = true
    /// Leaves a member out after an error, or ends.
    func skip(_ error: FormatError) throws(FormatError) {
      guard skipBad, error.code != .alreadyExists, error.code != .io else { throw error }
      isGood = false
      _ = try Failure.note(error, asJSON: false)
    }
    if let zip = try plainArchive(bytes) {
      guard content.pickleEncoding == nil else {
        throw ValidationError("--pickle-encoding is for pickles; the members of an archive are written as they are")
      }
      try unpackMembers(zip, skip)
    } else {
      var options = openOptions
      try content.apply(to: &options)
      try unpackArrays(Document(bytes, path: RemoteInput.name(archive), options: options), skip)
    }
    // One wait for all of them.
    if disk.durable { SystemCall.synchronizeAll() }
    if !isGood { throw ExitCode(Failure.badData) }
  }

  private func unpackMembers(
    _ source: NPZArchive, _ skip: (FormatError) throws(FormatError) -> Void
  ) throws(FormatError) {
    var members: [ZipMember] = []
    var files = FileNames()
    for member in source.zip.members where !member.isFolder {
      do throws(FormatError) {
        try check(member, of: source)
        if let fault = files.add(member.name) { throw clash(fault, member: member.name) }
        members.append(member)
      } catch { try skip(error) }
    }
    for member in members {
      do throws(FormatError) { try write(member, of: source) } catch { try skip(error) }
    }
  }

  /// A zip or tar archive whose members are files; `nil` for one that PyTorch wrote, and for what may hold arrays in
  /// another way.
  private func plainArchive(_ source: any ByteSource) throws(FormatError) -> NPZArchive? {
    switch try FileKind(of: source, named: archive) {
    case .npz:
      let zip = try NPZArchive(source, limits: limits.resolved(), recovering: content.recover)
      guard !PickleFile.isTorch(zip) else { return nil }
      Document.warnOfLoss(zip, openOptions)
      return zip
    case .npy, .safetensors, .gguf: return nil
    case .pickle:
      guard source.isSeekable, !Document.isIndex(archive) else { return nil }
      return try? NPZArchive(source, limits: limits.resolved(), recovering: content.recover)
    }
  }

  private var openOptions: OpenOptions {
    var options = limits.openOptions()
    options.recovers = content.recover
    options.openPart = remote.source
    return options
  }

  /// The tensors of a model, or the arrays in a pickle, as `.npy` files.
  private func unpackArrays(
    _ document: Document, _ skip: (FormatError) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard let contents = try document.collection() else {
      throw FormatError(
        .wrongKind, "this is neither an archive nor a pickle of several arrays: 'npy convert' writes single arrays",
        file: RemoteInput.name(archive))
    }
    if case .values(let members) = contents {
      try members.checkRepetitions(limit: limits.inflatedBytes, file: RemoteInput.name(archive))
    }
    var names: [String] = []
    var files = FileNames()
    for name in contents.names {
      do throws(FormatError) {
        if let fault = name.faultAsPath ?? UnpackCommand.faultOfLength(name + ".npy") {
          throw unfit(fault, member: name)
        }
        if let fault = files.add(name + ".npy") { throw clash(fault, member: name) }
        try Folders.checkWay(to: name + ".npy", in: folder, followingLinks: force)
        names.append(name)
      } catch { try skip(error) }
    }
    for name in names {
      do throws(FormatError) {
        // Once more: tensors make folders, and others may have changed them meanwhile.
        try Folders.checkWay(to: name + ".npy", in: folder, followingLinks: force)
        let path = folder + "/" + name + ".npy"
        try Folders.make(for: path)
        var saving = SaveOptions(format: .npy)
        saving.replacing = force
        saving.onWarning = { Console.warn($0) }
        do throws(FormatError) { try document.array(name, of: contents).save(to: path, options: saving) } catch {
          throw UnpackCommand.advising(error, path)
        }
      } catch { try skip(error) }
    }
  }

  private static func advising(_ error: FormatError, _ path: String) -> FormatError {
    error.code == .alreadyExists
      ? FormatError(.alreadyExists, "the file exists; --force replaces it", file: path) : error
  }

  private func clash(_ fault: String, member: String) -> FormatError {
    let error = FormatError(.ambiguous, fault, file: archive, member: member)
    return skipBad ? error : error.adding("--skip-bad leaves the member out")
  }

  private func unfit(_ fault: String, member: String, at offset: Int? = nil) -> FormatError {
    let error = FormatError(
      .malformed, "the name is no path within the folder: \(fault)", file: archive, member: member, offset: offset)
    return skipBad ? error : error.adding("--skip-bad leaves the member out")
  }

  /// What is wrong with a name that is longer than the file systems of Linux and Apple's systems have it (`NAME_MAX`).
  private static func faultOfLength(_ name: String) -> String? {
    let longest = name.split(separator: "/").map(\.utf8.count).max() ?? 0
    return longest > 255 ? "a part of it has \(longest) bytes, and names of files have 255 at most" : nil
  }

  /// Refuses a member whose name would lead elsewhere, before anything is written.
  private func check(_ member: ZipMember, of source: NPZArchive) throws(FormatError) {
    if let fault = member.name.faultAsPath ?? UnpackCommand.faultOfLength(member.name) {
      throw unfit(fault, member: member.name, at: member.headerOffset)
    }
    _ = try source.member(member.name)
    guard !member.isCut || content.recover else {
      var error = FormatError(.truncated, "the member is cut short", file: archive, member: member.name)
      error.commandHint = "--recover saves the rows that are whole"
      throw error
    }
    try Folders.checkWay(to: member.name, in: folder, followingLinks: force)
  }

  private func write(_ member: ZipMember, of source: NPZArchive) throws(FormatError) {
    let path = folder + "/" + member.name
    // Once more: members make folders, and others may have changed them meanwhile.
    try Folders.checkWay(to: member.name, in: folder, followingLinks: force)
    try Folders.make(for: path)
    guard !member.isCut else { return try writeWholeRows(of: member, of: source, to: path) }
    let bytes = try source.contents(of: member)
    do throws(FormatError) {
      try AtomicFile.write(to: path, replacing: force) { (sink: any ByteSink) throws(FormatError) in
        try source.copy(member, from: bytes, to: sink)
      }
    } catch { throw UnpackCommand.advising(error, path) }
  }

  /// What is there of an array that is cut short; of anything else it is left out, with a warning.
  private func writeWholeRows(
    of member: ZipMember, of source: NPZArchive, to path: String
  ) throws(FormatError) {
    let document = Document(.npz(source), path: RemoteInput.name(archive), options: openOptions)
    let array: LazyArray
    do throws(FormatError) { array = try document.array(member.name) } catch {
      return Console.warn("\(RemoteInput.name(archive)):\(member.name) is left out: \(error.message)")
    }
    var saving = SaveOptions(format: .npy)
    saving.replacing = force
    do throws(FormatError) { try array.save(to: path, options: saving) } catch {
      throw UnpackCommand.advising(error, path)
    }
  }
}

/// The files that names make in a folder: several names may be those of one, and one file cannot be the folder of another.
private struct FileNames {
  private var files: Set<String> = []
  private var folders: Set<String> = []

  /// Takes a name; what is wrong with it beside those that were taken before, if anything is.
  mutating func add(_ name: String) -> String? {
    let parts = name.split(separator: "/")
    var folder = ""
    for part in parts.dropLast() {
      folder += (folder.isEmpty ? "" : "/") + part
      if files.contains(folder) { return "it would lie within '\(folder)', which is another's file" }
      folders.insert(folder)
    }
    let path = parts.joined(separator: "/")
    if folders.contains(path) { return "others would lie within it, and it is a file" }
    return files.insert(path).inserted ? nil : "another has the same file, '\(path)'"
  }
}
