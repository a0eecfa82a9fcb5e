/// A member of archives that is not compared as an array.
struct MemberDifference {
  let name: String
  /// The only file that has it; `nil` for a member that is not an array, whose bytes differ.
  let onlyFile: String?
  /// Whether it is a value in pickles, and not a file.
  var isValue = false

  func within(_ number: String) -> MemberDifference {
    MemberDifference(name: number + "." + name, onlyFile: onlyFile, isValue: isValue)
  }

  var line: String {
    let text = isValue ? "not an array; its values differ" : "not an array; its bytes differ"
    return Console.printable(name) + ": " + (onlyFile.map { "only in " + Console.printable($0) } ?? text)
  }

  var json: JSONValue { .object([("name", .string(name)), ("same", .bool(false))]) }
}
