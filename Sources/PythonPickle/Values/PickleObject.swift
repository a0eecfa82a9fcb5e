/// What a pickle would have had Python make by calling a class or a function: kept as data, never called.
///
/// ```swift
/// let model = try Pickle.load(from: "model.pkl")
/// model.object?.callable?.global?.qualifiedName   // "sklearn.linear_model._base.LinearRegression"
/// model["coef_"]                                   // an attribute
/// ```
public final class PickleObject: PickleNode {
  /// How the object is made.
  public enum Form {
    /// By calling a function or class with a tuple of arguments (`__reduce__`).
    case reduce(callable: PickleValue, arguments: PickleTuple)
    /// By `cls.__new__(cls, *arguments)`.
    case new(PickleValue, arguments: PickleTuple)
    /// By `cls.__new__(cls, *arguments, **keywords)`.
    indirect case newWithKeywords(PickleValue, arguments: PickleTuple, keywords: PickleValue)
    /// A class instance in the manner of Python 2 (`INST`, `OBJ`).
    case instance(PickleValue, arguments: [PickleValue])
    /// A Swift value that chooses its form when it is written.
    indirect case deferred(any PickleConvertible)
  }

  /// All of an object of which few have as much, so that the many small ones (dates, scalars) stay small.
  private final class Content {
    var form: Form
    var state: PickleValue?
    var items: [PickleValue] = []
    var pairs: [PickleDict.Entry] = []
    var added: [PickleValue] = []
    var stateSetter: (setter: PickleValue, state: PickleValue)?

    init(_ form: Form, _ state: PickleValue?) {
      self.form = form
      self.state = state
    }
  }

  /// What the object is made by.
  private enum Making {
    case form(Form, state: PickleValue?)
    case content(Content)
    /// A call of a name with one or two arguments, whose tuple is made when somebody asks for it: most of the many small
    /// objects, and most are never asked.
    case call(PickleValue, PickleValue)
    case call2(PickleValue, PickleValue, PickleValue)
  }

  /// Whether the object was made of a call whose arguments hold no other values.
  private var isFlatCall = false

  // Unchecked, both of them, as in ``PickleList``.
  @exclusivity(unchecked) private var making: Making
  /// Where it was read: -1 of one that was not. The file is known by what is called.
  @exclusivity(unchecked) private var offset = -1

  /// The call that the object is, and nothing more, if nobody has asked for its tuple.
  var plainCall: (global: PickleGlobal, first: PickleValue, second: PickleValue?)? {
    // Safe: here and below no access contains another.
    switch unsafe making {
    case .call(.global(let global), let first): return (global, first, Optional.none)
    case .call2(.global(let global), let first, let second): return (global, first, second)
    default: return nil
    }
  }

  /// How the object is made.
  public private(set) var form: Form {
    // Safe: as above.
    get {
      let made: Form
      switch unsafe making {
      case .form(let form, _): return form
      case .content(let content): return content.form
      case .call(let callable, let first): made = .reduce(callable: callable, arguments: .of([first]))
      case .call2(let callable, let first, let second):
        made = .reduce(callable: callable, arguments: .of([first, second]))
      }
      unsafe making = .form(made, state: nil)
      isFlatCall = false
      return made
    }
    set {
      if let content { content.form = newValue } else { unsafe making = .form(newValue, state: state) }
    }
  }
  /// Its state (`BUILD`): its attributes for most classes.
  public var state: PickleValue? {
    // Safe: as in `form`.
    get {
      switch unsafe making {
      case .form(_, let state): state
      case .content(let content): content.state
      case .call, .call2: Optional.none
      }
    }
    set {
      if let content { content.state = newValue } else { unsafe making = .form(form, state: newValue) }
      isFlatCall = false
    }
  }

  private var content: Content? {
    // Safe: as in `form`.
    if case .content(let content) = unsafe making { content } else { nil }
  }

