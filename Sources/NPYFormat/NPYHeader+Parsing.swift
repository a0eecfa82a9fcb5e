public import ByteIO
internal import NDArrays
internal import PythonLiterals

extension NPYHeader {
  /// Reads the header of the array that begins at the reader's position; the reader then stands at the data.
  ///
  /// The length is checked against the limit before the text is read; the text is parsed, never evaluated.
  ///
  /// - Throws: ``FormatError``, its offset counted from the source's start: `empty`, `wrongKind`, `truncated`,
  ///   `malformed`, `unsupported` for a version that NumPy has not, `limitExceeded`.
  public init(from reader: inout ByteReader, limits: LoadLimits = .default) throws(FormatError) {
    let start = reader.position
    do throws(FormatError) {
      try self.init(parsing: &reader, start: start, limits: limits)
    } catch {
      throw error.at(file: reader.source.name, offset: start)
    }
  }

  private init(parsing reader: inout ByteReader, start: Int, limits: LoadLimits) throws(FormatError) {
    let version = try NPYHeader.readVersion(&reader, start: start)
    var length = 0
    for byte in try reader.read(version.lengthFieldSize, "array header length").reversed() {
      length = length << 8 | Int(byte)
    }
    // A character of 3.0 may take up to four bytes.
    let (most, overflow) = limits.headerCharacters.multipliedReportingOverflow(by: version.major == 3 ? 4 : 1)
    guard overflow || length <= most else { throw NPYHeader.tooLong(length, limits) }
    let text = try reader.read(length, "array header")
    let textStart = start + 8 + version.lengthFieldSize
    let utf8 = try NPYHeader.utf8(text, version: version, start: textStart)
    if version.major == 3 {
      // Continuation bytes are not characters of their own.
      let characters = text.count { $0 & 0xC0 != 0x80 }
      guard characters <= limits.headerCharacters else { throw NPYHeader.tooLong(characters, limits) }
    }
    let (literal, isFromPython2) = try NPYHeader.literal(utf8, version: version, start: textStart)
    do throws(FormatError) {
      let parts = try NPYHeader.parts(of: literal)
      self.init(
        version: version, dtype: parts.dtype, shape: parts.shape, isFortranOrder: parts.isFortranOrder,
        byteCount: textStart - start + length, isFromPython2: isFromPython2)
      try check(limits)
    } catch {
      throw error.at(offset: textStart)
    }
  }

  /// The text as Python reads it; the `L` of Python 2's integers only where the text cannot be read without.
  private static func literal(
    _ text: [UInt8], version: Version, start: Int
  ) throws(FormatError) -> (literal: PythonLiteral, isFromPython2: Bool) {
    do throws(PythonLiteralError) {
      do throws(PythonLiteralError) {
        return (try PythonLiteral(parsing: text, allowingLongSuffix: false), false)
      } catch {
        guard version.major < 3 else { throw error }
        return (try PythonLiteral(parsing: text, allowingLongSuffix: true), true)
      }
    } catch {
      throw FormatError(
        .malformed, "the header is not a Python literal: \(error.message)", offset: start + error.offset)
    }
  }

  private static func tooLong(_ length: Int, _ limits: LoadLimits) -> FormatError {
    FormatError(
      .limitExceeded,
      "Header info length (\(length)) is large and may not be safe to load securely: the limit is "
        + "\(limits.headerCharacters) characters; raise it if you trust the file")
  }

  private static func readVersion(_ reader: inout ByteReader, start: Int) throws(FormatError) -> Version {
    let prefix = try reader.read(upTo: 8)
    if prefix.isEmpty { throw FormatError(.empty, "no data left in file", offset: start) }
    guard prefix.prefix(6).elementsEqual(magic.prefix(prefix.count)) else {
      throw FormatError(.wrongKind, "this is no .npy file: the magic string is missing", offset: start)
    }
    guard prefix.count == 8 else {
      throw FormatError.truncated("magic string", expected: 8, found: prefix.count, at: start)
    }
    let version = Version(prefix[prefix.startIndex + 6], prefix[prefix.startIndex + 7])
    guard (1...3).contains(version.major), version.minor == 0 else {
      throw FormatError(.unsupported, "format version \(version) is not 1.0, 2.0 or 3.0", offset: start + 6)
    }
    return version
  }

