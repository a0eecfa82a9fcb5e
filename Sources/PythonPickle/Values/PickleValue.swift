public import ByteIO

/// A Python value as a pickle holds it: data only, nothing is ever run or imported.
///
/// Everything that Python's pickler remembers by identity (strings, bytes, containers, objects) is a reference, so
/// that values which share parts, or contain themselves, keep that structure from reading to writing. Numbers,
/// `None` and booleans are plain values.
///
/// ```swift
/// let value = try Pickle.load(from: "data.pkl")
/// print(value["description"]?.string ?? "")
/// let made: PickleValue = ["name": "run 7", "losses": [0.5, 0.25]]
/// try Pickle.save(made, to: "run.pkl")
/// ```
///
/// Values compare as Python's do (`1 == 1.0 == True`), but NaN equals NaN. A structure that contains itself is
/// never freed, as references are counted; take it apart with ``PickleList/removeAll()`` if that matters.
public enum PickleValue {
  /// Python's `None`, written `nil`.
  case none
  /// `True` or `False`.
  case bool(Bool)
  /// An integer of up to 64 bits.
  case int(Int)
  /// An integer that needs more than 64 bits.
  case bigInt(PickleInteger)
  /// A `float`.
  case float(Double)
  /// A `complex`.
  case complex(PickleComplex)
  /// A `str`.
  case string(PickleString)
  /// A `bytes`.
  case bytes(PickleBytes)
  /// A `bytearray`.
  case byteArray(PickleBytes)
  /// A `list`.
  case list(PickleList)
  /// A `tuple`.
  case tuple(PickleTuple)
  /// A `dict`, in order.
  case dict(PickleDict)
  /// A `set`, in the order of the pickle.
  case set(PickleSet)
  /// A `frozenset`, in the order of the pickle.
  case frozenSet(PickleSet)
  /// A class or function by its module and name; never looked up.
  case global(PickleGlobal)
  /// What a class or function would have made, as data.
  case object(PickleObject)
  /// A reference to something outside the pickle.
  case persistent(PicklePersistentID)
  /// A buffer outside the pickle (protocol 5).
  case buffer(PickleBuffer)
}

extension PickleValue {
  /// A string; equal ones are written once, as Python does with literals.
  public static func string(_ text: String) -> PickleValue { .string(PickleString(text)) }
  /// Bytes; equal ones are written once, as Python does with literals.
  public static func bytes(_ bytes: [UInt8]) -> PickleValue { .bytes(PickleBytes(bytes)) }
  /// A new `bytearray`, an object of its own: no other is written in its place.
  public static func byteArray(_ bytes: [UInt8]) -> PickleValue {
    .byteArray(PickleBytes(bytes, isShared: false))
  }
  /// A new `list`, an object of its own: what else holds this value sees its changes.
  public static func list(_ items: [PickleValue]) -> PickleValue { .list(PickleList(items)) }
  /// A new `tuple`; one of no items is Python's `()`.
  public static func tuple(_ items: [PickleValue]) -> PickleValue { .tuple(.of(items)) }
  /// A new dictionary of pairs; of equal keys the first is kept and the last value, as in Python.
  ///
  /// - Throws: ``FormatError`` for a key that Python cannot hash, such as a list.
  public static func dict(_ pairs: [(key: PickleValue, value: PickleValue)]) throws(FormatError)
    -> PickleValue
  {
    .dict(try PickleDict(pairs))
  }
  /// A new `complex`: `complex(real, imaginary)` in Python.
  public static func complex(_ real: Double, _ imaginary: Double) -> PickleValue {
    .complex(PickleComplex(real, imaginary))
  }
  /// A class or function by its module and its name there: `.global("builtins", "print")`. Python looks it up when it loads it.
  public static func global(_ module: String, _ name: String) -> PickleValue {
    .global(PickleGlobal(module: module, name: name))
  }