  private var ownContent: Content {
    if let content { return content }
    let new = Content(form, state)
    // Safe: as in `form`.
    unsafe making = .content(new)
    isFlatCall = false
    return new
  }

  /// What was appended to it, as to a list.
  public var items: [PickleValue] {
    get { content?.items ?? [] }
    _modify { yield &ownContent.items }
  }
  /// What was set in it, as in a dictionary, in order.
  public var pairs: [PickleDict.Entry] {
    get { content?.pairs ?? [] }
    _modify { yield &ownContent.pairs }
  }
  /// What was added to it, as to a set.
  public var added: [PickleValue] {
    get { content?.added ?? [] }
    _modify { yield &ownContent.added }
  }
  /// A function that sets the state, with the state (the sixth item of a `__reduce__`).
  var stateSetter: (setter: PickleValue, state: PickleValue)? {
    get { content?.stateSetter }
    set { ownContent.stateSetter = newValue }
  }

  /// Where it was read: the file, and the operation that made it or set its state. For errors found later.
  package var origin: (file: String, offset: Int)? {
    // Safe: as in `form`.
    guard unsafe offset >= 0 else { return nil }
    // A function may itself be made by a call.
    var callable = callable
    while let made = callable?.object { callable = made.callable }
    return callable?.global?.file.map { ($0.text, unsafe offset) }
  }

  /// Says where it was read.
  // Safe: as in `form`.
  func note(_ offset: Int) { unsafe self.offset = offset }

  /// Says where its state was set, of one that is known to have been read somewhere.
  // Safe: as in `form`.
  func noteState(_ offset: Int) { if unsafe self.offset >= 0 { unsafe self.offset = offset } }

  /// An object in a form.
  public init(_ form: Form, state: PickleValue? = nil) {
    // Safe: nobody else has the object yet.
    unsafe making = .form(form, state: state)
    super.init()
  }

  /// What a call of a name with one or two arguments makes, whose tuple nothing else refers to.
  init(calling callable: consuming PickleValue, _ first: consuming PickleValue, _ second: consuming PickleValue) {
    isFlatCall = !first.isContainer && !second.isContainer
    // Safe: nobody else has the object yet.
    unsafe making = .call2(callable, first, second)
    super.init()
  }

  init(calling callable: consuming PickleValue, _ first: consuming PickleValue) {
    isFlatCall = !first.isContainer
    // Safe: as above.
    unsafe making = .call(callable, first)
    super.init()
  }

  /// An object made by calling a class or function.
  public convenience init(
    _ module: String, _ name: String, _ arguments: [PickleValue] = [], state: PickleValue? = nil
  ) {
    self.init(.reduce(callable: .global(module, name), arguments: PickleTuple(arguments)), state: state)
  }

  /// A Swift value that chooses its form when it is written.
  public convenience init(_ value: any PickleConvertible) { self.init(.deferred(value)) }

  deinit {
    // Safe: nobody else has the object any more.
    if isFlatCall { return }
    PickleNode.end(self)
  }

  // Safe: as in `form`.
  override func forget() { unsafe making = .form(.instance(.none, arguments: []), state: Optional.none) }

  override func surrender(to pending: inout [PickleValue]) {
    switch form {
    case .reduce(let callable, let arguments), .new(let callable, let arguments):
      if callable.isContainer { pending.append(callable) }
      if !arguments.items.isEmpty { pending.append(.tuple(arguments)) }
    case .newWithKeywords(let callable, let arguments, let keywords):
      pending += [callable, .tuple(arguments), keywords]
    case .instance(let callable, let arguments): pending += [callable] + arguments
    case .deferred: break
    }
    if let content {
      PickleNode.moveContainers(of: &content.items, to: &pending)
      PickleNode.moveContainers(of: &content.added, to: &pending)
      for pair in content.pairs { pending += [pair.key, pair.value] }
    }
    if let state, state.isContainer { pending.append(state) }
    if let stateSetter { pending += [stateSetter.setter, stateSetter.state] }
    forget()
  }

