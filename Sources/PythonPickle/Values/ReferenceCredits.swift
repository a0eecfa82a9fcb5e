internal import CNumPyIOKernels

// References that are counted, and given back, many at a time: a change of a count is an atomic operation, which costs more than
// all else that is done with a short string.

/// References to few objects that are asked for many times, counted in advance.
@safe struct ReferenceCredits: ~Copyable {
  @unsafe private struct Entry {
    /// Only compared, unless references are left.
    var object: UnsafeMutableRawPointer?
    /// How many references have been counted and not been handed out.
    var left: UInt32 = 0
    /// How many to count the next time.
    var step: UInt32 = 0
  }

  /// Made when it is needed.
  private var entries: UnsafeMutablePointer<Entry>?
  private static let entryCount = 16
  private static let largestStep: UInt32 = 4096

  init() {}

  deinit {
    // Safe: memory of this value's own, all of it initialised.
    guard let entries = unsafe entries else { return }
    for place in 0..<ReferenceCredits.entryCount { unsafe ReferenceCredits.end(entries[place]) }
    unsafe entries.deallocate()
  }

  private static func end(_ entry: Entry) {
    // Safe: as many references have been counted, and nobody else has them.
    if let object = unsafe entry.object, unsafe entry.left > 0 { unsafe npyio_release(object, entry.left) }
  }

  /// Counts a reference to an object that lives.
  @inline(__always)
  mutating func take(_ object: UnsafeMutableRawPointer) {
    let bits = UInt(bitPattern: object)
    let place = Int((bits >> 4 ^ bits >> 9) & UInt(ReferenceCredits.entryCount - 1))
    // Safe: the place is one of the entries; an object of which references are left lives.
    guard let entry = unsafe entries.map({ unsafe $0 + place }), unsafe entry.pointee.object == object,
      unsafe entry.pointee.left > 0
    else { return unsafe count(object, at: place) }
    unsafe entry.pointee.left -= 1
  }

  @inline(never)
  private mutating func count(_ object: UnsafeMutableRawPointer, at place: Int) {
    // Safe: the memory has as many entries, and the caller's object lives. What is counted is handed out, or given back at the end.
    if unsafe entries == nil {
      let new = UnsafeMutablePointer<Entry>.allocate(capacity: ReferenceCredits.entryCount)
      unsafe new.initialize(repeating: Entry(), count: ReferenceCredits.entryCount)
      unsafe entries = new
    }
    guard let entry = unsafe entries.map({ unsafe $0 + place }) else { return }
    let known = unsafe entry.pointee
    if unsafe known.object == object {
      let step = unsafe known.step
      unsafe npyio_retain(object, step + 1)
      unsafe entry.pointee = Entry(object: object, left: step, step: min(ReferenceCredits.largestStep, 2 * step + 1))
    } else {
      unsafe ReferenceCredits.end(known)
      unsafe npyio_retain(object, 1)
      unsafe entry.pointee = Entry(object: object, left: 0, step: 1)
    }
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
