internal import ByteIO
internal import NDArrays
internal import PythonPickle

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
  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
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
  init(pickled value: PickleValue, depth: Int = 0) throws(FormatError) {
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
        let inner = try DType.inner(parts[0], depth)
        let shape = parts[1].int.map { [$0] } ?? parts[1].items?.map { $0.int ?? -1 } ?? [-1]
        self = try DType.subarray(of: inner, shape: shape)
        return
      }
      if hasNames, let names = part(3).items, let dict = fields.dict {
        self = try DType.structured(names, dict, size: size, isAligned: (part(7).int ?? 0) & 128 != 0, depth)
        return
      }
    } catch { throw bad(error.message) }
    if base.kind == .datetime || base.kind == .timedelta {
      let unit = try DType.dateUnit(part(8))
      let dtype = base.kind == .datetime ? DType.datetime(unit) : DType.timedelta(unit)
      self = dtype.withByteOrder(order == ">" ? .big : .little)
      return
    }
    switch order {
    case ">": self = base.withByteOrder(.big)
    case "<": self = base.withByteOrder(.little)
    default: self = base
    }
  }

  private static func inner(_ value: PickleValue, _ depth: Int) throws(ArrayError) -> DType {
    do throws(FormatError) { return try DType(pickled: value, depth: depth + 1) } catch {
      throw ArrayError(.badDType, error.message)
    }
  }

  private static func structured(
    _ names: [PickleValue], _ dict: PickleDict, size: Int, isAligned: Bool, _ depth: Int
  ) throws(ArrayError) -> DType {
    var fields: [Field] = []
    for name in names {
      guard let text = PickledArray.text(name), let parts = dict[name]?.items, parts.count >= 2,
        let offset = parts[1].int
      else { throw ArrayError(.badDType, "a field without a type and an offset") }
      let title = parts.count > 2 ? PickledArray.text(parts[2]) : nil
      fields.append(Field(text, try inner(parts[0], depth), offset: offset, title: title))
    }
    return try structured(fields: fields, itemSize: size, isAligned: isAligned)
  }

  private static func dateUnit(_ value: PickleValue) throws(FormatError) -> DateUnit {
    guard let parts = value.items, parts.count == 2, let unit = parts[1].items, unit.count >= 2,
      let name = PickledArray.text(unit[0]), let count = unit[1].int, count > 0
    else { return .generic }
    guard let known = DateUnit.Unit(rawValue: name) else {
      throw FormatError(.malformed, "a pickled dtype: an unknown unit \(name)")
    }
    return DateUnit(known, count: count)
  }
}
