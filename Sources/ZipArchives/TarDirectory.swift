package import ByteIO

/// The plain files of a tar archive (POSIX ustar and pax, GNU's long names), as members that are stored; a hard link is a
/// member too, whose bytes are those of the file that it is another name of.
package enum TarDirectory {
  package static let blockSize = 512

  /// Whether a file begins as a tar archive: by its signature, which archives from before 1988 lack, or the checksum of
  /// its first header.
  package static func begins(_ prefix: [UInt8]) -> Bool {
    // Names and numbers are filled up with zeros, which no text has.
    guard prefix.count >= blockSize, prefix[..<blockSize].contains(0) else { return false }
    if prefix[257..<262].elementsEqual("ustar".utf8) { return true }
    guard prefix[0] != 0 else { return false }
    // Mode, owner, group, size, time and checksum.
    let isNumeric = prefix[100..<156].allSatisfy { $0 == 0 || $0 == 0x20 || (0x30...0x37).contains($0) }
    return isNumeric && hasChecksum(Array(prefix[..<blockSize]))
  }

  /// What an archive holds.
  package struct Contents {
    /// The files in their order.
    package var members: [ZipMember] = []
    /// The names of what is neither a file nor a folder: symbolic links, devices and pipes.
    package var others: [String] = []
    /// Where the archive ends: at a block of zeros, or with the source.
    package var end = 0
    /// Whether something was passed over that is no header, or a member is cut.
    package var isDamaged = false
  }

  /// The files in their order; of several of one name, as `tar -r` leaves them, the last. And what is no file.
  ///
  /// - Parameter recovering: Whether what is damaged is passed over: a member that the file's end cuts is marked so, and after a
  ///   header whose checksum is wrong the next that is right is looked for.
  /// - Throws: `truncated` if a member goes beyond the archive's end, `malformed` for a header whose checksum is wrong,
  ///   `limitExceeded` for too many members.
  package static func members(
    of source: any ByteSource, limits: ZipLimits = .default, recovering: Bool = false
  ) throws(FormatError) -> Contents {
    var contents = try everything(in: source, limits: limits, recovering: recovering)
    var last: [NameKey: Int] = [:]
    for (index, member) in contents.members.enumerated() { last[NameKey(member.name)] = index }
    contents.members = contents.members.enumerated().filter { last[NameKey($0.element.name)] == $0.offset }.map(
      \.element)
    return contents
  }

  /// All files in their order, also those that later ones of the same name replace.
  ///
  /// Members are where Python's tarfile finds them: what is neither a link nor a folder nor a device has contents.
  ///
  /// - Throws: As ``members(of:limits:)``.
  package static func everything(
    in source: any ByteSource, limits: ZipLimits = .default, recovering: Bool = false
  ) throws(FormatError) -> Contents {
    let total = source.byteCount ?? 0
    var contents = Contents()
    var position = 0
    var (longName, longTarget): (String?, String?)
    // Further names take no room in the archive: no more of their bytes are given than it has itself.
    var linkedBytes = 0
    var places: [NameKey: Int] = [:]
    while let header = try header(of: source, at: &position, recovering, &contents.isDamaged) {
      let start = position + blockSize
      let size = header.hasContents ? header.size : 0
      guard size <= total - start else {
        if recovering, total > start {
          var cut = member(longName ?? header.name, header, at: position)
          cut.cut(at: total)
          contents.members.append(cut)
        }
        contents.isDamaged = true
        guard !recovering else { break }
        throw FormatError(
          .truncated, "the member \(header.name) goes beyond the archive's end", file: source.name, offset: position)
      }
      let padded = (size + blockSize - 1) / blockSize * blockSize
      switch header.kind {
      // Headers for the member that follows: its name in GNU's and in POSIX's way.
      case "L":
        let bytes = try source.readBytes(at: start, upTo: min(header.size, limits.nameBytes))
        longName = text(bytes.prefix { $0 != 0 })
      case "K":
        let bytes = try source.readBytes(at: start, upTo: min(header.size, limits.nameBytes))
        longTarget = text(bytes.prefix { $0 != 0 })
      case "x":
        let records = try source.readBytes(at: start, upTo: min(header.size, 1 << 20))
        longName = record("path", of: records) ?? longName
        longTarget = record("linkpath", of: records) ?? longTarget
      case "g", "X", "N", "V": break
      default:
        let name = longName ?? header.name
        if header.hasContents {
          places[NameKey(name)] = contents.members.count
          contents.members.append(member(name, header, at: position))
        } else if header.kind == "1", let place = places[NameKey(longTarget ?? header.target)],
          case let target = contents.members[place],
          case let (bytes, overflow) = linkedBytes.addingReportingOverflow(target.uncompressedSize), !overflow,
          bytes <= total
        {
          linkedBytes = bytes
          places[NameKey(name)] = contents.members.count
          contents.members.append(target.renamed(name))
        } else if header.kind != "5" {
          contents.others.append(name)
        }
        (longName, longTarget) = (nil, nil)
      }
      guard contents.members.count + contents.others.count <= limits.members else {
        throw FormatError(.limitExceeded, "the archive has more than \(limits.members) members", file: source.name)
      }
      position = start.addingReportingOverflow(padded).partialValue
      if position > total { break }
    }
    contents.end = min(position, total)
    return contents
  }

  private struct Header {
    let name: String
    let size: Int
    let kind: Unicode.Scalar
    /// The file that a link is another name of.
    let target: String

    /// Whether bytes follow the header: links, devices, folders and pipes have none, whatever their size says.
    var hasContents: Bool { !("1"..."6").contains(kind) }
  }

  /// The header at an offset, or, if that is damaged and what is whole is wanted, the next one.
  private static func header(
    of source: any ByteSource, at position: inout Int, _ recovering: Bool, _ isDamaged: inout Bool
  ) throws(FormatError) -> Header? {
    while true {
      do throws(FormatError) { return try header(of: source, at: position) } catch {
        guard recovering, error.code == .malformed else { throw error }
        isDamaged = true
        // What stands between is no header: data may look like one without the signature.
        repeat { position += blockSize } while try !hasSignature(source, at: position)
      }
    }
  }

  /// Whether a header with its signature stands at an offset, or the source ends there.
  private static func hasSignature(_ source: any ByteSource, at position: Int) throws(FormatError) -> Bool {
    let bytes = try source.readBytes(at: position, upTo: blockSize)
    return bytes.count < blockSize || bytes[257..<262].elementsEqual("ustar".utf8) && hasChecksum(bytes)
  }

  /// The header at an offset; `nil` for the end: a block of zeros, or nothing more.
  private static func header(of source: any ByteSource, at position: Int) throws(FormatError) -> Header? {
    let bytes = try source.readBytes(at: position, upTo: blockSize)
    guard bytes.count == blockSize, bytes.contains(where: { $0 != 0 }) else { return nil }
    func text(_ range: Range<Int>) -> String { self.text(bytes[range].prefix { $0 != 0 }) }
    guard hasChecksum(bytes), let size = size(bytes[124..<136]) else {
      throw FormatError(.malformed, "a tar header whose checksum is wrong", file: source.name, offset: position)
    }
    let prefix = bytes[257..<263].elementsEqual([0x75, 0x73, 0x74, 0x61, 0x72, 0]) ? text(345..<500) : ""
    let name = (prefix.isEmpty ? "" : prefix + "/") + text(0..<100)
    return Header(name: name, size: size, kind: Unicode.Scalar(bytes[156]), target: text(157..<257))
  }

  /// A name of UTF-8; else of Latin-1, in which older tar archives have them: names that differ stay apart.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
  }

  /// Whether a header states the sum of all its bytes, those of the sum itself taken as spaces.
  private static func hasChecksum(_ header: [UInt8]) -> Bool {
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    return octal(header[148..<156]) == sum
  }

  private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = String(decoding: bytes, as: UTF8.self).filter { $0 >= "0" && $0 <= "7" }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }

  /// A size in octal digits, or, above 8 GiB, in GNU's binary numbers.
  private static func size(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first, first & 0x80 != 0 else { return octal(bytes) }
    var value = Int(first & 0x7F)
    for byte in bytes.dropFirst() {
      guard value < 1 << 54 else { return nil }
      value = value << 8 | Int(byte)
    }
    return value
  }

  /// What a name has among pax records: a length, a space, `path=…` and a line end.
  private static func record(_ name: String, of records: [UInt8]) -> String? {
    var rest = records[...]
    var found: String?
    while let space = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex + 1, length <= rest.count
    {
      let record = text(rest[(space + 1)..<(rest.startIndex + length - 1)])
      if record.hasPrefix(name + "=") { found = String(record.dropFirst(name.count + 1)) }
      rest = rest.dropFirst(length)
    }
    return found
  }

  private static func member(_ name: String, _ header: Header, at position: Int) -> ZipMember {
    let start = position + blockSize
    var member = ZipMember(
      name: name, nameBytes: Array(name.utf8), method: .stored, flags: 0, crc32: 0, compressedSize: header.size,
      uncompressedSize: header.size, headerOffset: position, extra: [], comment: [], dosTime: 0, dosDate: 0x21,
      versionMadeBy: 0x314, versionNeeded: 20, externalAttributes: 0, boundary: start + header.size)
    member.hasChecksum = false
    member.knownData = start..<(start + header.size)
    return member
  }
}

extension ZipMember {
  /// Lets the member end where the source does.
  fileprivate mutating func cut(at end: Int) {
    guard let start = knownData?.lowerBound else { return }
    (compressedSize, uncompressedSize, boundary, isCut) = (end - start, end - start, end, true)
    knownData = start..<end
  }

  /// The same member under another name.
  fileprivate func renamed(_ name: String) -> ZipMember {
    var member = self
    (member.name, member.nameBytes) = (name, Array(name.utf8))
    return member
  }
}
