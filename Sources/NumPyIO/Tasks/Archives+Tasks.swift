public import ByteIO
public import NDArrays
public import NPZFormat
public import PickledArrays
public import SafetensorsFiles

extension NPZArchive {
  /// Loads an array, while other tasks go on: NumPy's `archive["arr_0"]`.
  ///
  /// - Throws: ``FormatError`` naming the member; code `cancelled` if the task was cancelled.
  public func array(_ name: String) async throws(FormatError) -> AnyNDArray {
    try await BlockingWork.run { () throws(FormatError) in try self.array(name) }
  }

  /// Loads an array whose elements are of one Swift type, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` naming the member; with code `wrongDType` if the elements are of another type,
  ///   `cancelled` if the task was cancelled.
  public func array<Element>(_ name: String) async throws(FormatError) -> NDArray<Element> {
    try await BlockingWork.run { () throws(FormatError) -> NDArray<Element> in try self.array(name) }
  }

  /// Loads an array whose elements are of the type given, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` naming the member; with code `wrongDType` if the elements are of another type,
  ///   `cancelled` if the task was cancelled.
  public func array<Element>(_ name: String, as type: Element.Type) async throws(FormatError) -> NDArray<Element> {
    try await BlockingWork.run { () throws(FormatError) -> NDArray<Element> in try self.array(name) }
  }

  /// Loads all arrays on all cores, while other tasks go on; members that are not arrays are left out.
  ///
  /// - Throws: ``FormatError`` naming the first member that is broken; code `cancelled` if the task was cancelled.
  public func arrays() async throws(FormatError) -> [(name: String, array: AnyNDArray)] {
    try await BlockingWork.run { () throws(FormatError) in try self.arrays() }
  }

  /// Reads a part of an array, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array, `cancelled` if the task was
  ///   cancelled.
  public func slice(_ name: String, _ selections: [AxisSelection]) async throws(FormatError) -> AnyNDArray {
    try await BlockingWork.run { () throws(FormatError) in try self.slice(name, selections) }
  }

  /// Saves arrays as an archive, while other tasks go on: NumPy's `np.savez(path, *arrays, **named)` and
  /// `np.savez_compressed`. A save that is cancelled leaves the file that was there.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken twice, `cancelled` if the task was cancelled.
  public static func save(
    _ named: sending KeyValuePairs<String, any SavableArray>, arrays: sending [any SavableArray] = [], to path: String,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) async throws(FormatError) {
    let members = named.map { ($0.key, $0.value.stored) } + numbered(arrays.map(\.stored))
    try await save(
      members, to: path, compression: compression, layout: layout, replacing: replacing, durability: durability)
  }

  /// Saves the arrays of a dictionary, in the order of their names, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` as the form without `async`, and `cancelled` if the task is: the target is as it was then.
  @_disfavoredOverload
  public static func save(
    _ named: sending [String: any SavableArray], to path: String, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await save(
      members(of: named), to: path, compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// Saves unnamed arrays as an archive, while other tasks go on: NumPy's `np.savez(path, *arrays)`.
  ///
  /// - Throws: ``FormatError`` as the form without `async`, and `cancelled` if the task is: the target is as it was then.
  public static func save(
    _ arrays: sending [any SavableArray], to path: String, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await save(
      numbered(arrays.map(\.stored)), to: path, compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// Saves arrays under names that are known at run time only, in their order, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` as the form without `async`, and `cancelled` if the task is: the target is as it was then.
  public static func save<SavedArray: SavableArray>(
    _ members: sending [(name: String, array: SavedArray)], to path: String, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    let stored = members.map { (name: $0.name, array: $0.array.stored) }
    try await BlockingWork.run(with: stored) { (members) throws(FormatError) in
      try save(
        members, to: path, compression: compression, layout: layout, replacing: replacing, durability: durability)
    }
  }

  /// Adds arrays to an archive without rewriting what it holds, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken, `cancelled` if the task was cancelled; the
  ///   archive then stays as it was.
  public static func append(
    _ named: sending KeyValuePairs<String, any SavableArray>, to path: String, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) async throws(FormatError) {
    let members = named.map { ($0.key, $0.value.stored) }
    try await append(members, to: path, replacing: replacing, compression: compression, layout: layout)
  }

  /// Adds arrays under names that are known at run time only, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken, `cancelled` if the task was cancelled; the
  ///   archive then stays as it was.
  public static func append<SavedArray: SavableArray>(
    _ members: sending [(name: String, array: SavedArray)], to path: String, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) async throws(FormatError) {
    let stored = members.map { (name: $0.name, array: $0.array.stored) }
    try await BlockingWork.run(with: stored) { (members) throws(FormatError) in
      try append(members, to: path, replacing: replacing, compression: compression, layout: layout)
    }
  }

  /// Removes members, by their names with or without `.npy`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `notFound` for a name that there is none of, `cancelled` if the task was cancelled;
  ///   the archive is then what it was.
  public static func remove(
    _ names: [String], from path: String, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in try remove(names, from: path, limits: limits) }
  }

  /// Gives a member another name, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if there is no such member, `alreadyExists` if the new name is taken,
  ///   `cancelled` if the task was cancelled.
  public static func rename(
    _ name: String, to newName: String, in path: String, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in
      try rename(name, to: newName, in: path, limits: limits)
    }
  }
}

extension SafetensorsFile {
  /// Saves arrays as a safetensors file, while other tasks go on: `safetensors.numpy.save_file`.
  ///
  /// - Throws: ``FormatError`` as the form that blocks; code `cancelled` if the task was cancelled.
  public static func save(
    _ tensors: sending KeyValuePairs<String, any SavableArray>, metadata: KeyValuePairs<String, String> = [:],
    elements: ElementFormat? = nil, to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    let stored = tensors.map { (name: $0.key, array: $0.value.stored) }
    let metadata = metadata.map { (key: $0.key, value: $0.value) }
    try await BlockingWork.run(with: stored) { (tensors) throws(FormatError) in
      try save(
        tensors, metadata: metadata, elements: elements, to: path, replacing: replacing, durability: durability)
    }
  }
}
