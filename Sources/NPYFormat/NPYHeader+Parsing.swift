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
    // NumPy would read on, and every number would be another.
    if text.last == UInt8(ascii: "\r"), !limits.isLenient {
      throw FormatError(
        .malformed,
        "the header ends in CR: line ends were changed on the way, as of text (by FTP, or git's autocrlf); fetch the file as "
          + "a binary one", offset: textStart + length - 1)
    }
    let utf8 = try NPYHeader.utf8(text, version: version, start: textStart)
    if version.major == 3 {
      // Continuation bytes are not characters of their own.
      let characters = text.count { $0 & 0xC0 != 0x80 }
      guard characters <= limits.headerCharacters else { throw NPYHeader.tooLong(characters, limits) }
    }
    let (parts, isFromPython2) = try NPYHeader.parts(of: utf8, version: version, start: textStart, limits)
    do throws(FormatError) {
      self.init(
        version: version, dtype: parts.dtype, shape: parts.shape, isFortranOrder: parts.isFortranOrder,
        byteCount: textStart - start + length, isFromPython2: isFromPython2, elementFormat: parts.elementFormat,
        foreignNotation: parts.foreignNotation)
      try check(limits)
    } catch {
      throw error.at(offset: textStart)
    }
  }

  /// What the text says; one that breaks the rules, and whose meaning is clear, only where the limits allow it.
  private static func parts(
    of text: [UInt8], version: Version, start: Int, _ limits: LoadLimits
  ) throws(FormatError) -> (parts: Parts, isFromPython2: Bool) {
    func parsed(_ rules: HeaderRules) throws(FormatError) -> (parts: Parts, isFromPython2: Bool) {
      let (literal, isFromPython2) = try NPYHeader.literal(text, version: version, start: start, rules)
      do throws(FormatError) { return (try rules.parts(of: literal), isFromPython2) } catch {
        throw error.at(offset: start)
      }
    }
    let rules = HeaderRules(
      isLenient: limits.isLenient, acceptsForeignElements: limits.isLenient || limits.acceptsForeignElements)
    do throws(FormatError) { return try parsed(rules) } catch {
      guard !rules.isLenient,
        let parts = try? parsed(HeaderRules(isLenient: true, acceptsForeignElements: true)).parts
      else { throw error }
      var error = error
      error.message =
        parts.elementFormat.map { "the elements are \($0.rawValue), which NumPy has no dtype for" }
        ?? "the header is not as NumPy writes it: \(error.message)"
      throw error.adding("its meaning is clear, and lenient reading accepts it")
    }
  }

  /// The text as Python reads it; the `L` of Python 2's integers only where the text cannot be read without.
  private static func literal(
    _ text: [UInt8], version: Version, start: Int, _ rules: HeaderRules
  ) throws(FormatError) -> (literal: PythonLiteral, isFromPython2: Bool) {
    do throws(PythonLiteralError) {
      do throws(PythonLiteralError) {
        return (try PythonLiteral(parsing: text, allowingLongSuffix: false, allowingCalls: rules.isLenient), false)
      } catch {
        guard version.major < 3 else { throw error }
        return (try PythonLiteral(parsing: text, allowingLongSuffix: true, allowingCalls: rules.isLenient), true)
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

  typealias Parts = (
    dtype: DType, shape: [Int], isFortranOrder: Bool, elementFormat: ElementFormat?, foreignNotation: String?
  )

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
