internal import CNumPyIOKernels
internal import ReusedMemory

/// A stack of values in memory of its own, off which they are moved, not copied: counting references is most of what a small
/// value costs.
@safe struct ValueStack: ~Copyable {
  /// `capacity` places, of which the first `count` are initialised.
  private var base: UnsafeMutablePointer<PickleValue>
  private var capacity: Int
  private(set) var count = 0

  /// So many values take a scratch block: a stack of that capacity costs next to nothing.
  static let scratchCapacity = ScratchBlock.byteCount / MemoryLayout<PickleValue>.stride

  private static let smallestCapacity = 16

  // Safe: memory of this stack's own, given back when it ends.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = ValueStack.allocate(capacity)
  }

  /// Memory for values: large blocks are kept for the next stack, as their first touch costs more than what is done with them.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<PickleValue> {
    // Safe: as much memory as the values need, bound to their type; `release` gives it back. Of none nothing is read.
    if capacity == 0 { return unsafe UnsafeMutablePointer(bitPattern: MemoryLayout<PickleValue>.alignment)! }
    if capacity == scratchCapacity {
      return unsafe ScratchBlock.take().bindMemory(to: PickleValue.self, capacity: capacity)
    }
    // Not by the cache, which aligns what is small to more than a value needs, at a price.
    if capacity < scratchCapacity { return .allocate(capacity: capacity) }
    return unsafe BufferCache.allocate(capacity * MemoryLayout<PickleValue>.stride)
      .bindMemory(to: PickleValue.self, capacity: capacity)
  }

  // Safe: allocated by `allocate` with the same capacity; no value is left in it.
  private static func release(_ base: UnsafeMutablePointer<PickleValue>, _ capacity: Int) {
    if capacity == scratchCapacity { return unsafe ScratchBlock.giveBack(UnsafeMutableRawPointer(base)) }
    if capacity < scratchCapacity { return capacity == 0 ? () : unsafe base.deallocate() }
    unsafe BufferCache.release(UnsafeMutableRawPointer(base), capacity * MemoryLayout<PickleValue>.stride)
  }

  deinit {
    // Safe: the values are ended, or moved out of the memory, before that is given back.
    if count == 0 { return unsafe ValueStack.release(base, capacity) }
    if !PickleNode.isShallow({ unsafe ValueStack.end(base, count) }) {
      var left = unsafe [PickleValue](unsafeUninitializedCapacity: count) { buffer, filled in
        if let target = buffer.baseAddress { unsafe target.moveInitialize(from: base, count: count) }
        filled = count
      }
      PickleNode.release(&left)
    }
    unsafe ValueStack.release(base, capacity)
  }

  /// Ends values one by one: most are numbers, of which nothing need be ended.
  static func end(_ values: UnsafeMutablePointer<PickleValue>, _ count: Int) {
    if count >= 64 { return unsafe endMany(values, count) }
    for place in 0..<count {
      // Safe: the caller's values are initialised, and end here.
      switch unsafe values[place] {
      case .none, .bool, .int, .float: continue
      // Not by `deinitialize`, which asks the type how.
      default: _ = unsafe (values + place).move()
      }
    }
  }

  /// Ends many values: the references to one block of strings together.
  private static func endMany(_ values: UnsafeMutablePointer<PickleValue>, _ count: Int) {
    var references = EndedReferences()
    for place in 0..<count {
      // Safe: the caller's values are initialised, and end here: each string and bytes by the reference that it is.
      switch unsafe values[place] {
      case .none, .bool, .int, .float: continue
      case .string, .bytes, .byteArray, .bigInt:
        if let block = unsafe values[place].referenced { unsafe references.add(block) }
      default: _ = unsafe (values + place).move()
      }
    }
  }

  @inline(__always)
  mutating func push(_ value: consuming PickleValue) {
    if count == capacity { grow(to: 2 * capacity) }
    // Safe: there is room at `count`, which is not initialised.
    unsafe (base + count).initialize(to: value)
    count += 1
  }

  /// Pushes copies of a value of another stack.
  mutating func push(_ copies: Int, of place: Int, in other: borrowing ValueStack) {
    precondition(place >= 0 && place < other.count && copies >= 0)
    guard let object = unsafe other.base[place].referenced, let references = UInt32(exactly: copies) else {
      for _ in 0..<copies { push(other[place]) }
      return
    }
    if capacity - count < copies { grow(to: max(2 * capacity, count + copies)) }
    // Safe: the place is initialised, and there is room behind `count`. The references that the copies are have been counted.
    unsafe npyio_retain(object, references)
    let target = unsafe UnsafeMutableRawPointer(base + count)
    let stride = MemoryLayout<PickleValue>.stride
    for copy in 0..<copies { unsafe (target + copy * stride).copyMemory(from: other.base + place, byteCount: stride) }
    count += copies
  }

  /// Pushes what a copy of a value's memory holds, with a reference that has been counted.
  @inline(__always)
  @unsafe mutating func push(bits: RecalledValues.Bits) {
    if count == capacity { grow(to: 2 * capacity) }
    // Safe: there is room at `count`, and the bits are those of a value.
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: bits, as: RecalledValues.Bits.self)
    count += 1
  }

  /// What the memory of a value holds; nothing is counted.
  @unsafe func bits(at place: Int) -> RecalledValues.Bits {
    precondition(place >= 0 && place < count)
    // Safe: the place holds a value, whose memory goes up to the next.
    return unsafe UnsafeRawPointer(base + place).load(as: RecalledValues.Bits.self)
  }

  @inline(never)
  private mutating func grow(to least: Int) {
    let wanted = max(least, ValueStack.smallestCapacity)
    // Safe: the values are moved into the new memory, which has room for them.
    let larger = unsafe ValueStack.allocate(wanted)
    unsafe larger.moveInitialize(from: base, count: count)
    unsafe ValueStack.release(base, capacity)
    unsafe base = larger
    capacity = wanted
  }

  /// Moves the last values, of which there are as many, to memory that has room for them.
  @inline(__always)
  @unsafe mutating func move(last moved: Int, to target: UnsafeMutablePointer<PickleValue>) {
    precondition(moved >= 0 && moved <= count)
    count -= moved
    // Safe: the values count no longer; the caller's memory has room. One by one, as they are few.
    for place in 0..<moved { unsafe (target + place).initialize(to: (base + count + place).move()) }
  }

  /// Takes the last value off the stack, which has one.
  @inline(__always)
  mutating func pop() -> PickleValue {
    precondition(count > 0)
    count -= 1
    // Safe: the place was initialised, and counts no longer.
    return unsafe (base + count).move()
  }

  /// The value at a place below `count`.
  @inline(__always)
  subscript(place: Int) -> PickleValue {
    get {
      precondition(place >= 0 && place < count)
      // Safe: checked above.
      return unsafe base[place]
    }
    set {
      precondition(place >= 0 && place < count)
      // Safe: checked above.
      unsafe base[place] = newValue
    }
  }

  /// What a call of the value at a place below `count` is; `nil` for what is no name.
  @inline(__always)
  func call(at place: Int) -> Builtins.Call? {
    precondition(place >= 0 && place < count)
    // Safe: checked above.
    guard case .global(let global) = unsafe base[place] else { return nil }
    // Without a reference of its own: the stack keeps the name.
    return unsafe Unmanaged.passUnretained(global)._withUnsafeGuaranteedRef { $0.call }
  }

  /// The list at a place below `count`, if it is one, without a reference of its own: the stack keeps it.
  @inline(__always)
  func unretainedList(at place: Int) -> Unmanaged<PickleList>? {
    precondition(place >= 0 && place < count)
    // Safe: checked above.
    guard case .list(let list) = unsafe base[place] else { return nil }
    return unsafe Unmanaged.passUnretained(list)
  }

  /// The dictionary at a place below `count`, in the same way.
  @inline(__always)
  func unretainedDict(at place: Int) -> Unmanaged<PickleDict>? {
    precondition(place >= 0 && place < count)
    // Safe: checked above.
    guard case .dict(let dict) = unsafe base[place] else { return nil }
    return unsafe Unmanaged.passUnretained(dict)
  }

  /// Whether Python could hash the value at a place below `count`.
  @inline(__always)
  func isHashable(at place: Int) -> Bool {
    precondition(place >= 0 && place < count)
    // Safe: checked above.
    return unsafe KeyHash.isHashable(base[place])
  }

  /// The last value.
  var last: PickleValue? { count > 0 ? self[count - 1] : nil }

  /// Moves a value out of its place, where `None` is left.
  @inline(__always)
  mutating func take(at place: Int) -> PickleValue {
    precondition(place >= 0 && place < count)
    // Safe: checked above; the place is initialised again at once.
    let value = unsafe (base + place).move()
    unsafe (base + place).initialize(to: .none)
    return value
  }

  /// Takes the values from a place on off the stack.
  mutating func take(from start: Int) -> [PickleValue] {
    precondition(start >= 0 && start <= count)
    let taken = count - start
    count = start
    if taken <= 32 {
      // The array's other initialisers look its type up each time, which costs as much as a short one.
      var values: [PickleValue] = []
      values.reserveCapacity(taken)
      // Safe: as below.
      for place in start..<(start + taken) { values.append(unsafe (base + place).move()) }
      return values
    }
    // Safe: the values from `start` on were initialised, and count no longer.
    return unsafe Array(unsafeUninitializedCapacity: taken) { buffer, filled in
      if let target = buffer.baseAddress { unsafe target.moveInitialize(from: base + start, count: taken) }
      filled = taken
    }
  }

  /// Moves the values from a place on to another stack.
  mutating func move(from start: Int, to other: inout ValueStack) {
    precondition(start >= 0 && start <= count)
    let moved = count - start
    if other.capacity - other.count < moved { other.grow(to: max(2 * other.capacity, other.count + moved)) }
    // Safe: the other stack has room for as many values, and those of this one count no longer.
    unsafe (other.base + other.count).moveInitialize(from: base + start, count: moved)
    other.count += moved
    count = start
  }

  /// Whether every second value from a place on is a string, and no two of these are the same: keys of a small dictionary.
  func hasDistinctTexts(from start: Int) -> Bool {
    precondition(start >= 0 && start <= count)
    for place in stride(from: start, to: count, by: 2) {
      // Safe: initialised values, which the stack keeps alive.
      guard case .string(let key) = unsafe base[place] else { return false }
      for other in stride(from: start, to: place, by: 2) {
        guard case .string(let other) = unsafe base[other] else { return false }
        if unsafe key.object.unretainedIsSame(as: other.object) { return false }
      }
    }
    return true
  }

  /// Forgets the places from one on, of which ``take(at:)`` has taken all values.
  @inline(__always)
  mutating func forget(from start: Int) {
    precondition(start >= 0 && start <= count)
    count = start
  }

  /// Drops the values from a place on.
  mutating func drop(from start: Int) {
    precondition(start >= 0 && start <= count)
    // Safe: the values from `start` on were initialised, and count no longer.
    unsafe ValueStack.end(base + start, count - start)
    count = start
  }
}
