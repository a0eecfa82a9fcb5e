import ByteIO
import PythonLiterals

// Numbers, strings and bytes.

extension Pickler {
  mutating func saveInt(_ value: Int) throws(FormatError) {
    guard let small = Int32(exactly: value) else {
      guard version >= 2 else { return output.write(Opcode.long, line: value, suffix: UInt8(ascii: "L")) }
      // As few bytes as hold the value and its sign.
      let bits = 65 - (value < 0 ? ~value : value).leadingZeroBitCount
      return output.write(Opcode.long1, lowBytes: UInt8((bits + 7) / 8), of: value)
    }
    if version == 0 {
      output.write(Opcode.int, line: value)
    } else if let byte = UInt8(exactly: small) {
      output.write(Opcode.binInt1, byte)
    } else if let short = UInt16(exactly: small) {
      output.write(Opcode.binInt2, short)
    } else {
      output.write(Opcode.binInt, small)
    }
  }

  mutating func saveLong(_ value: PickleInteger) throws(FormatError) {
    if version < 2 {
      guard let digits = value.decimal() else {
        throw FormatError(
          .unsupported, "an integer of more than 4300 digits cannot be written at protocols 0 and 1")
      }
      output.write(Array("L\(digits)L\n".utf8))
      return
    }
    if value.byteCount < 256 {
      output.write(Opcode.long1, UInt8(value.byteCount))
    } else {
      guard let count = Int32(exactly: value.byteCount) else {
        throw FormatError(.unsupported, "an integer of more than 2**31 bytes cannot be pickled")
      }
      output.write(Opcode.long4, count)
    }
    // Safe: the bytes are copied within the closure.
    unsafe value.object.withBytes { unsafe output.write($0) }
  }

  mutating func saveFloat(_ value: Double) {
    if version > 0 {
      output.write(Opcode.binFloat, value.bitPattern.byteSwapped)
    } else {
      output.write(Array("F\(PythonRepr.float(value))\n".utf8))
    }
  }

  // MARK: Strings

  /// Whether equal strings are this same object: literals, and the short ones that Python keeps only once.
  private mutating func isShared(_ value: PickleString) -> Bool {
    guard value.isShared else { return false }
    return options.sharesEqualValues || Pickler.isSingleton(value)
  }

  /// Whether Python has only one string of that text.
  private static func isSingleton(_ value: PickleString) -> Bool {
    value.utf8Count <= 1
      || (value.utf8Count == 2 && value.text.unicodeScalars.count == 1
        && value.text.unicodeScalars.allSatisfy { $0.value < 256 })
  }

  mutating func saveString(_ value: PickleString) throws(FormatError) {
    guard isShared(value) else {
      if let index = memoIndex(value.object) { return writeGet(index) }
      // Before protocol 3 single bytes are written as text, which is the one string of that character.
      let mayBeByte = version < 3 && value.utf8Count <= 2 && Pickler.isSingleton(value)
      if mayBeByte, let index = sharedStrings.find(value, hash: value.contentHash) { return writeGet(index) }
      try writeString(value)
      memoize(value.object)
      if mayBeByte, readCharacters.find(value, hash: value.contentHash) == nil {
        readCharacters.add(value, hash: value.contentHash, memoCount - 1)
      }
      return
    }
    let hash = value.contentHash
    if let index = sharedStrings.find(value, hash: hash) { return writeGet(index) }
    if version < 3, value.utf8Count <= 2, let index = readCharacters.find(value, hash: hash) { return writeGet(index) }
    try writeString(value)
    memoizeShared()
    sharedStrings.add(value, hash: hash, memoCount - 1)
  }

