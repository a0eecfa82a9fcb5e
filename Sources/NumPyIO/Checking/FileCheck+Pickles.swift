internal import ByteIO

extension FileCheck {
  /// Names what a pickle would call, without calling it.
  mutating func checkPickle(_ source: any ByteSource) throws(FormatError) {
    throw FormatError(.unsupported, "pickles cannot be checked yet", file: source.name)
  }

  /// The pickle within an array of objects.
  mutating func checkObjects(_ file: NPYFile, member: String?) throws(FormatError) {
    throw FormatError(.unsupported, "the elements are Python objects", file: file.source.name, member: member)
  }
}
