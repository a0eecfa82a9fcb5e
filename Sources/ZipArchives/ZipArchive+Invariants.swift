extension ZipArchive {
  /// Stops if the members of a directory that was accepted overlap each other or the directory; checks only where assertions
  /// are on, as they are in the tests.
  @inline(__always)
  func checkInvariants() {
    assert(brokenInvariant == nil, brokenInvariant ?? "")
  }

  private var brokenInvariant: String? {
    var end = 0
    for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      let size = RecordSize.localHeader + member.nameBytes.count + member.compressedSize
      guard member.headerOffset >= end else { return "\(member.name) begins before the end of another member" }
      guard member.headerOffset + size <= member.boundary else { return "\(member.name) reaches beyond its boundary" }
      guard member.boundary <= self.end.directory.lowerBound else { return "\(member.name) reaches into the directory" }
      guard contains(member.name) else { return "\(member.name) is not found by its name" }
      end = member.boundary
    }
    return nil
  }
}
