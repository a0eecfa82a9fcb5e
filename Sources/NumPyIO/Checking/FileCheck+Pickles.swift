internal import ByteIO
internal import PythonPickle

extension FileCheck {
  /// Names what a pickle would have Python import and call, without doing it; several pickles may follow each other.
  mutating func checkPickle(_ source: any ByteSource) throws(FormatError) {
    try checkPickle(source, at: 0, member: nil)
  }

  /// The pickle within an array of objects.
  mutating func checkObjects(_ file: NPYFile, member: String?) throws(FormatError) {
    try checkPickle(file.source, at: file.dataOffset, member: member, isAlone: true)
    _ = try file.readObjects()
  }

  private mutating func checkPickle(
    _ source: any ByteSource, at offset: Int, member: String?, isAlone: Bool = false
  ) throws(FormatError) {
    let seen = SeenGlobals()
    var options = PickleReader.Options()
    options.encoding = .bytes
    options.onGlobal = { seen.add($0) }
    var reader = PickleReader(source, at: offset, options: options)
    do throws(FormatError) {
      var goesOn = true
      while goesOn {
        _ = try reader.read()
        if isAlone { goesOn = false } else { goesOn = try !reader.isAtEnd() }
      }
    } catch {
      noteUnknown(seen, source, member)
      throw error.at(file: source.name, member: member)
    }
    noteUnknown(seen, source, member)
    if isAlone, try !reader.isAtEnd() {
      note(
        .warning,
        FormatError(.malformed, "bytes follow the pickle", file: source.name, member: member, offset: reader.position))
    }
  }

  private mutating func noteUnknown(_ seen: SeenGlobals, _ source: any ByteSource, _ member: String?) {
    for global in seen.all where !KnownGlobals.contains(global) {
      let text = "the pickle names \(global.qualifiedName), which Python would import and may call"
      note(.error, FormatError(.unsupported, text, file: source.name, member: member))
    }
  }
}

/// The globals that a pickle has named, each once.
private final class SeenGlobals {
  private(set) var all: [PickleGlobal] = []
  private var names: Set<String> = []

  func add(_ global: PickleGlobal) {
    if names.insert(global.qualifiedName).inserted { all.append(global) }
  }
}
