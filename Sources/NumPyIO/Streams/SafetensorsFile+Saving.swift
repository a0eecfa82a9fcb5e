internal import ArrayBytes
public import ByteIO
public import PickledArrays
public import SafetensorsFiles

extension SafetensorsFile {
  /// Saves arrays as a safetensors file, byte for byte as its Python package does: `safetensors.numpy.save_file`.
  ///
  /// The file replaces what the path names once all of it has been written. Elements are written
  /// in C order, little-endian.
  ///
  /// ```swift
  /// try SafetensorsFile.save(["weights": weights, "step": step], metadata: ["format": "np"], to: "model.safetensors")
  /// try SafetensorsFile.save(["weights": weights], elements: .bfloat16, to: "small.safetensors")
  /// ```
  ///
  /// - Parameter elements: What floating-point numbers are written as, if not as what they are: `.bfloat16`, `.float8e4m3fn`.
  /// - Throws: ``FormatError``: `unsupported` for elements that the format has no type for, such as text; `alreadyExists`
  ///   if a name stands twice.
  public static func save(
    _ tensors: KeyValuePairs<String, any SavableArray>, metadata: KeyValuePairs<String, String> = [:],
    elements: ElementFormat? = nil, to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      tensors.map { ($0.key, $0.value.stored) }, metadata: metadata.map { ($0.key, $0.value) }, elements: elements,
      to: path, replacing: replacing, durability: durability)
  }

  /// Saves the arrays of a dictionary; files have an order of their own. A literal is taken for pairs, as for archives.
  ///
  /// - Parameter elements: What floating-point numbers are written as, if not as what they are.
  /// - Throws: ``FormatError``: `unsupported` for a dtype that the format has not, and what writing throws.
  @_disfavoredOverload
  public static func save(
    _ tensors: [String: any SavableArray], metadata: KeyValuePairs<String, String> = [:],
    elements: ElementFormat? = nil, to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      NPZArchive.members(of: tensors), metadata: metadata.map { ($0.key, $0.value) }, elements: elements, to: path,
      replacing: replacing, durability: durability)
  }

  /// Saves arrays under names that are known at run time only; files have an order of their own.
  ///
  /// - Parameter elements: What floating-point numbers are written as, if not as what they are.
  /// - Throws: ``FormatError``: `unsupported` for a dtype that the format has not, `alreadyExists` for a name that comes twice,
  ///   and what writing throws.
  public static func save<SavedArray: SavableArray>(
    _ tensors: [(name: String, array: SavedArray)], metadata: [(key: String, value: String)] = [],
    elements: ElementFormat? = nil, to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    var options = SaveOptions(format: .safetensors)
    options.replacing = replacing
    options.durability = durability
    let spool = Spool(folder: ScratchFile.defaultFolder)
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      for (name, array) in tensors {
        let array = try LazyArray(array.stored, name: path, spool: spool)
        try sink.add(name, array, applying: array.dtype.kind == .float ? elements.map { [.encode($0)] } ?? [] : [])
      }
      try sink.add(metadata: metadata)
    }
  }
}
