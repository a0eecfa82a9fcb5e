public import ByteIO
public import NDArrays
internal import NPYFormat
internal import PickledArrays
internal import PythonPickle

/// A folder of `.npy` files that are one array: what Dask calls an npy stack.
///
/// ```
///  folder/0.npy, 1.npy, …    parts of the array, one after the other along an axis
///  folder/info               a pickle of {'chunks', 'dtype', 'axis'}, written last
/// ```
///
/// `dask.array.to_npy_stack` writes, and `dask.array.from_npy_stack` reads, the same layout. Dask writes `info` first; here
/// it comes last, so that a folder that was not completed does not look like one that was.
///
/// ```swift
/// try ArrayStack.write([document.array("a"), document.array("b")], to: "parts", axis: 0)
/// let whole = try ArrayStack(opening: "parts").array()
/// ```
public struct ArrayStack {
  /// The path of the folder, which has a file `info` and one for each part.
  public let folder: String
  /// Along which axis the files follow each other.
  public let axis: Int
  /// The lengths of the parts along each axis; along all but ``axis`` there is one.
  public let chunks: [[Int]]
  /// The type of the elements.
  public let dtype: DType

  /// The length of each axis of the whole.
  public var shape: [Int] { chunks.map { $0.reduce(0, +) } }

  /// Reads what `info` says; the pickle is read as data, nothing in it is run.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if there is no `info`, which an unfinished stack has not, `malformed`
  ///   if it is not as Dask writes it.
  public init(opening folder: String) throws(FormatError) {
    self.folder = folder
    let path = ArrayStack.infoPath(folder)
    guard FileStatus(path: path) != nil else {
      throw FormatError(
        .notFound, "there is no file info, without which this is no npy stack, or one that was not completed",
        file: folder)
    }
    let info = try Pickle.load(from: path)
    do throws(FormatError) {
      (chunks, axis, dtype) = try ArrayStack.parsed(info)
    } catch { throw error.at(file: path) }
  }

  private static func parsed(_ info: PickleValue) throws(FormatError) -> ([[Int]], Int, DType) {
    let malformed = FormatError(.malformed, "this does not describe an npy stack")
    guard let listed = info["chunks"]?.items, let axis = info["axis"]?.int, let type = info["dtype"] else {
      throw malformed
    }
    var chunks: [[Int]] = []
    for lengths in listed {
      guard let lengths = lengths.items?.map(\.int), !lengths.contains(where: { $0 ?? -1 < 0 }) else { throw malformed }
      chunks.append(lengths.compactMap { $0 })
    }
    guard chunks.indices.contains(axis), chunks.indices.allSatisfy({ $0 == axis || chunks[$0].count == 1 }) else {
      throw malformed
    }
    for lengths in chunks {
      var total = 0
      for length in lengths { total = try total.checkedAdding(length) }
    }
    return (chunks, axis, try DType(pickled: type))
  }

  /// The path of a part.
  public func path(of part: Int) -> String { ArrayStack.path(folder, part) }

  private static func path(_ folder: String, _ part: Int) -> String { "\(folder)/\(part).npy" }
  private static func infoPath(_ folder: String) -> String { folder + "/info" }

  /// The whole, read as it is asked for.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if a part is missing, `malformed` if one is not what `info` says.
  public func array(options: OpenOptions = OpenOptions(format: .npy)) throws(FormatError) -> LazyArray {
    var parts: [LazyArray] = []
    for (number, length) in chunks[axis].enumerated() {
      let part = try Document(opening: path(of: number), options: options).array()
      var expected = shape
      expected[axis] = length
      guard part.shape == expected, part.dtype == dtype else {
        throw FormatError(
          .malformed,
          "info has \(dtype.notation) of shape \(Layout.describe(expected)) here, not \(part.dtype.notation) of shape "
            + Layout.describe(part.shape), file: path(of: number))
      }
      parts.append(part)
    }
    let whole = try LazyArray.concatenated(parts, axis: axis)
    // Joining gives the machine's own byte order.
    return whole.dtype == dtype ? whole : try whole.applying(.cast(dtype))
  }

  /// Writes parts, then `info`.
  ///
  /// - Parameters:
  ///   - parts: Arrays of one dtype, and of one shape but for the axis.
  ///   - folder: A folder that is there; what it has of an earlier stack is replaced, and its `info` removed first.
  ///   - axis: The axis along which the parts follow each other.
  ///   - replacing: Whether files that are there may be replaced; if not, nothing is written where one is.
  ///   - durability: What the files survive when the system stops.
  ///   - onWarning: Called with what older releases of NumPy cannot read.
  /// - Throws: ``FormatError`` with code `badArgument` if the parts do not fit, `alreadyExists`, and if a file cannot be written;
  ///   there is then no `info`.
  public static func write(
    _ parts: [LazyArray], to folder: String, axis: Int = 0, replacing: Bool = true,
    durability: Durability = .consistent, onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    // Each part is looked at by the whole, and then written.
    var given = parts
    for index in given.indices { given[index] = try given[index].rereadable() }
    let parts = given
    let whole = try LazyArray.concatenated(parts, axis: axis)
    let place = try FormatError.wrapping(.badArgument, file: folder) { () throws(ArrayError) in
      try Layout.normalized(axis, count: whole.shape.count)
    }
    guard !whole.dtype.hasObjects else {
      throw FormatError(.unsupported, "objects are not written by parts", file: folder)
    }
    let targets = parts.indices.map { path(folder, $0) } + [infoPath(folder)]
    if !replacing, let there = targets.first(where: { FileStatus(path: $0) != nil }) {
      throw FormatError(.alreadyExists, "the file exists, and is not to be replaced", file: there)
    }
    if FileStatus(path: infoPath(folder)) != nil, !SystemCall.remove(infoPath(folder)) {
      throw .system("cannot replace the stack", file: infoPath(folder))
    }
    let first = parts[0].dtype
    let dtype = parts.allSatisfy { $0.dtype == first } ? first : whole.dtype
    var options = SaveOptions(format: .npy)
    options.durability = durability
    options.replacing = replacing
    options.onWarning = onWarning
    for (number, part) in parts.enumerated() {
      let converted = part.dtype == dtype ? part : try part.applying(.cast(dtype))
      try converted.save(to: path(folder, number), options: options)
    }
    var chunks = whole.shape.map { [$0] }
    chunks[place] = parts.map { $0.shape[place] }
    try writeInfo(chunks, place, dtype, to: folder, durability: durability)
  }

  private static func writeInfo(
    _ chunks: [[Int]], _ axis: Int, _ dtype: DType, to folder: String, durability: Durability
  ) throws(FormatError) {
    let options = PickleWriter.Options.numPy(protocolVersion: 4)
    let type = PickleValue.object(PickleObject(DTypeInPickle(dtype: dtype)))
    let info = try PickleValue.dict([
      ("chunks", .tuple(chunks.map { .tuple($0.map { .int($0) }) })), ("dtype", type), ("axis", .int(axis)),
    ])
    try Pickle.save(info, to: infoPath(folder), options: options, durability: durability)
  }
}

/// A dtype on its way into a pickle.
private struct DTypeInPickle: PickleConvertible {
  let dtype: DType

  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue { try dtype.pickleValue(in: context) }
}
