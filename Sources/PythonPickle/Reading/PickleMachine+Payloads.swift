import ByteIO

// Strings and bytes: their lengths, within the limits, and what they become.

extension PickleMachine {
  /// A declared length, within the limits and what is there.
  @inline(__always)
  mutating func length(_ count: Int) throws(FormatError) -> Int {
    guard count >= 0, count <= shortLength, count <= options.limits.totalBytes - totalBytes else {
      return try checkedLength(count)
    }
    totalBytes += count
    return count
  }

  @inline(never)
  private mutating func checkedLength(_ count: Int) throws(FormatError) -> Int {
    guard count >= 0 else { throw error("a negative byte count: \(count)") }
    guard count <= options.limits.valueBytes, count <= options.limits.totalBytes - totalBytes else {
      let most = min(options.limits.valueBytes, options.limits.totalBytes)
      var error = FormatError(.limitExceeded, "\(count) bytes declared; the limit is \(most) a value")
      error.commandHint = MemoryBudget.advice
      throw error
    }
    if count > 1 << 12 { try input.check(count) }
    totalBytes += count
    return count
  }

  mutating func length(_ count: UInt64) throws(FormatError) -> Int {
    guard let count = Int(exactly: count) else {
      throw FormatError(.limitExceeded, "\(count) bytes declared, more than any memory holds")
    }
    return try length(count)
  }

  private var notText: FormatError { error("a string is not valid UTF-8") }

  mutating func text(_ count: Int) throws(FormatError) -> PickleValue {
    let object: ByteObject
    if count <= PickleWindow.largeSize {
      // Safe: the bytes are copied before the window moves on.
      let bytes = unsafe try input.bytes(count)
      guard let flags = unsafe PickleString.flags(ofUTF8: bytes) else { throw notText }
      object = unsafe arena.add(UnsafeRawBufferPointer(bytes), flags)
    } else {
      // Safe: the bytes are copied within the closure.
      let copied = try unsafe input.withBytes(count) { bytes in
        unsafe PickleString.flags(ofUTF8: bytes).map { unsafe ByteObject(copying: UnsafeRawBufferPointer(bytes), $0) }
      }
      guard let copied else { throw notText }
      object = copied
    }
    let decoded = PickleString(object)
    if count <= 2, protocolVersion <= 2 { noteShort(decoded) }
    return .string(decoded)
  }

  /// Python 3 has one string of each Latin-1 character, and one without any. What it writes says so; what Python 2 wrote
  /// does not, as its two kinds of strings become one.
  mutating func noteShort(_ string: PickleString) {
    // Safe: each byte is read within the closure. These two begin the code points from 128 to 255.
    let isShort = unsafe string.withUTF8 { bytes in
      unsafe bytes.count <= 1 || bytes.count == 2 && (bytes[0] == 0xC2 || bytes[0] == 0xC3)
    }
    guard isShort else { return }
    if hasOldStrings { string.markShared() } else { shortStrings.append(string) }
  }

  /// A string of Python 2 in the encoding that was asked for.
  mutating func oldString(_ bytes: [UInt8]) throws(FormatError) -> PickleValue {
    // Python keeps only one string of each such character, and only one bytes of each byte.
    let isShared = bytes.count <= 1
    if !hasOldStrings {
      hasOldStrings = true
      for string in shortStrings { string.markShared() }
      shortStrings = []
    }
    switch options.encoding {
    case .bytes: return .bytes(PickleBytes(bytes, isShared: isShared))
    case .latin1: return .string(PickleString(codePoints: bytes.map { UInt32($0) }, isShared: isShared))
    case .ascii:
      guard let bad = bytes.first(where: { $0 > 127 }) else {
        return .string(PickleString(String(decoding: bytes, as: UTF8.self), isShared: isShared))
      }
      if let onForeignText = options.onForeignText {
        if !hasForeignText { onForeignText() }
        hasForeignText = true
        return .string(PickleString(codePoints: bytes.map { UInt32($0) }, isShared: isShared))
      }
      throw FormatError(
        .badValue,
        "a string of Python 2 holds the byte \(bad), which is not ASCII: read it with the encoding latin1 or bytes"
      )
    }
  }

  /// Bytes with a length of one byte. Python has only one object without any.
  mutating func shortBytes(_ count: Int) throws(FormatError) -> PickleBytes {
    let bytes = try payload(try length(count))
    return count == 0 ? PickleBytes([]) : bytes
  }

  /// A declared length's bytes, as an array or in memory of their own.
  @inline(__always)
  mutating func payload(_ count: Int) throws(FormatError) -> PickleBytes {
    guard count < PickleWindow.largeSize else { return try input.payload(count) }
    // Safe: the bytes are copied before the window moves on.
    return PickleBytes(unsafe arena.add(UnsafeRawBufferPointer(try input.bytes(count))))
  }
}
