/// The name of a class or function: a module and a name within it. Nothing is ever imported or looked up.
public final class PickleGlobal: Sendable {
  /// The module as Python 3 calls it.
  public let moduleString: PickleString
  /// The name within the module; with dots for a name within a class.
  public let nameString: PickleString
  /// What a call of it is: asked for each call.
  let call: Builtins.Call
  /// The file that the name was read from; one object for all that come from it.
  let file: PickleFileName?

  /// The name of a class or function, `PickleGlobal(module: "collections", name: "OrderedDict")`.
  public convenience init(module: String, name: String) {
    self.init(module: module, name: PickleString(name, isShared: false))
  }

  /// A global name whose module's name is the object that it is in Python 3.13.
  init(module: String, name: PickleString) {
    moduleString = PickleString(module, isShared: !PickleGlobal.hasOwnModule(module, name.text))
    nameString = name
    call = Builtins.Call(moduleString, name)
    file = nil
  }

  /// The same name, as it was read.
  init(_ name: PickleGlobal, readFrom file: PickleFileName) {
    (moduleString, nameString, call) = (name.moduleString, name.nameString, name.call)
    self.file = file
  }

  /// Whether the name of the module is an object that the module's other classes do not have.
  var hasOwnModule: Bool { PickleGlobal.hasOwnModule(module, name) || Builtins.isFunction(self) }

  private static func hasOwnModule(_ module: String, _ name: String) -> Bool {
    ownModules[module]?.contains(name) ?? false
  }

  /// Classes of C whose module's name is a string that they share with no other (heap types made of a specification).
  private static let ownModules: [String: Set<String>] = [
    "array": ["array"], "collections": ["deque", "defaultdict"], "decimal": ["Decimal"], "functools": ["partial"],
    "operator": ["itemgetter", "attrgetter", "methodcaller"], "time": ["struct_time"], "zoneinfo": ["ZoneInfo"],
  ]

  /// A global name of two strings whose identity matters to the pickler.
  public init(module: PickleString, name: PickleString) {
    moduleString = module
    nameString = name
    call = Builtins.Call(module, name)
    file = nil
  }

  /// The module that has it, as Python 3 calls it: `collections`.
  public var module: String { moduleString.text }
  /// The name within the module: `OrderedDict`.
  public var name: String { nameString.text }
  /// The module and the name, joined by a dot.
  public var qualifiedName: String { "\(module).\(name)" }

  /// Whether this is exactly that name in that module.
  public func matches(_ module: String, _ name: String) -> Bool {
    nameString.isText(name) && moduleString.isText(module)
  }
}