  private mutating func writeString(_ value: PickleString) throws(FormatError) {
    if version == 0 { return writeEscaped(value) }
    let count = value.utf8Count
    if count < 256, version >= 4 {
      // Safe: the bytes are used within the calls, here and below.
      return unsafe value.withUTF8 { unsafe output.write(Opcode.shortBinUnicode, short: UnsafeRawBufferPointer($0)) }
    }
    if count < PickleOutput.frameTarget {
      output.write(Opcode.binUnicode, UInt32(count))
      return unsafe value.withUTF8 { unsafe output.write(UnsafeRawBufferPointer($0)) }
    }
    let header = try lengthHeader(
      count, short: nil, medium: Opcode.binUnicode, long: version >= 4 ? Opcode.binUnicode8 : nil)
    // Safe: the bytes are used within the call. (A string lends its bytes to closures without typed errors only.)
    let result: Result<Void, FormatError> = unsafe value.withUTF8 { bytes in
      do throws(FormatError) {
        return .success(try unsafe output.writePayload(header, UnsafeRawBufferPointer(bytes)))
      } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Protocol 0: Latin-1 with escapes for what would break the line, and for all other code points.
  private mutating func writeEscaped(_ value: PickleString) {
    output.write(Opcode.unicode)
    // Safe: the bytes are read within the closure; each code point has as many as its first says.
    unsafe value.withUTF8 { text in
      var place = 0
      while place < text.count {
        let first = unsafe text[place]
        guard first >= 0x80 || Pickler.isEscaped(first) else {
          var end = place + 1
          while end < text.count, unsafe text[end] < 0x80 && !Pickler.isEscaped(text[end]) { end += 1 }
          unsafe output.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[place..<end])))
          place = end
          continue
        }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var point = UInt32(first) & (length == 1 ? 0x7F : 0x7F >> UInt32(length))
        for next in 1..<max(1, length) { point = point << 6 | UInt32(unsafe text[place + next] & 0x3F) }
        writeEscaped(point)
        place += length
      }
    }
    output.write(0x0A as UInt8)
  }

  @inline(__always)
  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte == 0x5C || byte == 0x00 || byte == 0x0A || byte == 0x0D || byte == 0x1A
  }

  private mutating func writeEscaped(_ point: UInt32) {
    if point >= 0x80, point < 0x100 { return output.write(UInt8(point)) }
    let digits = point < 0x10000 ? 4 : 8
    output.write(codes: 0x5C, point < 0x10000 ? UInt8(ascii: "u") : UInt8(ascii: "U"))
    for place in (0..<digits).reversed() {
      let digit = UInt8(point >> UInt32(4 * place) & 15)
      output.write(digit < 10 ? 48 + digit : 87 + digit)
    }
  }

  // MARK: Bytes

  mutating func saveBytes(_ value: PickleBytes) throws(FormatError) {
    if let index = memoIndex(value.object) { return writeGet(index) }
    let isShared = value.isShared && (options.sharesEqualValues || value.count <= 1)
    let hash = isShared ? value.contentHash : 0
    if isShared, let index = sharedBytes.find(value, hash: hash) { return writeGet(index) }
    if version < 3 {
      if !isShared, writeEncoded(value) { return memoize(value.object) }
      // The place in the memo comes when the call has been written.
      if isShared { steps.append(.shareLast(value)) }
      if value.count == 0 {
        call(PickleGlobal(module: "builtins", name: "bytes"), [], for: value)
      } else {
        let text =
          value.text ?? PickleString(latin1: value.array, isShared: value.count == 1)
        call(Pickler.encode, [.string(text), .string(Pickler.latin1)], for: value)
      }
      return
    }
    try writeBytes(value)
    memoize(value.object)
    if isShared { sharedBytes.add(value, hash: hash, memoCount - 1) }
  }

  mutating func writeBytes(_ value: PickleBytes) throws(FormatError) {
    if value.count < 256 {
      // Safe: the bytes are used within the call.
      return unsafe value.withBytes { unsafe output.write(Opcode.shortBinBytes, short: $0) }
    }
    let header = try lengthHeader(
      value.count, short: Opcode.shortBinBytes, medium: Opcode.binBytes,
      long: version >= 4 ? Opcode.binBytes8 : nil)
    try writePayload(header, value)
  }

  private mutating func writePayload(_ header: [UInt8], _ value: PickleBytes) throws(FormatError) {
    // Safe: the bytes are used within the call.
    try unsafe value.withBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe output.writePayload(header, bytes)
    }
  }

  mutating func saveByteArray(_ value: PickleBytes) throws(FormatError) {
    if let index = memoIndex(value.object) { return writeGet(index) }
    guard version >= 5 else {
      if try writeByteArrayCall(value) { return memoize(value.object) }
      return call(Pickler.byteArray, value.count == 0 ? [] : [.bytes(PickleBytes(another: value))], for: value)
    }
    if value.count < PickleOutput.frameTarget {
      output.write(Opcode.byteArray8, UInt64(value.count))
      // Safe: the bytes are used within the call.
      unsafe value.withBytes { unsafe output.write($0) }
    } else {
      try writePayload(Pickler.header(Opcode.byteArray8, UInt64(value.count)), value)
    }
    memoize(value.object)
  }

  mutating func saveBuffer(_ value: PickleBuffer) throws(FormatError) {
    guard version >= 5 else {
      throw FormatError(.unsupported, "PickleBuffer can only be pickled with protocol >= 5")
    }
    if let keeps = options.keepsOutOfBand, try keeps(value) {
      output.write(Opcode.nextBuffer)
      if value.isReadOnly { output.write(Opcode.readOnlyBuffer) }
      return
    }
    if let index = memoIndex(value) { return writeGet(index) }
    let bytes = PickleBytes(value.memory)
    if value.isReadOnly {
      try writeBytes(bytes)
    } else {
      try writePayload(Pickler.header(Opcode.byteArray8, UInt64(bytes.count)), bytes)
    }
    memoize(value)
  }

  private mutating func lengthHeader(_ count: Int, short: UInt8?, medium: UInt8, long: UInt8?) throws(FormatError)
    -> [UInt8]
  {
    if let short, let byte = UInt8(exactly: count) { return [short, byte] }
    if let number = UInt32(exactly: count) { return Pickler.header(medium, number) }
    guard let long else {
      throw FormatError(.unsupported, "more than 4 GiB in one value need protocol 4 or later")
    }
    return Pickler.header(long, UInt64(count))
  }

  private static func header(_ code: UInt8, _ number: some FixedWidthInteger) -> [UInt8] {
    var bytes = [code]
    for place in 0..<(number.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
    return bytes
  }
}
