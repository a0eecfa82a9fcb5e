/// A stack of values in memory of its own, off which they are moved, not copied: counting references is most of what a small
/// value costs.
@safe struct ValueStack: ~Copyable {
  /// `capacity` places, of which the first `count` are initialised.
  private var base: UnsafeMutablePointer<PickleValue>
  private var capacity: Int
  private(set) var count = 0

  // Safe: memory of this stack's own, given back when it ends.
  init(capacity: Int = 64) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
  }

  deinit {
    // Safe: the values are ended, or moved out of the memory, before that is given back.
    if !PickleNode.isShallow({ unsafe base.deinitialize(count: count) }) {
      var left = unsafe [PickleValue](unsafeUninitializedCapacity: count) { buffer, filled in
        if let target = buffer.baseAddress { unsafe target.moveInitialize(from: base, count: count) }
        filled = count
      }
      PickleNode.release(&left)
    }
    unsafe base.deallocate()
  }

  @inline(__always)
  mutating func push(_ value: consuming PickleValue) {
    if count == capacity { grow(to: 2 * capacity) }
    // Safe: there is room at `count`, which is not initialised.
    unsafe (base + count).initialize(to: value)
    count += 1
  }

  @inline(never)
  private mutating func grow(to wanted: Int) {
    // Safe: the values are moved into the new memory, which has room for them.
    let larger = UnsafeMutablePointer<PickleValue>.allocate(capacity: wanted)
    unsafe larger.moveInitialize(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity = wanted
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
    // Safe: the values from `start` on were initialised, and count no longer.
    return unsafe Array(unsafeUninitializedCapacity: taken) { buffer, filled in
      if let target = buffer.baseAddress { unsafe target.moveInitialize(from: base + start, count: taken) }
      filled = taken
    }
  }

  /// Moves the values from a place on to the end of an array.
  mutating func move(from start: Int, to array: inout [PickleValue]) {
    if array.isEmpty {
      array = take(from: start)
      return
    }
    precondition(start >= 0 && start <= count)
    let known = array.count
    array.append(contentsOf: repeatElement(.none, count: count - start))
    unsafe array.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      // Safe: the array has just got as many places, whose `None` needs no end; those of the stack count no longer.
      unsafe (target + known).moveInitialize(from: base + start, count: count - start)
    }
    count = start
  }

  /// Drops the values from a place on.
  mutating func drop(from start: Int) {
    precondition(start >= 0 && start <= count)
    // Safe: the values from `start` on were initialised, and count no longer.
    unsafe (base + start).deinitialize(count: count - start)
    count = start
  }
}
