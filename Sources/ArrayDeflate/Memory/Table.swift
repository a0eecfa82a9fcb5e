internal import PlatformC

/// A table of numbers of fixed size, for inner loops. Bounds are asserted, as in ``ByteView``.
@safe final class Table<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let count: Int
  private let storage: UnsafeMutablePointer<Element>

  /// - Parameter isAligned: Whether it begins at a line of the cache, on which depends how fast it is doubled part by part. (Where all
  ///   tables do, those of the encoder share places of the cache, and small arrays take 1% longer.)
  init(repeating element: Element, count: Int, isAligned: Bool = false) {
    self.count = count
    // Safe: allocated and initialised here, freed in `deinit` only.
    let bytes = max(1, count * MemoryLayout<Element>.stride)
    let memory = unsafe isAligned ? aligned_alloc(64, (bytes + 63) & ~63) : malloc(bytes)
    unsafe storage = memory?.bindMemory(to: Element.self, capacity: count) ?? .allocate(capacity: count)
    unsafe storage.initialize(repeating: element, count: count)
  }

  /// A large table whose bytes are zero: memory that is never used is never taken from the system.
  init(zeros count: Int) {
    self.count = count
    // Safe: as above; elements are numbers, for which zero bytes are a value. Without memory the program ends.
    let bytes = count * MemoryLayout<Element>.stride
    unsafe storage =
      calloc(max(1, bytes), 1)?.bindMemory(to: Element.self, capacity: count) ?? .allocate(capacity: count)
  }

  convenience init(_ elements: [Element], default element: Element) {
    self.init(repeating: element, count: elements.count)
    for index in elements.indices { view[index] = elements[index] }
  }

  deinit {
    // Safe: `Element` needs no deinitialisation.
    unsafe free(storage)
  }

  /// The memory itself; used while the table is alive.
  var memory: UnsafeMutableRawBufferPointer {
    // Safe: all of the storage.
    unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: storage, count: count))
  }

  /// The elements, without reference counting; used while the table is alive.
  // Safe: all of the storage.
  @inline(__always) var view: TableView<Element> { unsafe TableView(base: storage, count: count) }
}

/// The elements of a ``Table``.
@safe struct TableView<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  @inline(__always) init(base: UnsafeMutablePointer<Element>, count: Int) {
    // Safe: the caller's elements, `count` of them.
    unsafe self.base = base
    self.count = count
  }

  @inline(__always) subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      // Safe: `index` is within the table.
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      // Safe: `index` is within the table.
      unsafe base[index] = newValue
    }
  }

  /// Some of the elements, as a view of their own.
  func part(_ range: Range<Int>) -> TableView {
    assert(range.lowerBound >= 0 && range.upperBound <= count)
    // Safe: the range is within the table.
    return unsafe TableView(base: base + range.lowerBound, count: range.count)
  }

  /// Copies the first elements to after themselves.
  @inline(__always) func duplicate(_ first: Int) {
    assert(first >= 0 && 2 * first <= count)
    // Safe: twice as many elements are within the table.
    unsafe (base + first).update(from: base, count: first)
  }

  func fill(_ element: Element, count wanted: Int = .max) {
    // Safe: no more than the whole table.
    unsafe base.update(repeating: element, count: min(count, wanted))
  }

  func fill(_ element: Element, from start: Int, count wanted: Int) {
    assert(start >= 0 && wanted >= 0 && start + wanted <= count)
    // Safe: as many elements are within the table.
    unsafe (base + start).update(repeating: element, count: wanted)
  }

  /// Copies the first elements of another table, all that it has if nothing else is said.
  @inline(__always) func copy(_ other: TableView, count wanted: Int = .max, to start: Int = 0) {
    let copied = min(wanted, other.count)
    assert(start >= 0 && copied <= count - start)
    // Safe: both tables have as many elements, this one from `start` on.
    unsafe (base + start).update(from: other.base, count: copied)
  }
}

extension TableView where Element == UInt16 {
  /// Four neighbouring elements in a word, the first lowest.
  @inline(__always) func four(_ index: Int) -> UInt64 {
    assert(index >= 0 && index + 4 <= count)
    // Safe: the four elements are within the table.
    return unsafe UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
  }

  /// Sets four neighbouring elements to those of a word.
  @inline(__always) func set(four values: UInt64, at index: Int) {
    assert(index >= 0 && index + 4 <= count)
    // Safe: the four elements are within the table.
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: values.littleEndian, as: UInt64.self)
  }

  /// Sixteen neighbouring elements, as signed numbers.
  @inline(__always) func sixteen(_ index: Int) -> SIMD16<Int16> {
    assert(index >= 0 && index + 16 <= count)
    // Safe: the sixteen elements are within the table.
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Int16>.self)
  }

  @inline(__always) func set(sixteen values: SIMD16<Int16>, at index: Int) {
    assert(index >= 0 && index + 16 <= count)
    // Safe: the sixteen elements are within the table.
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: values, as: SIMD16<Int16>.self)
  }
}

extension TableView where Element == UInt32 {
  /// Eight neighbouring elements.
  @inline(__always) func eight(_ index: Int) -> SIMD8<UInt32> {
    assert(index >= 0 && index + 8 <= count)
    // Safe: the eight elements are within the table.
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: SIMD8<UInt32>.self)
  }

  /// Adds to eight neighbouring elements.
  @inline(__always) func add(_ values: SIMD8<UInt32>, at index: Int) {
    let sum = eight(index) &+ values
    // Safe: the eight elements are within the table, as `eight` asserts.
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: sum, as: SIMD8<UInt32>.self)
  }

  /// Whether eight neighbouring elements are zero: most symbols do not occur in small arrays, and are passed over together.
  @inline(__always) func areZero(_ index: Int) -> Bool {
    assert(index >= 0 && index + 8 <= count)
    // Safe: the eight elements are within the table.
    let words = unsafe UnsafeRawPointer(base + index).loadUnaligned(as: SIMD4<UInt64>.self)
    return words[0] | words[1] | words[2] | words[3] == 0
  }
}

extension TableView where Element == UInt8 {
  /// Whether eight neighbouring elements are zero.
  @inline(__always) func areZero(_ index: Int) -> Bool {
    assert(index >= 0 && index + 8 <= count)
    // Safe: the eight elements are within the table.
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self) == 0
  }

  /// Sets eight neighbouring elements to one value.
  @inline(__always) func set(eight value: UInt8, at index: Int) {
    assert(index >= 0 && index + 8 <= count)
    // Safe: the eight elements are within the table.
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(
      of: UInt64(value) &* 0x0101_0101_0101_0101, as: UInt64.self)
  }
}

extension TableView where Element == Int32 {
  /// Sets four neighbouring elements.
  @inline(__always) func set(four values: SIMD4<Int32>, at index: Int) {
    assert(index >= 0 && index + 4 <= count)
    // Safe: the four elements are within the table.
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: values, as: SIMD4<Int32>.self)
  }

  /// Four neighbouring elements.
  @inline(__always) func four(_ index: Int) -> SIMD4<Int32> {
    assert(index >= 0 && index + 4 <= count)
    // Safe: the four elements are within the table.
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: SIMD4<Int32>.self)
  }
}
