import ArgumentParser
import Locks

/// Lists of files as long as a shell can make them.
///
/// The argument parser's time grows with the square of the number of arguments: minutes for a hundred thousand. So of
/// a long run of words without a dash only the first are given to it, and one that stands for the rest.
enum ManyOperands {
  /// No argument of a process can hold this character.
  private static let rest = "\0"
  private static let hidden = Lock<[String]>([])
  /// As many words of a run are parsed, so that all messages are what they are for few.
  private static let shown = 100

  /// The arguments with the first run of words that is very long cut down.
  static func folding(_ arguments: [String]) -> [String] {
    guard arguments.count > 2 * shown else { return arguments }
    var start = 0
    for place in 0...arguments.count where place == arguments.count || arguments[place].hasPrefix("-") {
      if place - start > 2 * shown {
        hidden.withLock { $0 = Array(arguments[(start + shown)..<place]) }
        return arguments[..<(start + shown)] + [rest] + arguments[place...]
      }
      start = place + 1
    }
    return arguments
  }

  /// Addresses of which no more than one is standard input: what has been read of it is gone.
  ///
  /// - Throws: `ValidationError` if there are more.
  static func checkStreams(_ addresses: [String]) throws {
    let streams = addresses.count { (try? Address($0))?.path == "-" }
    guard streams > 1 else { return }
    throw ValidationError("standard input can be read once, and is named \(streams) times: save it to a file first")
  }

  /// A command's list of operands with those that ``folding(_:)`` left out.
  static func unfolding(_ operands: [String]) -> [String] {
    guard let place = operands.firstIndex(of: rest) else { return operands }
    return operands[..<place] + hidden.withLock { $0 } + operands[(place + 1)...]
  }
}
