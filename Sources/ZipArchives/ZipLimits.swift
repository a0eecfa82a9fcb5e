public import ByteIO

/// What an archive may claim before it is refused: checked on the directory, before any member is read.
public struct ZipLimits: Sendable, Hashable {
  /// The most members that an archive may have.
  public var members: Int
  /// The most bytes that all members together may declare, uncompressed.
  public var totalBytes: Int
  /// The most bytes that one member may declare, uncompressed.
  public var memberBytes: Int
  /// The most uncompressed bytes for each compressed byte of a member; the method's own bound holds in any case.
  public var ratio: Int
  /// The longest name of a member, in bytes. The format itself ends at 65,535.
  public var nameBytes: Int

  /// Whether archives are read whose records contradict each other where Python's `zipfile` does not look.
  public var isLenient = false
  /// Whether lenient reading has all members of one name, and not only the last.
  package var keepsRepeated = false

  /// Limits that no honest archive meets.
  public static let `default` = ZipLimits()

  /// Makes limits; each that is left out is the default's.
  public init(
    members: Int = 10_000_000, totalBytes: Int = .max, memberBytes: Int = .max, ratio: Int = .max,
    nameBytes: Int = 65_535
  ) {
    self.members = members
    self.totalBytes = totalBytes
    self.memberBytes = memberBytes
    self.ratio = ratio
    self.nameBytes = nameBytes
  }

  /// The limits of an archive within the limits of a load.
  public init(_ limits: LoadLimits) {
    self.init(members: limits.members, totalBytes: limits.archiveBytes)
    isLenient = limits.isLenient
  }
}
