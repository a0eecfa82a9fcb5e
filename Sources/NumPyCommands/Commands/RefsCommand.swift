import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct RefsCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "refs", _superCommandName: "npy",
    abstract: "Write references with which zarr and xarray read .npy and stored .npz in place.",
    discussion: """
      JSON as kerchunk has it: for each array its description in zarr's format 3, and where in which file its chunks lie.
      Open it with fsspec's reference file system. Arrays of numbers, times and texts;
      members that are compressed are refused.

      EXAMPLES
        npy refs data.npy run.npz -o refs.json
        npy refs s.npy --url-prefix s3://bucket/run/ -o refs.json
      """)

  @Argument(help: "The files.", completion: .file(extensions: ["npy", "npz"])) var files: [String]
  @Option(name: .shortAndLong, help: "The file to be written; a dash is standard output.", completion: .file())
  var output = "-"
  @Option(help: "What stands before the files' names in the references, in place of the path of this folder.")
  var urlPrefix: String?
  @Option(help: "The most bytes of a chunk: 64M, 1G.") var chunk: ByteSize?
  @OptionGroup var writing: OutputOptions
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let paths = ManyOperands.unfolding(files)
    var references = ZarrReferences(chunkBytes: chunk?.bytes ?? 64 << 20)
    for path in paths {
      let source = try remote.source(path)
      let place = try RemoteInput.isRemote(path) ? RemoteInput.name(path) : Folders.absolute(path)
      let url = urlPrefix.map { $0 + path } ?? place
      guard let archive = try? NPZArchive(source, limits: .default) else {
        let file = try NPYFile(source)
        if try file.next(limits: .default) != nil {
          Console.warn("\(path) holds more arrays after the first, which are left out")
        }
        try references.add(name(of: path), file, url: url, offset: 0)
        continue
      }
      if archive.count > 0, try !archive.zip.members.contains(where: archive.isArray) {
        throw ArchiveContents.npz(archive).holdsNoArrays.at(file: path)
      }
      let prefix = paths.count > 1 ? name(of: path) + "/" : ""
      for member in archive.zip.members where try archive.isArray(member) {
        guard let offset = try archive.storedOffset(of: member) else {
          throw FormatError(
            .unsupported, "the member is compressed, and cannot be read in place", file: path, member: member.name)
        }
        let name = member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : member.name
        try references.add(prefix + name, archive.file(of: member), url: url, offset: offset)
      }
    }
    let text = references.json.pretty() + "\n"
    try writing.write(to: output, remote) { path in
      try AtomicFile.write(to: path, replacing: writing.replaces, durability: writing.disk.durability) {
        (sink: any ByteSink) throws(FormatError) in try sink.write(text)
      }
    }
  }

  /// What an array is called that is a file by itself.
  private func name(of path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    return [".npy", ".npz"].contains { base.hasSuffix($0) } ? String(base.dropLast(4)) : base
  }
}
