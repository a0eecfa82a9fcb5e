package import ByteIO
package import NDArrays
package import PythonPickle

// NumPy's dtype objects in pickles: `numpy.dtype(code, False, True)` with a state tuple.

extension DType {
  /// Whether NumPy has only one object for the dtype.
  private var isSingleton: Bool {
    guard structureIsPlain, isNative else { return false }
    switch kind {
    case .bool, .signedInteger, .unsignedInteger, .float, .complex, .object: return true
    default: return false
    }
  }

  private var structureIsPlain: Bool { fields == nil && subarray == nil }

  /// NumPy's `dtype.flags`: what an element needs of the interpreter.
  private var pickleFlags: Int {
    if let fields {
      return fields.reduce(16 | (isAlignedStruct ? 128 : 0)) { $0 | ($1.dtype.pickleFlags & 27) }
    }
    if let subarray { return subarray.dtype.pickleFlags }
    switch kind {
    case .object: return 63
    case .string: return 8
    default: return 0
    }
  }

  /// The object that NumPy pickles a dtype as.
  package func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    guard isSingleton else { return try makePickleValue(in: context) }
    return try context.singleton(notation) { () throws(FormatError) in try makePickleValue(in: context) }
  }

  private func makePickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    let size = kind == .string ? itemSize / 4 : itemSize
    let code = PickleString("\(kind.rawValue)\(size)", isShared: false)
    let hasSize = !structureIsPlain || kind == .string || kind == .bytes || kind == .void
    var subarrayValue = PickleValue.none
    var names = PickleValue.none
    var fieldsValue = PickleValue.none
    if let subarray {
      subarrayValue = .tuple([
        try subarray.dtype.pickleValue(in: context), .tuple(subarray.shape.map { .int($0) }),
      ])
    }
    if let fields {
      let dict = PickleDict()
      var nameValues: [PickleValue] = []
      for field in fields {
        let name = PickleValue.string(field.name)
        nameValues.append(name)
        var parts = [try field.dtype.pickleValue(in: context), .int(field.offset)]
        let title = field.title.map { PickleValue.string($0) }
        if let title { parts.append(title) }
        let entry = PickleValue.tuple(parts)
        try dict.set(name, to: entry)
        if let title { try dict.set(title, to: entry) }
      }
      names = .tuple(nameValues)
      fieldsValue = .dict(dict)
    }
    var state: [PickleValue] = [
      .int(3), .string(byteOrder.rawValue), subarrayValue, names, fieldsValue, .int(hasSize ? itemSize : -1),
      .int(hasSize ? alignment : -1), .int(pickleFlags),
    ]
    if let dateUnit {
      state[0] = .int(4)
      let unit = Array(dateUnit.unit.rawValue.utf8)
      state.append(
        .tuple([
          NumPyModules(context) == .numpy1 ? .dict(PickleDict()) : .none,
          .tuple([
            .bytes(PickleBytes(unit, isShared: unit.count == 1)), .int(dateUnit.count), .int(1), .int(1),
          ]),
        ]))
    }
    let arguments = PickleTuple([.string(code), .bool(false), .bool(true)])
    return .object(
      PickleObject(.reduce(callable: .global("numpy", "dtype"), arguments: arguments), state: .tuple(state)))
  }

  /// The dtype that a pickled object represents.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a state that NumPy would refuse, `unsupported` for dtypes
  ///   that are not arrays of bytes (`StringDType`).
  package init(pickled value: PickleValue) throws(FormatError) {
    var decoder = PickledDTypes()
    self = try decoder.dtype(of: value, depth: 0)
  }
}

/// Decodes the dtype objects of a pickle, each once however often it is referred to.
///
/// A dtype whose fields share one type, whose fields share one type, and so on, doubles with each level, as soon as
/// anybody walks through it to print or compare it: so the number of nested types that sharing adds has a limit.
private struct PickledDTypes {
  /// How many types the references to types that have been decoded may add, counted with all that nest in them.
  private static let sharedLimit = 1 << 16

  private var decoded: [ObjectIdentifier: (dtype: DType, count: Int)] = [:]
  private var sharedCount = 0
  /// The limit that was exceeded, which the errors of arrays have no code for.
  private var exceeded: FormatError?
  /// How many types have been decoded, those that are shared counted each time.
  private var count = 0

