internal import ByteIO
internal import CNumPyIO
internal import NDArrays
internal import PythonLiterals

// What C passes in, checked.

/// A text of the caller's.
///
/// - Throws: ``FormatError`` with code `badArgument` for NULL and for what is not UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FormatError) -> String {
  // Safe: as `optionalText`.
  guard let text = try unsafe optionalText(pointer, what) else {
    throw FormatError(.badArgument, "\(what) is NULL")
  }
  return text
}

/// A text of the caller's; `nil` for NULL.
func optionalText(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FormatError) -> String? {
  guard let pointer = unsafe pointer else { return nil }
  // Safe: the header has callers promise a text that ends in a null byte.
  guard let text = unsafe String(validatingCString: pointer) else {
    throw FormatError(.badArgument, "\(what) is not UTF-8")
  }
  return text
}

/// A list of the caller's as an array.
///
/// - Throws: ``FormatError`` with code `badArgument` for a negative count, and for NULL where there should be something.
func list<Item>(_ pointer: UnsafePointer<Item>?, _ count: some BinaryInteger, _ what: String) throws(FormatError)
  -> [Item]
{
  guard let count = Int(exactly: count), count >= 0 else {
    throw FormatError(.badArgument, "a negative number of \(what)")
  }
  if count == 0 { return [] }
  guard let pointer = unsafe pointer else { throw FormatError(.badArgument, "\(what) are NULL") }
  // Safe: the header has callers promise as many items as they say.
  return unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
}

/// Whole numbers of the caller's.
func integers(_ pointer: UnsafePointer<Int64>?, _ count: some BinaryInteger, _ what: String) throws(FormatError)
  -> [Int]
{
  // Safe: as `list`.
  try unsafe list(pointer, count, what).map { Int($0) }
}

/// Texts of the caller's.
func texts(
  _ pointer: UnsafePointer<UnsafePointer<CChar>?>?, _ count: some BinaryInteger, _ what: String
) throws(FormatError) -> [String] {
  var result: [String] = []
  // Safe: as `list`, each a text as `text` takes it.
  let items = try unsafe list(pointer, count, what)
  for place in 0..<(unsafe items.count) { result.append(try unsafe text(items[place], "one of the \(what)")) }
  return result
}

/// Bytes of the caller's.
func bytes(_ pointer: UnsafeRawPointer?, _ count: Int64, _ what: String) throws(FormatError) -> UnsafeRawBufferPointer {
  guard let count = Int(exactly: count), count >= 0 else {
    throw FormatError(.badArgument, "a negative number of \(what)")
  }
  let isMissing = unsafe pointer == nil
  guard count == 0 || !isMissing else { throw FormatError(.badArgument, "\(what) are NULL") }
  // Safe: the header has callers promise as many bytes as they say.
  return unsafe UnsafeRawBufferPointer(start: pointer, count: count)
}

/// A dtype as NumPy's `descr` has it, or in one of NumPy's other notations.
func dtype(_ text: String) throws(FormatError) -> DType {
  do throws(ArrayError) {
    guard let first = text.utf8.first, "'\"[(".utf8.contains(first) else { return try DType(text) }
    guard let literal = try? PythonLiteral(parsing: Array(text.utf8), allowingLongSuffix: false) else {
      throw DType.notUnderstood(text)
    }
    return try DType(descr: literal)
  } catch { throw FormatError(.badArgument, error.message) }
}
