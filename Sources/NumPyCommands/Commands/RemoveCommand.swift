import ArgumentParser
import ByteIO
import NumPyIO

struct RemoveCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "rm", _superCommandName: "npy",
    abstract: "Remove members from an archive.",
    discussion: """
      The archive is written anew without them, the others as they are, and replaced, whole. Bytes that earlier changes
      left unused go as well.

      EXAMPLES
        npy rm model.npz optimizer step
      """)

  @Argument(help: "The archive.", completion: .file(extensions: ["npz"])) var archive: String
  @Argument(help: "The members, by their names with or without .npy.", completion: .shellCommand(Completion.members))
  var members: [String]
  @Flag(help: LimitOptions.lenientHelp) var lenient = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    try NPZArchive.remove(ManyOperands.unfolding(members), from: archive, limits: LoadLimits(isLenient: lenient))
  }
}

struct RenameCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "mv", _superCommandName: "npy",
    abstract: "Give a member of an archive another name.",
    discussion: """
      The archive is written anew, all its members as they are, and replaced, whole. A name that is taken is an error.

      EXAMPLES
        npy mv model.npz arr_0 weights
      """)

  @Argument(help: "The archive.", completion: .file(extensions: ["npz"])) var archive: String
  @Argument(help: "The member's name, with or without .npy.", completion: .shellCommand(Completion.members))
  var old: String
  @Argument(help: "Its new name.", completion: .shellCommand(Completion.nothing)) var new: String
  @Flag(help: LimitOptions.lenientHelp) var lenient = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    Console.warn(ofUnfit: new)
    do throws(FormatError) {
      try NPZArchive.rename(old, to: new, in: archive, limits: LoadLimits(isLenient: lenient))
    } catch {
      guard error.code == .alreadyExists else { throw error }
      throw FormatError(
        .alreadyExists, "the archive has a member of this name: remove it first, with npy rm", file: archive,
        member: new)
    }
  }
}
