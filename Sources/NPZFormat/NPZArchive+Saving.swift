public import PickledArrays
public import ByteIO
internal import ZipArchives

extension NPZArchive {
  /// Saves arrays as an archive: NumPy's `np.savez(path, *arrays, **named)` and `np.savez_compressed`.
  ///
  /// The named come first, in their order, then the unnamed as `arr_0`, `arr_1` and so on. The archive replaces what the
  /// path names once all of it has been written. Unlike NumPy's, the path is used as it is: no
  /// extension is added.
  ///
  /// ```swift
  /// try NPZArchive.save(["weights": weights], arrays: [arr, other], to: "arr.npz", compression: .default)
  /// ```
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken twice, `arr_0` and so on included.
  public static func save(
    _ named: KeyValuePairs<String, any SavableArray>, arrays: [any SavableArray] = [], to path: String,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      named.map { ($0.key, $0.value.stored) } + numbered(arrays.map(\.stored)), to: path, compression: compression,
      layout: layout, replacing: replacing, durability: durability)
  }

  /// Saves the arrays of a dictionary, in the order of their names, as a dictionary has none of its own. A literal is taken for
  /// pairs, whose order is kept.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; the path then names what it named before.
  @_disfavoredOverload
  public static func save(
    _ named: [String: any SavableArray], to path: String, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      members(of: named), to: path, compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// The arrays of a dictionary in the order of their names.
  package static func members(of named: [String: any SavableArray]) -> [(name: String, array: StoredArray)] {
    named.sorted { $0.key < $1.key }.map { ($0.key, $0.value.stored) }
  }

  /// Saves unnamed arrays as an archive, as `arr_0`, `arr_1` and so on: NumPy's `np.savez(path, *arrays)`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; the path then names what it named before.
  public static func save(
    _ arrays: [any SavableArray], to path: String, compression: NPZCompression = .none, layout: NPZLayout = .aligned,
    replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      numbered(arrays.map(\.stored)), to: path, compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// Saves arrays under names that are known at run time only, in their order.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name stands twice, or if the file cannot be written.
  public static func save<SavedArray: SavableArray>(
    _ members: [(name: String, array: SavedArray)], to path: String, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try rejectDuplicateNames(among: members.map(\.name), path)
    try AtomicFile.write(to: path, replacing: replacing, durability: durability) {
      (sink: any ByteSink) throws(FormatError) in
      let writer = try NPZWriter(to: sink, compression: compression, layout: layout)
      try writer.add(members)
      try writer.close()
    }
  }

  /// Refuses names of which one stands twice, in NumPy's words.
  package static func rejectDuplicateNames(among names: [String], _ path: String) throws(FormatError) {
    // By their bytes: two names that Swift takes for equal may differ in their Unicode form.
    var known: Set<[UInt8]> = []
    for name in names where !known.insert(Array(name.utf8)).inserted {
      throw FormatError(
        .alreadyExists, "Cannot use un-named variables and keyword \(name): the name stands twice", file: path,
        member: name)
    }
  }

  /// The names that `np.savez` gives arrays without one.
  public static func numbered<SavedArray: SavableArray>(
    _ arrays: [SavedArray]
  ) -> [(name: String, array: SavedArray)] {
    arrays.enumerated().map { ("arr_\($0.offset)", $0.element) }
  }

  /// Adds arrays to an archive without rewriting what it holds; a crash leaves the old archive or the new one, whole.
  ///
  /// ```swift
  /// try NPZArchive.append(["step1": step], to: "run.npz")
  /// ```
  ///
  /// - Parameter replacing: Whether arrays of the same names are replaced.
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken; the archive then stays as it was.
  public static func append(
    _ named: KeyValuePairs<String, any SavableArray>, to path: String, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) {
    try append(
      named.map { ($0.key, $0.value.stored) }, to: path, replacing: replacing, compression: compression, layout: layout)
  }

  /// Adds the arrays of a dictionary, in the order of their names, without rewriting what the archive holds.
  ///
  /// - Parameter replacing: Whether arrays of the same names are replaced.
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken; the archive then stays as it was.
  @_disfavoredOverload
  public static func append(
    _ named: [String: any SavableArray], to path: String, replacing: Bool = false, compression: NPZCompression = .none,
    layout: NPZLayout = .aligned
  ) throws(FormatError) {
    try append(members(of: named), to: path, replacing: replacing, compression: compression, layout: layout)
  }

  /// Adds arrays under names that are known at run time only, without rewriting what the archive holds.
  ///
  /// - Parameter replacing: Whether arrays of the same names are replaced.
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken; the archive then stays as it was.
  public static func append<SavedArray: SavableArray>(
    _ members: [(name: String, array: SavedArray)], to path: String, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) {
    let writer = try NPZWriter(
      appendingTo: path, replacing: replacing ? members.map { $0.name + ".npy" } : [], compression: compression,
      layout: layout)
    do throws(FormatError) {
      try writer.add(members)
      try writer.close()
    } catch {
      writer.cancel()
      throw error.at(file: path)
    }
  }

  /// Removes members, by their names with or without `.npy`: the archive is written anew and replaced, whole. Members that stay
  /// are copied as they are, compressed or not.
  ///
  /// - Throws: ``FormatError`` with code `notFound` for a name that there is none of; the archive is then what it was.
  public static func remove(
    _ names: [String], from path: String, limits: LoadLimits = .default
  ) throws(FormatError) {
    let archive = try NPZArchive(opening: path, limits: limits)
    var members: [String] = []
    for name in names { members.append(try archive.member(name).name) }
    try ZipEditing.remove(members, from: path, limits: ZipLimits(limits))
  }

  /// Gives a member another name; the archive is written anew and replaced, whole.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if there is no such member, `alreadyExists` if the new name is taken.
  public static func rename(
    _ name: String, to newName: String, in path: String, limits: LoadLimits = .default
  ) throws(FormatError) {
    let member = try NPZArchive(opening: path, limits: limits).member(name)
    let isArray = member.name.hasSuffix(".npy") && !newName.hasSuffix(".npy")
    try ZipEditing.rename(member.name, to: isArray ? newName + ".npy" : newName, in: path, limits: ZipLimits(limits))
  }
}
