internal import ByteIO
internal import NDArrays
public import PythonPickle

extension PickleWriter.Options {
  /// Options that give NumPy's arrays in what was read the form of NumPy's in the protocol that is written, and the names
  /// of the modules of the NumPy that is wanted (``NumPyModules/userInfoKey``).
  ///
  /// Without them what was read is written as it was: at protocol 5 arrays are buffers, which only NumPy 1.16 and later
  /// read, and NumPy 2's names only NumPy 1.26 and later.
  public static func numPy(protocolVersion: Int = 4, modules: NumPyModules? = nil) -> PickleWriter.Options {
    var options = PickleWriter.Options(protocolVersion: protocolVersion)
    if let modules { options.userInfo[NumPyModules.userInfoKey] = modules }
    options.adapt = { object, context throws(FormatError) in try object.numPyForm(in: context) }
    return options
  }
}

extension PickleObject {
  /// NumPy's form of an array, a scalar or a dtype at a protocol; `nil` if the object has it, or is none of these.
  fileprivate func numPyForm(in context: PickleContext) throws(FormatError) -> PickleValue? {
    if isNumPyCore("numeric", "_frombuffer") {
      return context.protocolVersion >= 5 ? renamed(in: context) : try withoutBuffer(in: context)
    }
    if isNumPyCore("multiarray", "_reconstruct"), context.protocolVersion >= 5, let made = withBuffer(in: context) {
      return made
    }
    return renamed(in: context)
  }

  /// The same object by a function of the wanted NumPy's.
  private func renamed(in context: PickleContext) -> PickleValue? {
    guard case .reduce(var callable, var arguments) = form, let global = callable.global else { return nil }
    var isChanged = false
    // Only if the caller asks for names: a pickle may hold those of several releases.
    if let wanted = context.userInfo[NumPyModules.userInfoKey] as? NumPyModules,
      let module = wanted.name(of: global.module), module != global.module
    {
      callable = .global(module, global.name)
      isChanged = true
    }
    // NumPy's `b'b'` is one object for all arrays, those that are made anew among them.
    let code = context.singleton("numpy's b'b'") { .bytes([0x62]) }
    if isNumPyCore("multiarray", "_reconstruct"), arguments.items.count == 3,
      case .bytes(let read) = arguments.items[2],
      case .bytes(let shared) = code, !(read === shared), read.array == [0x62]
    {
      arguments = PickleTuple(arguments.items.dropLast() + [code])
      isChanged = true
    }
    guard isChanged else { return nil }
    let object = PickleObject(.reduce(callable: callable, arguments: arguments), state: state)
    (object.items, object.pairs, object.added) = (items, pairs, added)
    return .object(object)
  }

  /// The core whose names a new call gets: that of the object, unless another is asked for.
  private func core(in context: PickleContext) -> String {
    if let wanted = context.userInfo[NumPyModules.userInfoKey] as? NumPyModules { return wanted.core }
    let isOld = callable?.global?.module.hasPrefix("numpy.core") ?? false
    return (isOld ? NumPyModules.numpy1 : .numpy2).core
  }

  /// `_reconstruct` with a state, as up to protocol 4, of `_frombuffer(buffer, dtype, shape, order)`.
  private func withoutBuffer(in context: PickleContext) throws(FormatError) -> PickleValue? {
    guard case .values(let array)? = try ArrayRecognizers.numPy.array(in: .object(self))?.content, arguments.count >= 4
    else { return nil }
    let isFortran = array.isFContiguous && !array.isCContiguous
    return ArrayInPickle.reconstruct(core(in: context), array, dtype: arguments[1], isFortran)
  }

  /// `_frombuffer` of `_reconstruct` with a state, where NumPy would use buffers at protocol 5.
  private func withBuffer(in context: PickleContext) -> PickleValue? {
    guard arguments.first?.global?.matches("numpy", "ndarray") == true, let parts = state?.tuple, parts.count == 5,
      let dtype = try? DType(pickled: parts[2]), ArrayInPickle.isBuffer(dtype), !dtype.hasObjects, dtype.itemSize > 0,
      let pickled = try? ArrayRecognizers.numPy.array(in: .object(self)), case .values(let array) = pickled.content
    else { return nil }
    let isFortran = array.isFContiguous && !array.isCContiguous
    return ArrayInPickle.fromBuffer(core(in: context), array, dtype: parts[2], isFortran)
  }
}

extension NumPyModules {
  /// The name that a module of NumPy's core has in this release; `nil` for any other module.
  fileprivate func name(of module: String) -> String? {
    for other in ["numpy.core.", "numpy._core."] where module.hasPrefix(other) {
      return core + "." + module.dropFirst(other.count)
    }
    return nil
  }
}
