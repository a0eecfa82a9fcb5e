public import ByteIO
public import NDArrays

/// An array of a model's file, which tells its type, shape and place in a list of its own: of safetensors, of GGUF.
///
/// Nothing but that list has been read. Elements lie in C order, little-endian.
public struct StoredTensor: Sendable {
  /// How the elements lie in the file.
  public enum Elements: Sendable, Hashable {
    /// As NumPy has them.
    case dtype(DType)
    /// Numbers of a format that NumPy has no dtype for.
    case format(ElementFormat)
    /// The same, without gaps between them: of so many bits each, the lowest of the first byte first.
    case packed(ElementFormat, bits: Int)
    /// Blocks of quantized numbers, or anything else that is listed and not read.
    case blocks
  }

  /// The name in the file.
  public let name: String
  /// The file's own name of the type: `BF16`, `Q4_K`.
  public let typeName: String
  /// How the elements lie in the file.
  public let elements: Elements
  /// The length of each axis, the slowest first.
  public let shape: [Int]
  /// The file; of a model in several, the one that holds this tensor.
  public let source: any ByteSource
  /// Where the elements begin in the file.
  public let offset: Int
  /// The bytes of all elements as they are stored.
  public let byteCount: Int
  /// Why nothing is known of the tensor but its name: the file of a model that holds it cannot be read.
  public let failure: FormatError?

  package init(
    name: String, typeName: String, elements: Elements, shape: [Int], source: any ByteSource, offset: Int,
    byteCount: Int
  ) {
    self.name = name
    self.typeName = typeName
    self.elements = elements
    self.shape = shape
    self.source = source
    self.offset = offset
    self.byteCount = byteCount
    failure = nil
  }

  /// A tensor of a model in several files that cannot be read.
  package init(name: String, of index: any ByteSource, failure: FormatError) {
    (self.name, typeName, elements, shape) = (name, "unreadable", .blocks, [])
    (source, offset, byteCount, self.failure) = (index, 0, 0, failure)
  }

  /// The format that the elements are decoded from; `nil` for those that NumPy has a dtype for.
  public var format: ElementFormat? {
    switch elements {
    case .format(let format), .packed(let format, _): format
    case .dtype, .blocks: nil
    }
  }

  /// The dtype of the elements when they are read; `nil` for those that are not.
  public var dtype: DType? {
    switch elements {
    case .dtype(let dtype): dtype
    case .format(let format), .packed(let format, _): format.dtype
    case .blocks: nil
    }
  }

  /// Whether the elements lie in the file at a multiple of their size, so that they can be used where they are mapped.
  public var isAligned: Bool {
    switch elements {
    case .dtype(let dtype): offset % max(1, dtype.alignment) == 0
    case .format(let format): offset % format.itemSize == 0
    case .packed, .blocks: true
    }
  }

  /// The error of a tensor whose elements are not read.
  private var unreadable: FormatError {
    FormatError(
      .unsupported, "elements of type \(typeName) are listed, but not read", file: source.name, member: name,
      offset: offset)
  }

  /// The elements as they are stored; those that are packed in a byte each.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if elements of the type are not read.
  package func storedBlocks() throws(FormatError) -> any ArrayBlockSource {
    guard shape.count <= Layout.maxAxes else {
      throw FormatError(
        .limitExceeded, "the tensor has \(shape.count) axes, more than the \(Layout.maxAxes) of NumPy's arrays",
        file: source.name, member: name)
    }
    let dtype: DType
    switch elements {
    case .blocks: throw failure?.at(member: name) ?? unreadable
    case .packed(let format, let bits):
      return MemberBlocks(
        PackedBlocks(
          source, offset: offset, bits: bits, ArrayDescriptor(dtype: .void(format.itemSize), shape: shape)), name)
    case .dtype(let known): dtype = known
    case .format(let format): dtype = .void(format.itemSize)
    }
    return MemberBlocks(
      RawBlocks(
        source, offset: offset, dtype: dtype, shape: shape,
        strides: Layout.strides(shape, itemSize: dtype.itemSize), isFortranOrder: false), name)
  }

  /// The elements as numbers.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if elements of the type are not read.
  package func blocks() throws(FormatError) -> any ArrayBlockSource {
    let stored = try storedBlocks()
    guard let format else { return stored }
    return try ViewBlocks(stored, as: .format(format))
  }

  /// The elements where they are mapped: nothing is read until it is touched.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if they have to be decoded, or the file cannot be mapped.
  package func mapped(_ access: MappedFile.Access) throws(FormatError) -> AnyNDArray {
    if let failure { throw failure.at(member: name) }
    guard case .dtype(let dtype) = elements else {
      throw FormatError(
        .unsupported, "elements of type \(typeName) are decoded when they are read, and cannot be mapped",
        file: source.name, member: name)
    }
    guard let map = try source.mapped(access) else {
      throw FormatError(
        .unsupported, "only a file that was opened by its path can be mapped", file: source.name, member: name)
    }
    return try AnyNDArray(mapped: map, offset: offset, dtype: dtype, shape: shape, fortran: false)
  }
}
