internal import ArrayBytes
internal import PythonLiterals
public import ByteIO
public import NDArrays

/// What a `.npy` file says of its array before the bytes: NumPy's `numpy.lib.format` header.
public struct NPYHeader: Sendable, Hashable {
  /// The first bytes of every `.npy` file.
  public static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// A version of the format. 1.0 has headers of up to 64 KiB, 2.0 longer ones, 3.0 names in UTF-8.
  public struct Version: Sendable, Hashable, CustomStringConvertible {
    /// 1; 2 for headers beyond 64 KiB; 3 for names that are not Latin-1.
    public let major: UInt8
    /// 0, in every version so far.
    public let minor: UInt8

    init(_ major: UInt8, _ minor: UInt8 = 0) {
      self.major = major
      self.minor = minor
    }

    /// Both parts with a dot between them: `1.0`.
    public var description: String { "\(major).\(minor)" }

    /// How many bytes the length of the header's text takes.
    var lengthFieldSize: Int { major == 1 ? 2 : 4 }
  }

  /// The format's version: 1.0 but for long headers and names beyond Latin-1.
  public let version: Version
  /// The type of the elements.
  public let dtype: DType
  /// The length of each axis; empty for one element without axes.
  public let shape: [Int]
  /// Whether the first axis runs fastest.
  public let isFortranOrder: Bool
  /// The bytes from the magic to the line end before the data.
  public let byteCount: Int
  /// Whether the text has Python 2's integers, such as `2L`: NumPy reads it, slowly and with a warning.
  public let isFromPython2: Bool

  /// What the elements are whose dtype is no NumPy's, and raw bytes here; read only where that is allowed.
  public let elementFormat: ElementFormat?
  /// How the text describes elements as ml_dtypes does, which NumPy never writes: raw bytes with a byte order (`<V2`), or a
  /// letter of their own (`<f1`).
  package let foreignNotation: String?

  init(
    version: Version, dtype: DType, shape: [Int], isFortranOrder: Bool, byteCount: Int, isFromPython2: Bool = false,
    elementFormat: ElementFormat? = nil, foreignNotation: String? = nil
  ) {
    self.elementFormat = elementFormat
    self.foreignNotation = foreignNotation
    self.version = version
    self.dtype = dtype
    self.shape = shape
    self.isFortranOrder = isFortranOrder
    self.byteCount = byteCount
    self.isFromPython2 = isFromPython2
  }

  /// The header of an array of another shape whose data begin at the same place.
  func resized(to shape: [Int]) -> NPYHeader {
    NPYHeader(
      version: version, dtype: dtype, shape: shape, isFortranOrder: isFortranOrder, byteCount: byteCount,
      isFromPython2: isFromPython2, elementFormat: elementFormat, foreignNotation: foreignNotation)
  }

  /// The number of elements: the product of the shape, 1 for no axes.
  public var count: Int { Layout.elementCount(shape) ?? 0 }

  /// The bytes of all elements; for objects, whose pickle has any length, 0.
  public var dataByteCount: Int { dtype.hasObjects ? 0 : count * dtype.itemSize }

  /// The strides in bytes that the elements have in the file.
  package var strides: [Int] { Layout.strides(shape, itemSize: dtype.itemSize, fortran: isFortranOrder) }
}

// MARK: - Writing

extension NPYHeader {
  /// The header of an array as `np.save` writes it, and its bytes.
  ///
  /// Laid out by `numpy.lib.format._write_array_header`: the keys in order, room for the growing axis's length to
  /// reach 21 characters, and padding so that the data begin at a multiple of 64 bytes.
  ///
  /// - Parameter elementFormat: What elements are whose dtype is no NumPy's, as `ml_dtypes` has them described.
  /// - Throws: ``FormatError`` with code `unsupported` for dtypes that no header can describe.
  public static func encode(
    dtype: DType, shape: [Int], fortranOrder: Bool = false, elementFormat: ElementFormat? = nil
  ) throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    try encode(
      dtype: dtype, shape: shape, fortranOrder: fortranOrder, elementFormat, notation: elementFormat?.headerNotation)
  }

  /// - Parameter notation: How the elements are described, if that is not as NumPy does.
  static func encode(
    dtype: DType, shape: [Int], fortranOrder: Bool, _ elementFormat: ElementFormat?, notation: String?
  ) throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    let text = try text(dtype: dtype, shape: shape, fortranOrder: fortranOrder, notation)
    let version: Version
    let encoded: [UInt8]
    if let latin1 = latin1(text) {
      encoded = latin1
      version = Version(paddedLength(latin1.count, lengthFieldSize: 2) <= 0xFFFF ? 1 : 2)
    } else {
      encoded = Array(text.utf8)
      version = Version(3)
    }
    let length = paddedLength(encoded.count, lengthFieldSize: version.lengthFieldSize)
    guard let length32 = UInt32(exactly: length) else {
      throw FormatError(.unsupported, "the header would have \(length) bytes, more than 32 bits can count")
    }
    var bytes = magic + [version.major, version.minor]
    for shift in 0..<version.lengthFieldSize { bytes.append(UInt8(truncatingIfNeeded: length32 >> UInt32(shift * 8))) }
    bytes += encoded
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: length - encoded.count - 1)
    bytes.append(UInt8(ascii: "\n"))
    let header = NPYHeader(
      version: version, dtype: dtype, shape: shape, isFortranOrder: fortranOrder, byteCount: bytes.count,
      elementFormat: elementFormat, foreignNotation: notation)
    return (header, bytes)
  }

  private static func text(
    dtype: DType, shape: [Int], fortranOrder: Bool, _ notation: String?
  ) throws(FormatError) -> String {
    let descr: String
    if let notation {
      descr = PythonRepr.string(notation)
    } else {
      do throws(ArrayError) { descr = try dtype.headerDescription() } catch {
        throw FormatError(.unsupported, error.message)
      }
    }
    var text = "{'descr': \(descr), 'fortran_order': \(fortranOrder ? "True" : "False"), "
    text += "'shape': \(Layout.describe(shape)), }"
    if let growing = fortranOrder ? shape.last : shape.first {
      text += String(repeating: " ", count: max(0, 21 - String(growing).count))
    }
    return text
  }

  /// The length of a text with its padding and line end.
  private static func paddedLength(_ count: Int, lengthFieldSize: Int) -> Int {
    count + 1 + 64 - (8 + lengthFieldSize + count + 1) % 64
  }

  private static func latin1(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}

extension AnyNDArray {
  /// The header that `np.save` gives the array, and its bytes.
  package func encodedHeader() throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    try NPYHeader.encode(dtype: dtype, shape: shape, fortranOrder: savesInFortranOrder)
  }
}
