/// How hard to look for redundancy, and whose bytes to write.
public enum DeflateLevel: String, Sendable, Hashable, CaseIterable {
  /// As fast as it goes: one greedy pass that knows the items.
  case fast
  /// Mostly far faster than NumPy, and about as small.
  case `default`
  /// The smallest: all matches, optimal parsing with real costs; 2 to 50 MB/s a core where anything repeats.
  case best
  /// Stock zlib at level 6 in one stream: the bytes that `numpy.savez_compressed` writes. One core, no segments.
  case zlib
}