  /// Whether this is Python's `None`: a value, which a dictionary may well have under a key.
  public var isNone: Bool { if case .none = self { true } else { false } }
  /// `True` or `False`; `nil` for all else, also for 0 and 1, which Python takes for them.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The integer (or boolean, which Python counts among them), if it fits 64 bits.
  public var int: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }
  /// The number as a `Double`, if it is a real number.
  public var double: Double? {
    switch self {
    case .float(let value): value
    case .int(let value): Double(value)
    case .bool(let value): value ? 1 : 0
    case .bigInt(let value): value.double
    default: nil
    }
  }
  /// The text, if it is a string; lone surrogates are replaced by U+FFFD.
  public var string: String? { if case .string(let value) = self { value.text } else { nil } }
  /// The string itself, if it is one.
  public var pickleString: PickleString? { if case .string(let value) = self { value } else { nil } }
  /// The bytes, copied, if it is a `bytes` or a `bytearray`.
  public var bytes: [UInt8]? {
    switch self {
    case .bytes(let value), .byteArray(let value): value.array
    default: nil
    }
  }
  /// The items of a list or tuple, copied; `nil` for all else.
  public var items: [PickleValue]? {
    switch self {
    case .list(let value): value.items
    case .tuple(let value): value.items
    default: nil
    }
  }
  /// The items if this is a list and no tuple; ``items`` takes either.
  public var list: [PickleValue]? { if case .list(let value) = self { value.items } else { nil } }
  /// The items if this is a tuple and no list; ``items`` takes either.
  public var tuple: [PickleValue]? { if case .tuple(let value) = self { value.items } else { nil } }
  /// The dictionary, if it is one, for its order and for keys that are no texts; `value["key"]` needs no `dict` between.
  public var dict: PickleDict? { if case .dict(let value) = self { value } else { nil } }
  /// The object, if it is one: its class's name, arguments and state. `value["attribute"]` needs no `object` between.
  public var object: PickleObject? { if case .object(let value) = self { value } else { nil } }
  /// The global name, if it is one.
  public var global: PickleGlobal? { if case .global(let value) = self { value } else { nil } }

  /// The value of a key: of a dictionary, of an object's items, or of its state (an attribute).
  public subscript(key: String) -> PickleValue? {
    switch self {
    case .dict(let dict): return dict[.string(key)]
    case .object(let object): return object[key]
    default: return nil
    }
  }
  /// The item at an index, from the end if negative; of a list, a tuple or an object's items.
  public subscript(index: Int) -> PickleValue? {
    let all: [PickleValue]
    switch self {
    case .list(let list): all = list.items
    case .tuple(let tuple): all = tuple.items
    case .object(let object): all = object.items
    case .dict(let dict): return dict[.int(index)]
    default: return nil
    }
    let place = index < 0 ? all.count + index : index
    // Not by `?:`, whose `nil` would be Python's `None`.
    guard place >= 0, place < all.count else { return nil }
    return all[place]
  }

  /// Python's name of the value's type.
  public var typeName: String {
    switch self {
    case .none: "NoneType"
    case .bool: "bool"
    case .int, .bigInt: "int"
    case .float: "float"
    case .complex: "complex"
    case .string: "str"
    case .bytes: "bytes"
    case .byteArray: "bytearray"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .set: "set"
    case .frozenSet: "frozenset"
    case .global: "type"
    case .object(let object): object.typeName
    case .persistent: "persistent id"
    case .buffer: "memoryview"
    }
  }

  /// The object to which the value is one reference, and no more than that; `nil` for any other value.
  @inline(__always)
  var referenced: UnsafeMutableRawPointer? {
    @inline(__always)
    func address(_ object: AnyObject) -> UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(object).toOpaque() }
    // Safe: only the addresses of objects that the value holds.
    return switch self {
    case .none, .bool, .int, .float: nil
    case .bigInt(let number): unsafe address(number.object.owner)
    case .string(let string): unsafe address(string.object.owner)
    case .bytes(let bytes), .byteArray(let bytes): unsafe address(bytes.object.owner)
    case .complex(let object): unsafe address(object)
    case .list(let object): unsafe address(object)
    case .tuple(let object): unsafe address(object)
    case .dict(let object): unsafe address(object)
    case .set(let object), .frozenSet(let object): unsafe address(object)
    case .global(let object): unsafe address(object)
    case .object(let object): unsafe address(object)
    case .persistent(let object): unsafe address(object)
    case .buffer(let object): unsafe address(object)
    }
  }

  /// The reference that carries the value's identity and may hold further values.
  var node: PickleNode? {
    switch self {
    case .list(let node): node
    case .tuple(let node): node
    case .dict(let node): node
    case .set(let node), .frozenSet(let node): node
    case .object(let node): node
    case .persistent(let node): node
    default: nil
    }
  }

  /// Whether the value may hold further values.
  var isContainer: Bool {
    switch self {
    case .list, .tuple, .dict, .set, .frozenSet, .object, .persistent: true
    default: false
    }
  }
}

extension PickleValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `None`.
  public init(nilLiteral: ()) { self = .none }
  /// Python's `True` or `False`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Python's `int`; for those beyond 64 bits see ``PickleInteger``.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// Python's `float`.
  public init(floatLiteral value: Double) { self = .float(value) }
  /// Python's `str`.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A new Python `list`.
  public init(arrayLiteral elements: PickleValue...) { self = .list(elements) }
  /// A dictionary; pairs whose key Python could not hash are left out.
  public init(dictionaryLiteral elements: (PickleValue, PickleValue)...) {
    let dict = PickleDict()
    for (key, value) in elements { dict[key] = value }
    self = .dict(dict)
  }
}