  /// The text in UTF-8: versions before 3.0 are written in latin-1.
  private static func utf8(_ text: ArraySlice<UInt8>, version: Version, start: Int) throws(FormatError) -> [UInt8] {
    if version.major == 3 {
      let bytes = Array(text)
      guard String(validating: bytes, as: UTF8.self) != nil else {
        throw FormatError(.malformed, "the header is not valid UTF-8", offset: start)
      }
      return bytes
    }
    guard text.contains(where: { $0 >= 0x80 }) else { return Array(text) }
    var utf8: [UInt8] = []
    for byte in text { utf8.append(contentsOf: Array(String(UnicodeScalar(byte)).utf8)) }
    return utf8
  }

  private typealias Parts = (dtype: DType, shape: [Int], isFortranOrder: Bool)

  /// Exactly the three keys, each with a value of its type: what `_read_array_header` checks.
  private static func parts(of literal: PythonLiteral) throws(FormatError) -> Parts {
    guard case .dict(let entries) = literal else { throw FormatError(.malformed, "the header is not a dictionary") }
    var (descr, order, shape): (PythonLiteral?, PythonLiteral?, PythonLiteral?)
    for entry in entries {
      switch entry.key {
      case .string("descr"): try set(&descr, to: entry.value, key: "descr")
      case .string("fortran_order"): try set(&order, to: entry.value, key: "fortran_order")
      case .string("shape"): try set(&shape, to: entry.value, key: "shape")
      default: throw FormatError(.malformed, "the header has a key besides 'descr', 'fortran_order' and 'shape'")
      }
    }
    guard let descr, let order, let shape else {
      let missing = [(descr, "descr"), (order, "fortran_order"), (shape, "shape")].filter { $0.0 == nil }
      throw FormatError(.malformed, "the header lacks the key '\(missing.map(\.1).joined(separator: "', '"))'")
    }
    guard case .bool(let isFortranOrder) = order else {
      throw FormatError(.malformed, "fortran_order is not True or False")
    }
    let dtype: DType
    do throws(ArrayError) { dtype = try DType(descr: descr) } catch {
      throw FormatError(.malformed, "descr is not a valid dtype descriptor: \(error.message)")
    }
    return (dtype, try dimensions(shape), isFortranOrder)
  }

  private static func set(
    _ entry: inout PythonLiteral?, to value: PythonLiteral, key: String
  ) throws(FormatError) {
    guard entry == nil else { throw FormatError(.malformed, "the header has the key '\(key)' twice") }
    entry = value
  }

  private static func dimensions(_ literal: PythonLiteral) throws(FormatError) -> [Int] {
    guard case .tuple(let items) = literal else { throw FormatError(.malformed, "shape is not a tuple") }
    var shape: [Int] = []
    for item in items {
      switch item {
      case .int(let dimension) where dimension >= 0: shape.append(dimension)
      case .int(let dimension):
        throw FormatError(.malformed, "shape has a negative dimension, \(dimension)")
      case .bigInt: throw FormatError(.limitExceeded, "shape has a dimension that 64 bits do not hold")
      default: throw FormatError(.malformed, "shape is not a tuple of integers")
      }
    }
    return shape
  }

  /// The limits, before anything is allocated on the header's word.
  private func check(_ limits: LoadLimits) throws(FormatError) {
    guard shape.count <= limits.dimensions else {
      throw FormatError(.limitExceeded, "the array has \(shape.count) dimensions; at most \(limits.dimensions) may be")
    }
    var byteCount = max(1, dtype.itemSize)
    // Dimensions of zero are left out: the strides of an empty array must be countable too.
    for dimension in shape where dimension > 0 {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      guard !overflow else {
        throw FormatError(
          .limitExceeded, "array is too big: shape \(Layout.describe(shape)) of \(dtype.itemSize) bytes")
      }
      byteCount = product
    }
    guard dataByteCount <= limits.arrayBytes else {
      throw FormatError(
        .limitExceeded, "the array has \(dataByteCount) bytes, more than the limit of \(limits.arrayBytes)")
    }
  }
}
