import ByteIO
import NumPyIO
import RemoteFiles

/// What a command works on: `FILE`, `FILE:MEMBER`, each with a slice: `arr.npz:arr_0[2:6,4,3:4]`. The file may be on a
/// server: `https://host/arr.npz:arr_0[2:6]`.
struct Address: Sendable {
  /// As it was typed; without what is secret in the address of a server.
  let text: String
  /// The file, here or on a server, or `-` for standard input.
  let path: String
  /// The member of an archive, or the path of keys in a pickle.
  let member: String?
  /// The part of the array; `nil` for all of it.
  let slice: [AxisSelection]?
  /// The member with the brackets of the slice, which may be part of a key; `nil` without a slice.
  let bracketed: String?

  /// Takes an address apart. Where a file of exactly that name exists, it is the file.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for brackets that hold no slice.
  init(_ given: String) throws(FormatError) {
    var text = given.hasPrefix(Address.standardInputMark) ? String(given.dropFirst()) : given
    if let local = try Address.localPath(text) { text = local }
    if RemoteInput.isRemote(text) {
      let open = Address.remoteSlice(text)
      if let parts = Address.remoteParts(text[..<(open ?? text.endIndex)]) {
        let brackets = open.map { String(text[$0...]) } ?? ""
        if let open {
          slice = try Address.selections(text[text.index(after: open)...].dropLast(), of: brackets)
        } else {
          slice = nil
        }
        (path, member) = parts
        bracketed = open == nil ? nil : member.map { $0 + brackets }
        // What is shown has no secrets in it.
        self.text = RemoteInput.name(path) + (member.map { ":" + $0 } ?? "") + brackets
        return
      }
    }
    self.text = text
    if text == "-" || FileStatus(path: text) != nil {
      (path, member, slice, bracketed) = (text, nil, nil, nil)
      return
    }
    if let exact = Address.bracketedMember(text) {
      (path, member, slice, bracketed) = (exact.path, exact.member, nil, nil)
      return
    }
    var name = text[...]
    var selections: [AxisSelection]?
    if text.hasSuffix("]"), let open = text.lastIndex(of: "["), open != text.startIndex {
      selections = try Address.selections(text[text.index(after: open)...].dropLast(), of: text)
      name = text[..<open]
    }
    slice = selections
    if name == "-" || FileStatus(path: String(name)) != nil {
      (path, member, bracketed) = (String(name), nil, slice == nil ? nil : String(text[name.endIndex...]))
      return
    }
    // The first colon after which a file's name is complete; a member may hold more of them.
    for colon in name.indices where name[colon] == ":" {
      let file = String(name[..<colon])
      if file == "-" || FileStatus(path: file) != nil {
        (path, member) = (file, String(name[name.index(after: colon)...]))
        bracketed = slice == nil ? nil : String(text[text.index(after: colon)...])
        return
      }
    }
    // No such file: the error that follows names what stands before the member.
    let colon = name.firstIndex(of: ":")
    path = String(name[..<(colon ?? name.endIndex)])
    member = colon.map { String(name[name.index(after: $0)...]) }
    bracketed = nil
  }

  /// A member of an archive whose own name ends with brackets, which wins over a slice of another; or a column, or a key of
  /// a pickle, that ends with what is no slice, such as a unit.
  private static func bracketedMember(_ text: String) -> (path: String, member: String)? {
    guard text.hasSuffix("]") else { return nil }
    for colon in text.indices where text[colon] == ":" {
      let path = String(text[..<colon])
      // What is not a regular file can be read only once.
      guard FileStatus(path: path)?.isRegular == true else { continue }
      let member = String(text[text.index(after: colon)...])
      guard let document = try? Document(opening: path) else { return nil }
      if let archive = document.archive, archive.contains(member) { return (path, member) }
      guard let open = text.lastIndex(of: "["),
        (try? Address.selections(text[text.index(after: open)...].dropLast(), of: text)) == nil
      else { return nil }
      return document.holds(member) ? (path, member) : nil
    }
    return nil
  }

  /// What `file://` names on this machine; `nil` for what is no address of that kind.
  ///
  /// - Throws: ``FormatError`` for kinds of addresses that nothing is read from.
  private static func localPath(_ text: String) throws(FormatError) -> String? {
    guard let separator = text.firstRange(of: "://"), !RemoteInput.isRemote(text), FileStatus(path: text) == nil else {
      return nil
    }
    let scheme = text[..<separator.lowerBound].lowercased()
    guard scheme.first?.isLetter == true, scheme.allSatisfy({ $0.isASCII && ($0.isLetter || "+-.".contains($0)) })
    else {
      return nil
    }
    let rest = text[separator.upperBound...]
    guard scheme == "file", rest.hasPrefix("/") || rest.hasPrefix("localhost/") else {
      throw FormatError(
        .unsupported, "files at \(scheme):// are not read: addresses begin with https://, http:// or s3://", file: text)
    }
    return RemoteURL.percentDecoded(String(rest[(rest.firstIndex(of: "/") ?? rest.startIndex)...]))
  }

  /// A member of a file, known by their names.
  init(path: String, member: String) {
    text = path + ":" + member
    self.path = path
    self.member = member
    slice = nil
    bracketed = nil
  }

  /// What stands before `-:MEMBER` and `-[SLICE]` on their way through the argument parser.
  static let standardInputMark = "\u{1}"

  /// An address as it is shown: what was typed, without what is secret in it.
  static func shown(_ text: String) -> String {
    RemoteInput.isRemote(text) ? (try? Address(text).text) ?? RemoteInput.name(text) : text
  }

  /// Whether the address names a file and no part of it.
  var isWhole: Bool { member == nil && slice == nil }

  /// The address with every character that a terminal could take amiss escaped.
  var printable: String { Console.printable(text) }
}

extension Address {
  /// The slice within the brackets at the end of an address.
  ///
  /// - Parameter whole: What errors call it.
  private static func selections(_ text: Substring, of whole: String) throws(FormatError) -> [AxisSelection] {
    do throws(ArrayError) { return try [AxisSelection](parsing: text) } catch {
      throw FormatError(.badArgument, "\(error.message), in '\(whole)'")
    }
  }
}
