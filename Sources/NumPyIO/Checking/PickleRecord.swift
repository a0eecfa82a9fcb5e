internal import ByteIO
internal import PickledArrays
internal import PythonPickle

/// What a pickle had Python import and call, written down while it is read.
final class PickleRecord {
  /// A name, and how it is called.
  struct Name {
    let global: PickleGlobal
    let risk: PickleRisk
    /// The first calls, with their arguments.
    var calls: [String] = []
    var callCount = 0
  }

  /// The names in the order in which they came.
  private(set) var names: [Name] = []
  /// What is wrong beside names: calls of what calls have made, methods that a state replaces.
  private(set) var oddities: [(risk: PickleRisk, text: String)] = []
  /// Whether anything was called that Python could have imported.
  private(set) var hasCalled = false
  /// How many references to things outside of the pickle there are.
  private(set) var persistentCount = 0
  /// Whether strings of Python 2 were read that are not ASCII.
  private(set) var hasOldText = false
  /// The length of a frame that claimed more bytes than there are, of a pickle that could be read all the same.
  private(set) var longFrame: UInt64?
  private var places: [String: Int] = [:]
  private let rules: PickleRules

  /// How many calls of one name are shown, how much of each, and how many oddities.
  private static let shown = (calls: 3, length: 120, oddities: 20)

  init(_ rules: PickleRules) { self.rules = rules }

  /// Whether anything is named that Python would import or look up.
  var namesAnything: Bool {
    names.contains { PickleRules.isImportable($0.global) } || oddities.contains { $0.risk == .unknown }
  }

  /// Options of a reader that writes down here what it meets. All strings of Python 2 are read, as by Latin-1.
  func options(_ encoding: PickleStringEncoding) -> PickleReader.Options {
    var options = PickleReader.Options()
    options.encoding = encoding
    if encoding == .ascii { options.onForeignText = { self.hasOldText = true } }
    options.onGlobal = { self.add($0) }
    options.onCall = { self.add(call: $0) }
    options.onState = { self.add(state: $1, of: $0) }
    options.onGlobalState = { global, _ in
      // It changes what everybody else uses.
      self.hasCalled = true
      self.note(.dangerous, "sets attributes of \(global.qualifiedName) itself")
    }
    options.onExtension = { code in
      self.note(.unknown, "names the extension code \(code), which stands for whatever Python's registry has there")
    }
    options.onLongFrame = { self.longFrame = $0 }
    options.onFarMemo = { index in
      self.note(.dangerous, "has the memo index \(index), for which Python takes \(index / (1 << 26)) GB of memory")
    }
    options.persistentLoad = { id throws(FormatError) in
      self.persistentCount += 1
      return .persistent(PicklePersistentID(id))
    }
    return options
  }

  private func add(_ global: PickleGlobal) {
    // Naming them calls nothing. Pickles up to protocol 3 name nested classes by the one, and the classes of None and the like
    // by the other.
    guard !global.matches("builtins", "getattr"), !global.matches("builtins", "type") else { return }
    _ = place(of: global)
  }

  private func place(of global: PickleGlobal) -> Int {
    let name = global.qualifiedName
    if let place = places[name] { return place }
    names.append(Name(global: global, risk: rules.risk(of: global)))
    places[name] = names.count - 1
    return names.count - 1
  }

