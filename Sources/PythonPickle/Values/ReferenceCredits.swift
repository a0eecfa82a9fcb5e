internal import CNumPyIOKernels

// References that are counted, and given back, many at a time: a change of a count is an atomic operation, which costs more than
// all else that is done with a short string.

/// Values of the memo that are asked for many times: their references are counted in advance.
@safe struct RecalledValues: ~Copyable {
  /// What the memory of a ``PickleValue`` holds.
  struct Bits: BitwiseCopyable {
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  @unsafe private struct Entry {
    var bits = Bits()
    /// The index in the memo; -1 for none.
    var index = -1
    /// How many references have been counted and not been handed out.
    var left: UInt32 = 0
    /// How many to count the next time.
    var step: UInt32 = 0
    var object: UnsafeMutableRawPointer?
  }

  /// Made when it is needed.
  private var entries: UnsafeMutablePointer<Entry>?
  private static let entryCount = 64
  private static let largestStep: UInt32 = 4096

  init() {}

  deinit {
    // Safe: memory of this value's own, all of it initialised.
    guard let entries = unsafe entries else { return }
    for place in 0..<RecalledValues.entryCount { unsafe RecalledValues.end(entries[place]) }
    unsafe entries.deallocate()
  }

  private static func end(_ entry: Entry) {
    // Safe: as many references have been counted, and nobody else has them.
    if let object = unsafe entry.object, unsafe entry.left > 0 { unsafe npyio_release(object, entry.left) }
  }

  @inline(__always)
  private static func place(of index: Int) -> Int { index & (entryCount - 1) }

  /// Pushes the value of an index, if references to it are left.
  @inline(__always)
  mutating func push(_ index: Int, to stack: inout ValueStack) -> Bool {
    // Safe: the place is one of the entries. Of an object of which references are left one is handed out.
    guard let entries = unsafe entries else { return false }
    let entry = unsafe entries + RecalledValues.place(of: index)
    guard unsafe entry.pointee.index == index, unsafe entry.pointee.left > 0 else { return false }
    unsafe entry.pointee.left -= 1
    unsafe stack.push(bits: entry.pointee.bits)
    return true
  }

  /// Pushes the value of an index from its place in the memo, and counts more references than the last time.
  @inline(never)
  mutating func pushFirst(_ index: Int, _ memo: borrowing ValueStack, _ place: Int, to stack: inout ValueStack) {
    stack.push(memo[place])
    guard let object = unsafe memo[place].referenced else { return }
    // Safe: the memory has as many entries. What is counted of the object, which lives, is handed out, or given back at the end.
    if unsafe entries == nil {
      let new = UnsafeMutablePointer<Entry>.allocate(capacity: RecalledValues.entryCount)
      unsafe new.initialize(repeating: Entry(), count: RecalledValues.entryCount)
      unsafe entries = new
    }
    guard let entry = unsafe entries.map({ unsafe $0 + RecalledValues.place(of: index) }) else { return }
    guard unsafe entry.pointee.index == index else {
      unsafe RecalledValues.end(entry.pointee)
      unsafe entry.pointee = Entry(index: index, step: 1)
      return
    }
    let step = unsafe entry.pointee.step
    unsafe npyio_retain(object, step)
    let more = min(RecalledValues.largestStep, 2 * step + 1)
    unsafe entry.pointee = Entry(bits: memo.bits(at: place), index: index, left: step, step: more, object: object)
  }

  /// Forgets the value of an index, as another takes its place.
  mutating func forget(_ index: Int) {
    // Safe: the place is one of the entries, which ends here.
    guard let entries = unsafe entries else { return }
    let entry = unsafe entries + RecalledValues.place(of: index)
    guard unsafe entry.pointee.index == index else { return }
    unsafe RecalledValues.end(entry.pointee)
    unsafe entry.pointee = Entry()
  }
}

/// References that have ended, collected by object.
@safe struct EndedReferences: ~Copyable {
  private let entries: UnsafeMutablePointer<(object: UnsafeMutableRawPointer?, count: UInt32)>
  private static let entryCount = 16

  init() {
    // Safe: memory of this value's own, all of it set at once, and given back when it ends.
    unsafe entries = .allocate(capacity: EndedReferences.entryCount)
    unsafe entries.initialize(repeating: (nil, 0), count: EndedReferences.entryCount)
  }

  deinit {
    // Safe: as in `init`; the references have been handed over by whoever had them.
    for place in 0..<EndedReferences.entryCount {
      if let object = unsafe entries[place].object { unsafe npyio_release(object, entries[place].count) }
    }
    unsafe entries.deallocate()
  }

  /// Takes over a reference, which must be none of an object that ends others.
  @inline(__always)
  mutating func add(_ object: UnsafeMutableRawPointer) {
    let bits = UInt(bitPattern: object)
    let entry = unsafe entries + Int((bits >> 4 ^ bits >> 9) & UInt(EndedReferences.entryCount - 1))
    // Safe: one of the entries.
    if unsafe entry.pointee.object == object, unsafe entry.pointee.count < .max {
      unsafe entry.pointee.count += 1
    } else {
      if let other = unsafe entry.pointee.object { unsafe npyio_release(other, entry.pointee.count) }
      unsafe entry.pointee = unsafe (object, 1)
    }
  }
}
