internal import CNumPyIOKernels

/// A value that has an identity and may hold others.
///
/// Freeing a chain of a hundred thousand nested lists by plain reference counting would call as many destructors
/// within each other. Each node instead hands what it holds to `PickleNode.release(_:)`, which works it off in a
/// loop.
public class PickleNode {
  /// The pickler that has written the node last, and the node's place in that one's memo: found without a search. Unchecked, as
  /// in ``PickleList``.
  @exclusivity(unchecked) private var memoOwner: UInt64 = 0
  @exclusivity(unchecked) private var memoIndex: Int32 = 0

  init() {}

  /// The node's place in the memo of a pickler; `nil` if it has none.
  @inline(__always)
  final func memoPlace(for pickler: UInt64) -> Int? {
    // Safe: no access contains another.
    unsafe memoOwner == pickler ? Int(unsafe memoIndex) : nil
  }

  /// Notes the node's place in the memo of a pickler.
  @inline(__always)
  final func noteMemo(_ place: Int, for pickler: UInt64) {
    // Safe: as above.
    unsafe memoOwner = pickler
    unsafe memoIndex = Int32(truncatingIfNeeded: place)
  }

  /// Moves the containers that only this node may hold to `pending` and forgets all it holds.
  func surrender(to pending: inout [PickleValue]) {}

  /// Forgets all that the node holds.
  func forget() {}

  /// Calls what ends values, unless as many destructors run within each other on this thread as may.
  ///
  /// - Returns: Whether it was called.
  @inline(__always)
  static func isShallow(_ ending: () -> Void) -> Bool {
    guard npyio_enter_destructor() != 0 else { return false }
    ending()
    npyio_leave_destructor()
    return true
  }

  /// Frees what a node holds that ends, as ``release(_:)`` does.
  static func end(_ node: PickleNode) {
    if isShallow({ node.forget() }) { return }
    var pending: [PickleValue] = []
    node.surrender(to: &pending)
    drain(&pending)
  }

  /// Frees values: destructors within each other to a certain depth, below it without recursion, as what nobody else holds
  /// is taken apart first.
  static func release(_ values: inout [PickleValue]) {
    if isShallow({ values = [] }) { return }
    guard values.contains(where: \.isContainer) else { return }
    var pending: [PickleValue] = []
    moveContainers(of: &values, to: &pending)
    drain(&pending)
  }

  static func drain(_ pending: inout [PickleValue]) {
    while !pending.isEmpty {
      guard var node = takeNode(pending.removeLast()) else { continue }
      if isKnownUniquelyReferenced(&node) { node.surrender(to: &pending) }
    }
  }

  static func moveContainers(of values: inout [PickleValue], to pending: inout [PickleValue]) {
    for value in values where value.isContainer { pending.append(value) }
    values = []
  }

  /// The node of a value that ends with this call, so that the result may be the last reference.
  @inline(never)
  private static func takeNode(_ value: consuming PickleValue) -> PickleNode? { value.node }
}

/// A Python complex number, which Python's pickler remembers by identity.
public final class PickleComplex: Sendable {
  /// The real part.
  public let real: Double
  /// The imaginary part.
  public let imaginary: Double

  /// A complex number of its two parts: Python's `complex(real, imaginary)`.
  public init(_ real: Double, _ imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }
}

/// A reference to something outside the pickle (`persistent_id`).
public final class PicklePersistentID: PickleNode {
  /// What names the thing: a string at protocol 0, anything later.
  public private(set) var id: PickleValue

  /// A reference by an id.
  public init(_ id: PickleValue) {
    self.id = id
    super.init()
  }

  deinit {
    var held = [id]
    id = .none
    PickleNode.release(&held)
  }

  override func surrender(to pending: inout [PickleValue]) {
    if id.isContainer { pending.append(id) }
    id = .none
  }
}

/// A buffer that travels beside the pickle (protocol 5, out of band).
public final class PickleBuffer {
  /// The bytes, which the buffer shares and does not copy.
  public let memory: PickleMemory
  /// Whether Python sees the buffer as read-only.
  public let isReadOnly: Bool

  /// A buffer over memory.
  public init(_ memory: PickleMemory, isReadOnly: Bool = false) {
    self.memory = memory
    self.isReadOnly = isReadOnly
  }
}