  private func add(call object: PickleObject) {
    switch object.callable {
    case .global(let global)?:
      if let attribute = PickleRecord.attribute(of: object) { return add(attribute) }
      if PickleRecord.isClassOfConstant(object) || namesMethod(object) { return }
      if PickleRules.isImportable(global) { hasCalled = true }
      let place = place(of: global)
      // As the class of an array it makes one in memory; called, it opens or writes a file.
      if global.name == "memmap" { note(.dangerous, "calls \(PickleRecord.text(of: object)), which opens a file") }
      if global.matches("_codecs", "encode"), !["latin1", "latin-1"].contains(object.arguments.last?.string) {
        note(.unknown, "calls \(PickleRecord.text(of: object)), an encoding by which no bytes are pickled")
      }
      if KnownGlobals.computes(global) { note(.unknown, "calls \(PickleRecord.text(of: object)), which makes no data") }
      guard names[place].risk >= .unknown || global.matches("functools", "partial") else { return }
      names[place].callCount += 1
      if names[place].callCount <= PickleRecord.shown.calls { names[place].calls.append(PickleRecord.text(of: object)) }
      if global.matches("functools", "partial"), case .global(let inner)? = object.arguments.first {
        // A function with some of its arguments, which are not looked at until it is called.
        add(inner)
      } else if global.matches("functools", "partial") {
        note(.unknown, "makes a function of the result of a call")
      }
    case .object(let inner)?:
      hasCalled = true
      let partial: PickleValue? = inner.isCall("functools", "partial") ? inner.arguments.first : nil
      if let function = PickleRecord.attribute(of: inner) ?? partial?.global {
        let place = place(of: function)
        if names[place].risk >= .unknown { names[place].callCount += 1 }
        return
      }
      note(.unknown, "calls what \(PickleRecord.text(of: inner)) returns")
    case let other?:
      hasCalled = true
      note(.unknown, "calls a \(other.typeName)")
    case nil: break
    }
  }

  /// Methods that Python looks up in an object, which a state may put there.
  private static let methods: Set<String> = [
    "__setstate__", "__reduce__", "__reduce_ex__", "__class__", "__call__", "__getattr__", "__getattribute__",
    "__setattr__", "__setitem__", "__del__", "__init__", "__new__", "__init_subclass__", "__bases__", "__mro__",
  ]

  private func add(state: PickleValue, of object: PickleObject) {
    let parts = state.dict.map { [$0] } ?? state.tuple?.compactMap(\.dict) ?? []
    for dict in parts {
      // Whatever the class is called: another that inherits from it does the same.
      if let value = dict[KnownGlobals.SciPyDistributions.template],
        value.string.map(KnownGlobals.SciPyDistributions.doesMore) ?? true
      {
        note(.dangerous, "has SciPy execute the text in \(KnownGlobals.SciPyDistributions.template)")
      }
      for name in PickleRecord.methods where dict[name] != nil {
        note(.dangerous, "replaces the method \(name) of a \(object.classGlobal?.qualifiedName ?? object.typeName)")
      }
    }
  }

  /// What `getattr` finds in a class or module that is named: the same as a name with dots.
  private static func attribute(of call: PickleObject) -> PickleGlobal? {
    guard call.isCall("builtins", "getattr"), call.arguments.count == 2, let owner = call.arguments[0].global,
      let name = call.arguments[1].string
    else { return nil }
    return PickleGlobal(module: owner.module, name: "\(owner.name).\(name)")
  }

  /// Whether a call asks for a method of an object that is known to be data, as SciPy's distributions keep their own. Calling
  /// that is told as a call of what a call has made.
  private func namesMethod(_ call: PickleObject) -> Bool {
    guard call.isCall("builtins", "getattr"), call.arguments.count == 2, let owner = call.arguments[0].object,
      let name = call.arguments[1].string, !name.hasPrefix("__"),
      let global = owner.classGlobal
    else { return false }
    return rules.risk(of: global) <= .data
  }

  /// Whether a call asks for the class of `None`, `Ellipsis` or `NotImplemented`, which has no name in Python's modules.
  private static func isClassOfConstant(_ call: PickleObject) -> Bool {
    guard call.isCall("builtins", "type"), call.arguments.count == 1 else { return false }
    switch call.arguments[0] {
    case .none: return true
    case .global(let global):
      return global.matches("builtins", "Ellipsis") || global.matches("builtins", "NotImplemented")
    default: return false
    }
  }

  private func note(_ risk: PickleRisk, _ text: String) {
    guard oddities.count < PickleRecord.shown.oddities, !oddities.contains(where: { $0.text == text }) else { return }
    oddities.append((risk, text))
  }

  /// A call as Python would write it, of long arguments the beginning.
  private static func text(of call: PickleObject) -> String {
    let function = call.callable?.global?.qualifiedName ?? call.callable?.typeName ?? "?"
    return "\(function)(\(call.arguments.lazy.map { $0.repr(limit: shown.length) }.listed()))"
  }
}