  mutating func dtype(of value: PickleValue, depth: Int) throws(FormatError) -> DType {
    guard let object = value.object else { return try decode(value, depth) }
    if let known = decoded[ObjectIdentifier(object)] {
      // Plain types add nothing to walk through but the field itself.
      if known.count > 1 { sharedCount += known.count }
      count += known.count
      guard sharedCount <= PickledDTypes.sharedLimit else {
        throw FormatError(
          .limitExceeded, "a pickled dtype shares types that nest: more than \(PickledDTypes.sharedLimit) in all")
      }
      return known.dtype
    }
    let before = count
    let dtype = try decode(value, depth)
    count += 1
    decoded[ObjectIdentifier(object)] = (dtype, count - before)
    return dtype
  }

  private mutating func decode(_ value: PickleValue, _ depth: Int) throws(FormatError) -> DType {
    func bad(_ message: String) -> FormatError { FormatError(.malformed, "a pickled dtype: \(message)") }
    guard depth < 64 else { throw FormatError(.limitExceeded, "a pickled dtype nests deeper than 64") }
    guard let object = value.object, object.isCall("numpy", "dtype") else {
      throw FormatError(.unsupported, "no dtype, or one that is not supported: \(value.repr(limit: 80))")
    }
    let state = object.state?.tuple
    if let state, state.count < 5 || state.count > 9 { throw bad("a state of \(state.count) items") }
    // Up to version 1 the state had no names; 2 to 4 have them after the subarray.
    let base: DType
    let hasNames = (state?.count ?? 0) > 5
    func part(_ index: Int) -> PickleValue {
      guard let state, index < state.count else { return .none }
      return state[index]
    }
    let size = part(hasNames ? 5 : 3).int ?? -1
    let fields = part(hasNames ? 4 : 3)
    if let code = PickledArray.text(object.arguments.first ?? .none) {
      do throws(ArrayError) { base = try DType(code) } catch { throw bad(error.message) }
    } else if object.arguments.first?.global?.name == "record", size >= 0, size <= Int(Int32.max) {
      base = .void(size)
    } else {
      throw bad("an unknown type")
    }
    let order = PickledArray.text(part(1)) ?? "|"
    do throws(ArrayError) {
      if let parts = part(2).items, hasNames, parts.count == 2 {
        let element = try inner(parts[0], depth)
        let shape = parts[1].int.map { [$0] } ?? parts[1].items?.map { $0.int ?? -1 } ?? [-1]
        return try DType.subarray(of: element, shape: shape)
      }
      if hasNames, let names = part(3).items, let dict = fields.dict {
        return try structured(names, dict, size: size, isAligned: (part(7).int ?? 0) & 128 != 0, depth)
      }
    } catch { throw exceeded ?? bad(error.message) }
    if base.kind == .datetime || base.kind == .timedelta {
      let unit = try PickledDTypes.dateUnit(part(8))
      let dtype = base.kind == .datetime ? DType.datetime(unit) : DType.timedelta(unit)
      return dtype.withByteOrder(order == ">" ? .big : .little)
    }
    switch order {
    case ">": return base.withByteOrder(.big)
    case "<": return base.withByteOrder(.little)
    default: return base
    }
  }

  private mutating func inner(_ value: PickleValue, _ depth: Int) throws(ArrayError) -> DType {
    do throws(FormatError) { return try dtype(of: value, depth: depth + 1) } catch {
      if error.code == .limitExceeded { exceeded = error }
      throw ArrayError(.badDType, error.message)
    }
  }

  private mutating func structured(
    _ names: [PickleValue], _ dict: PickleDict, size: Int, isAligned: Bool, _ depth: Int
  ) throws(ArrayError) -> DType {
    var fields: [DType.Field] = []
    for name in names {
      guard let text = PickledArray.text(name), let parts = dict[name]?.items, parts.count >= 2,
        let offset = parts[1].int
      else { throw ArrayError(.badDType, "a field without a type and an offset") }
      let title = parts.count > 2 ? PickledArray.text(parts[2]) : nil
      fields.append(DType.Field(text, try inner(parts[0], depth), offset: offset, title: title))
    }
    return try DType.structured(fields: fields, itemSize: size, isAligned: isAligned)
  }

  private static func dateUnit(_ value: PickleValue) throws(FormatError) -> DateUnit {
    guard let parts = value.items, parts.count == 2, let unit = parts[1].items, unit.count >= 2,
      let name = PickledArray.text(unit[0]), let count = unit[1].int, count > 0
    else { return .generic }
    guard let known = DateUnit.Unit(rawValue: name) else {
      throw FormatError(.malformed, "a pickled dtype: an unknown unit \(name)")
    }
    // NumPy keeps the count in a C `int`.
    guard count <= Int(Int32.max) else {
      throw FormatError(.malformed, "a pickled dtype: \(count) \(name) are more than a unit's count can be")
    }
    return DateUnit(known, count: count)
  }
}
