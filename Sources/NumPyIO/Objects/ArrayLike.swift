internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonPickle

extension PickleValue {
  /// What `np.array` makes of a number, a text, or a list of these; `nil` where that is an array of objects, or an error.
  ///
  /// - Throws: ``FormatError`` with code `limitExceeded` for texts that take far more as an array than one by one.
  func arrayLike() throws(FormatError) -> AnyNDArray? {
    var leaves = ArrayLeaves()
    guard leaves.collect(self, axis: 0), leaves.shape.reduce(1, *) == leaves.items.count, let dtype = leaves.dtype
    else {
      return nil
    }
    try leaves.requireProportion(dtype)
    return try FormatError.wrapping(.badValue, file: nil) { () throws(ArrayError) in
      guard !leaves.items.isEmpty else { return try AnyNDArray(zeros: leaves.shape, dtype: dtype) }
      return try ObjectArray.of(leaves.items, shape: leaves.shape).asType(dtype)
    }
  }
}

/// The numbers or texts of nested lists, and the shape that they have.
private struct ArrayLeaves {
  enum Kind: Int {
    case bool, integer, unsigned, float, complex, text, bytes
  }

  private(set) var items: [PickleValue] = []
  private(set) var shape: [Int] = []
  private var kind: Kind?
  private var hasNegative = false

  /// As many leaves are taken: lists may be shared.
  private static let most = 1 << 24

  /// The dtype that NumPy finds for all of them.
  var dtype: DType? {
    switch kind {
    case .bool?: return .bool
    case .integer?: return .int64
    case .unsigned?: return hasNegative ? nil : .uint64
    case .float?: return .float64
    case .complex?: return .complex128
    case .text?: return .string(width)
    case .bytes?: return .bytes(max(1, items.map { $0.bytes?.count ?? 0 }.max() ?? 1))
    case nil: return shape.isEmpty ? nil : .float64
    }
  }

  /// The code points of the longest text, at least one. No text has more of them than bytes.
  private var width: Int {
    var width = 1
    for item in items {
      guard let text = item.pickleString, text.utf8Count > width else { continue }
      width = max(width, text.codePoints.count)
    }
    return width
  }

  /// The bytes of all texts, of those that stand several times once, and of the references to them.
  private var byteCount: Int {
    var byteCount = 8 * items.count
    var met: Set<UInt> = []
    for item in items {
      if let text = item.pickleString {
        if met.insert(text.identity).inserted { byteCount += text.utf8Count }
      } else if case .bytes(let bytes) = item, met.insert(bytes.identity).inserted {
        byteCount += bytes.count
      }
    }
    return byteCount
  }

  /// Makes sure that not a few bytes, by a long text or one that is shared, stand for a large array.
  func requireProportion(_ dtype: DType) throws(FormatError) {
    guard kind == .text || kind == .bytes else { return }
    if let excess = TextArrayLimit.excess(items.count, dtype.itemSize, of: { byteCount }) {
      throw FormatError(.limitExceeded, excess)
    }
    // On their way the texts are code points of four bytes.
    let size = items.count * dtype.itemSize
    if size > TextArrayLimit.alwaysAllowed { try MemoryBudget().requireRoom(for: 6 * size) }
  }

  /// Takes the leaves of a value that stands at an axis; `false` if there is no such array.
  mutating func collect(_ value: PickleValue, axis: Int) -> Bool {
    if let list = value.items {
      guard axis < Layout.maxAxes, items.count < ArrayLeaves.most else { return false }
      if axis == shape.count {
        // All axes are known when the first leaf has come.
        guard items.isEmpty else { return false }
        shape.append(list.count)
      } else if shape[axis] != list.count {
        return false
      }
      return list.allSatisfy { collect($0, axis: axis + 1) }
    }
    guard axis == shape.count, let found = ArrayLeaves.kind(of: value) else { return false }
    if let int = value.int, int < 0 { hasNegative = true }
    // A few bytes can stand for billions of leaves.
    guard !items.isEmpty || Layout.elementCount(shape).map({ $0 <= ArrayLeaves.most }) ?? false else { return false }
    items.append(value)
    guard let known = kind else {
      kind = found
      return true
    }
    // Texts and numbers together would be texts, which nobody means.
    let isText = found.rawValue >= Kind.text.rawValue
    guard isText == (known.rawValue >= Kind.text.rawValue), !isText || found == known else { return false }
    if found.rawValue > known.rawValue { kind = found }
    return true
  }

  private static func kind(of value: PickleValue) -> Kind? {
    switch value {
    case .bool: return .bool
    case .int: return .integer
    case .bigInt(let integer):
      return integer.byteCount == 9 && integer.twosComplement[8] == 0 ? .unsigned : nil
    case .float: return .float
    case .complex: return .complex
    case .string: return .text
    case .bytes: return .bytes
    case .object:
      guard let array = (try? value.array()) ?? nil, array.shape.isEmpty else { return nil }
      // Of other dtypes it would not keep its own.
      switch array.dtype {
      case .bool: return .bool
      case .int64: return .integer
      case .uint64: return .unsigned
      case .float64: return .float
      default: return nil
      }
    default: return nil
    }
  }
}
