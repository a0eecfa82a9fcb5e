/// Finds earlier occurrences: for each of several context lengths a table that holds the latest place of every
/// hash of so many bytes.
///
/// The latest place with the same context of `c` bytes is the nearest match of at least `c` bytes; so a few
/// lengths of context, one probe each, come close to what long chains or trees give: for each length of match the
/// nearest, which is the cheapest. The cost does not depend on the data.
struct ContextTables {
  /// The most candidates for one place.
  static let most = 12
  private static let hashBits = 16
  private let tables: Table<UInt16>
  private let lengths: Table<Int32>
  private let most: Int
  /// How many of the tables are in use.
  private var count: Int
  // At which offsets within an item each table is used: bit `position & 63` of a mask that repeats every item.
  private let masks: Table<UInt64>
  private var anyMask: UInt64 = 0

  /// - Parameter contexts: Context lengths, ascending: up to 8, or 12, 16, 24, 32.
  init(most: Int) {
    self.most = most
    count = 0
    lengths = Table(repeating: 0, count: most)
    masks = Table(repeating: 0, count: most)
    tables = Table(repeating: 0, count: most << ContextTables.hashBits)
  }

  /// A context and where within an item it is looked for.
  struct Context {
    var length: Int
    /// Bit `position % 64`.
    var mask: UInt64 = .max

    /// A context at some offsets of items of 1, 2, 4, 8 ... 64 bytes.
    init(_ length: Int, at offsets: [Int]? = nil, of itemSize: Int = 1) {
      self.length = length
      guard let offsets, itemSize > 1, 64 % itemSize == 0 else { return }
      mask = 0
      for offset in offsets {
        for place in stride(from: offset % itemSize, to: 64, by: itemSize) { mask |= 1 << UInt64(place) }
      }
    }
  }

  /// Sets the contexts and forgets what the tables hold.
  mutating func prepare(_ contexts: [Context]) {
    count = min(most, contexts.count)
    anyMask = 0
    for index in 0..<count {
      lengths.view[index] = Int32(contexts[index].length)
      masks.view[index] = contexts[index].mask
      anyMask |= contexts[index].mask
    }
  }

  /// Whether any context is looked for at a place.
  @inline(__always) func looks(at position: Int) -> Bool { anyMask &>> UInt64(position & 63) & 1 != 0 }

  func clear() { tables.view.fill(0, count: count << ContextTables.hashBits) }

  /// Puts a place into all tables, and hands the earlier places of the same contexts to `body`, shortest context
  /// first. `position + 32` must lie within the input.
  @inline(__always)
  func visit(_ input: InputBytes, _ position: Int, _ body: (_ earlier: Int) -> Void) {
    let (tables, lengths, masks) = (tables.view, lengths.view, masks.view)
    let word = input.load64(position)
    let k = 0x9E37_79B9_7F4A_7C15 as UInt64
    var index = 0
    var base = 0
    while index < count {
      defer {
        index &+= 1
        base &+= 1 &<< ContextTables.hashBits
      }
      if masks[index] &>> UInt64(position & 63) & 1 == 0 { continue }
      let context = Int(lengths[index])
      var hash: UInt64
      if context <= 8 {
        hash = (word &<< UInt64(64 &- 8 &* context)) &* k
      } else {
        // The last eight bytes of the context, and what lies between.
        hash = word &* k ^ (input.load64(position &+ context &- 8) &* 0xC2B2_AE3D_27D4_EB4F)
        hash = (hash ^ hash &>> 29) &* k
        if context > 16 {
          hash ^= input.load64(position &+ 8) &* 0x1656_67B1_9E37_79F9
          if context > 24 { hash ^= input.load64(position &+ 16) &* 0x85EB_CA77_C2B2_AE63 }
          hash = (hash ^ hash &>> 31) &* k
        }
      }
      let slot = base &+ Int(hash &>> UInt64(64 &- ContextTables.hashBits))
      let distance = Int(UInt16(truncatingIfNeeded: position) &- tables[slot])
      tables[slot] = UInt16(truncatingIfNeeded: position)
      if distance > 0, distance <= DeflateAlphabet.maxDistance, distance <= position {
        body(position &- distance)
      }
    }
  }
}