  /// The class or function that would be called.
  public var callable: PickleValue? {
    // Safe: as in `form`.
    switch unsafe making {
    case .call(let callable, _), .call2(let callable, _, _): return callable
    case .form, .content: break
    }
    return switch form {
    case .reduce(let callable, _), .new(let callable, _), .newWithKeywords(let callable, _, _),
      .instance(let callable, _):
      callable
    case .deferred: nil
    }
  }

  /// The arguments of the call that makes the object, in order; none where no call does.
  public var arguments: [PickleValue] {
    // Safe: as in `form`.
    switch unsafe making {
    case .call(_, let first): return [first]
    case .call2(_, let first, let second): return [first, second]
    case .form, .content: break
    }
    return switch form {
    case .reduce(_, let arguments), .new(_, let arguments), .newWithKeywords(_, let arguments, _):
      arguments.items
    case .instance(_, let arguments): arguments
    case .deferred: []
    }
  }

  /// What the object is made with: the arguments after its class or those of a function, and the keyword arguments. Before
  /// protocol 4 these are in a `functools.partial` of the class's `__new__`, or arguments of `copyreg.__newobj_ex__`.
  package var call: (arguments: [PickleValue], keywords: [PickleDict.Entry], isNew: Bool) {
    switch form {
    case .new(_, let arguments): return (arguments.items, [], true)
    case .newWithKeywords(_, let arguments, let keywords): return (arguments.items, keywords.dict?.entries ?? [], true)
    default: break
    }
    if isCall("copyreg", "__newobj_ex__"), arguments.count == 3, let items = arguments[1].tuple {
      return (items, arguments[2].dict?.entries ?? [], true)
    }
    if arguments.isEmpty, let bound = boundNew { return (Array(bound.arguments.dropFirst()), bound.keywords, true) }
    return (arguments, [], false)
  }

  /// What a `functools.partial` that would be called binds: the class, its arguments, and keywords.
  private var boundNew: (arguments: [PickleValue], keywords: [PickleDict.Entry])? {
    guard let partial = callable?.object, partial.isCall("functools", "partial"),
      let state = partial.state?.tuple, state.count == 4, let items = state[1].tuple, items.first?.global != nil
    else { return nil }
    return (items, state[2].dict?.entries ?? [])
  }

  /// The Swift value that the object represents, if it was made from one.
  public var convertible: (any PickleConvertible)? {
    if case .deferred(let value) = form { value } else { nil }
  }

  /// The name of the class: what would be called, or for `copyreg._reconstructor` and its kind what they would
  /// make.
  public var classGlobal: PickleGlobal? {
    guard let global = callable?.global else { return nil }
    if global.moduleString.isText("copyreg"),
      global.name.hasPrefix("_reconstructor") || global.name.hasPrefix("__newobj")
    {
      return arguments.first?.global ?? global
    }
    return global
  }

  /// The name of the class without its module, as Python's `type(x).__name__`; ``classGlobal`` has the module too.
  public var typeName: String {
    (classGlobal ?? boundNew?.arguments.first?.global)?.name ?? (convertible is UTC ? "timezone" : "object")
  }

  /// Whether the object would be made by exactly that function or class.
  public func isCall(_ module: String, _ name: String) -> Bool {
    callable?.global?.matches(module, name) ?? false
  }

  /// An item by its key, or an attribute by its name: of the state where it is a dictionary, or of either half
  /// where it is the pair of `__dict__` and slots.
  public subscript(name: String) -> PickleValue? {
    let key = PickleValue.string(name)
    if let pair = pairs.last(where: { PickleComparison.areSameKey($0.key, key) }) { return pair.value }
    switch state {
    case .dict(let dict)?: return dict[key]
    case .tuple(let halves)? where halves.items.count == 2:
      for half in halves.items { if let value = half.dict?[key] { return value } }
      return nil
    default: return nil
    }
  }
}

/// The name of a file that objects were read from.
final class PickleFileName: Sendable {
  let text: String

  init(_ text: String) { self.text = text }
}
