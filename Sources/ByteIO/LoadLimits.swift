/// What a file may ask for before it is refused.
///
/// The limits hold before anything is read or allocated on a file's word. Data that is really there is bounded by
/// its own size; these bound what a file merely claims.
public struct LoadLimits: Sendable, Hashable {
  /// The longest `.npy` header, in characters; NumPy's `max_header_size`. Real CryoSPARC files exceed the default.
  public var headerCharacters: Int
  /// The most bytes that one array may have.
  public var arrayBytes: Int
  /// The most dimensions; NumPy's own limit is 64.
  public var dimensions: Int
  /// The most members of an archive.
  public var members: Int
  /// The most bytes that all members of an archive together may declare.
  public var archiveBytes: Int

  /// Whether headers that break the format's rules are read where their meaning is clear, and zip archives that only
  /// Python's `zipfile` reads.
  public var isLenient = false
  /// Whether headers may name elements that NumPy has no dtype for, as raw bytes: those of ml_dtypes, such as `<f1`.
  public var acceptsForeignElements = false

  /// NumPy's limits: 10,000 header characters and 64 dimensions; arrays as large as the address space.
  public static let `default` = LoadLimits()

  /// Makes limits; each that is left out is NumPy's.
  public init(
    headerCharacters: Int = 10_000, arrayBytes: Int = .max, dimensions: Int = 64, members: Int = 10_000_000,
    archiveBytes: Int = .max
  ) {
    self.headerCharacters = headerCharacters
    self.arrayBytes = arrayBytes
    self.dimensions = min(dimensions, 64)
    self.members = members
    self.archiveBytes = archiveBytes
  }
}
