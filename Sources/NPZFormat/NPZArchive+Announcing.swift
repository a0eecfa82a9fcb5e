package import ByteIO
internal import ZipArchives

// What sources are told of each of whose reads costs a round trip.
extension NPZArchive {
  /// Has a source each of whose reads costs a round trip fetch the beginnings of all members together, before their headers
  /// are asked for one by one.
  package func prepareHeaders() throws(FormatError) {
    guard zip.source.seekCost == .perRead, zip.members.count > 1 else { return }
    // A header, and what most readers ask for of the member itself.
    try zip.source.willRead(
      zip.members.map {
        $0.headerOffset..<($0.headerOffset + $0.nameBytes.count + Swift.min($0.compressedSize, 4096) + 256)
      })
  }

  /// Has a source each of whose reads costs a round trip fetch all of some members, which follow each other, while they are
  /// read.
  func prepareAll(of members: [ZipMember]) throws(FormatError) {
    guard zip.source.seekCost == .perRead, let start = members.map(\.headerOffset).min() else { return }
    var end = 0
    for member in members {
      // How long the member's own header is it says itself: seldom more than this beyond its name.
      let size = try 256.checkedAdding(member.nameBytes.count).checkedAdding(member.compressedSize)
      end = Swift.max(end, try member.headerOffset.checkedAdding(size))
    }
    try zip.source.willRead([start..<end])
  }
}
