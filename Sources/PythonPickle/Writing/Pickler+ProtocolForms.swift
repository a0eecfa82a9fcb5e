// A few classes of the standard library are pickled differently from protocol to protocol. What was read at one protocol
// and is written at another gets the form that Python would give it there.

extension Pickler {
  /// How an object is made at the protocol that is written.
  mutating func form(of object: PickleObject) -> PickleObject.Form {
    guard let type = object.classGlobal else { return object.form }
    let module = type.moduleString
    if module.isText("datetime") { return version < 4 ? unfolded(object) ?? object.form : object.form }
    if module.isText("array") { return arrayForm(of: object) ?? object.form }
    guard module.isText("uuid"), case .uuid? = PythonObject(object) else { return object.form }
    return uuidForm(of: object)
  }

  /// Protocols 0 and 1 know no `__new__`: `copyreg._reduce_ex`.
  private mutating func uuidForm(of object: PickleObject) -> PickleObject.Form {
    switch object.form {
    case .new(let type, let arguments) where version < 2 && arguments.items.isEmpty:
      .reduce(
        callable: .global("copyreg", "_reconstructor"),
        arguments: keep([type, .global("builtins", "object"), .none]))
    case .reduce(let callable, let arguments)
    where version >= 2 && callable.global?.matches("copyreg", "_reconstructor") == true && arguments.items.count == 3:
      .new(arguments.items[0], arguments: keep([]))
    default: object.form
    }
  }

  /// `array.array.__reduce_ex__`: bytes and a code for their layout from protocol 3 on, a list of numbers before.
  private mutating func arrayForm(of object: PickleObject) -> PickleObject.Form? {
    guard case .array(let code, let data, let format)? = PythonObject(object) else { return nil }
    let type = object.arguments.first?.global ?? object.classGlobal
    guard let type else { return nil }
    if version < 3, format != nil, let items = PythonObject(object)?.arrayItems {
      return .reduce(callable: .global(type), arguments: keep([.string(code), .list(items)]))
    }
    if version >= 3, format == nil, let items = data.items,
      let (format, bytes) = PythonObject.arrayBytes(typeCode: code, items)
    {
      let parts: [PickleValue] = [
        .global(type), .string(code), .int(format), .bytes(PickleBytes(bytes, isShared: false)),
      ]
      return .reduce(callable: .global("array", "_array_reconstructor"), arguments: keep(parts))
    }
    return nil
  }

  /// Before protocol 4 Python leaves the fold out.
  private mutating func unfolded(_ object: PickleObject) -> PickleObject.Form? {
    guard case .dateTime(var date, let zone)? = PythonObject(object), date.time?.fold == 1,
      case .reduce(let callable, _) = object.form
    else { return nil }
    date.time?.fold = 0
    let bytes = PickleValue.bytes(PickleBytes(date.bytes, isShared: false))
    return .reduce(callable: callable, arguments: keep(zone.map { [bytes, $0] } ?? [bytes]))
  }

  private mutating func keep(_ arguments: [PickleValue]) -> PickleTuple {
    let tuple = PickleTuple(arguments)
    kept.append(tuple)
    return tuple
  }
}
