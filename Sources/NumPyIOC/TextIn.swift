internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import TextTables

/// A function of the caller's that hears NumPy's warnings.
@safe struct WarningListener: @unchecked Sendable {
  private let callback: npyio_warning_callback
  private let context: UnsafeMutableRawPointer?

  init?(_ callback: npyio_warning_callback?, _ context: UnsafeMutableRawPointer?) {
    guard let callback = unsafe callback else { return nil }
    // Safe: only stored.
    unsafe self.callback = callback
    unsafe self.context = context
  }

  func hear(_ warning: FileWarning) {
    // Safe: the caller's function with the caller's context; the text is valid during the call.
    unsafe warning.description.withCString { unsafe callback(context, $0) }
  }
}

/// The number of rows at most that the caller gives: -1 for all.
private func optional(_ count: Int64, _ what: String) throws(FormatError) -> Int? {
  guard count >= -1 else { throw FormatError(.badArgument, "\(what) is \(count)") }
  return count == -1 ? nil : Int(count)
}

extension LoadTextOptions {
  fileprivate init(_ given: npyio_loadtxt_options) throws(FormatError) {
    self.init()
    // Safe: as the header describes the structure.
    if let name = try unsafe optionalText(given.dtype, "the dtype") { dtype = try NumPyIOC.dtype(name) }
    comments = try unsafe texts(given.comments, given.comment_count, "comments")
    delimiter = try unsafe optionalText(given.delimiter, "the delimiter")
    quoteCharacter = try unsafe optionalText(given.quote, "the quote")
    encoding = try unsafe encodingNamed(given.encoding)
    if unsafe given.column_count >= 0 { useColumns = try unsafe integers(given.columns, given.column_count, "columns") }
    skipRows = unsafe Int(given.skip_rows)
    maxRows = try unsafe optional(given.max_rows, "max_rows")
    ndmin = unsafe Int(given.minimum_axes)
    unpack = unsafe given.unpack != 0
    if let listener = unsafe WarningListener(given.warn, given.context) { onWarning = { listener.hear($0) } }
  }
}

/// The encoding of a name; `nil` for NULL.
func encodingNamed(_ name: UnsafePointer<CChar>?) throws(FormatError) -> TextEncoding? {
  // Safe: as `optionalText`.
  guard let name = try unsafe optionalText(name, "the encoding") else { return nil }
  return try TextEncoding(named: name)
}

extension GenFromTextOptions {
  fileprivate init(_ given: npyio_genfromtxt_options) throws(FormatError) {
    self.init(dtype: nil)
    // Safe: as the header describes the structure.
    if let name = try unsafe optionalText(given.dtype, "the dtype") { dtype = try NumPyIOC.dtype(name) }
    comments = try unsafe optionalText(given.comments, "the comment sign")
    let widths = try unsafe integers(given.widths, given.width_count, "widths")
    if let delimiter = try unsafe optionalText(given.delimiter, "the delimiter") { self.delimiter = .text(delimiter) }
    if widths.count == 1 { delimiter = .width(widths[0]) }
    if widths.count > 1 { delimiter = .widths(widths) }
    skipHeader = unsafe Int(given.skip_header)
    skipFooter = unsafe Int(given.skip_footer)
    maxRows = try unsafe optional(given.max_rows, "max_rows")
    if unsafe given.column_count >= 0 {
      useColumns = try unsafe integers(given.columns, given.column_count, "columns").map { .index($0) }
    }
    if unsafe given.name_count >= 0 {
      let list = try unsafe texts(given.names, given.name_count, "names")
      names = list.isEmpty ? .firstLine : .list(list)
    }
    let missing = try unsafe texts(given.missing, given.missing_count, "missing values")
    if !missing.isEmpty { missingValues = .all(missing) }
    if let filling = unsafe given.filling { fillingValues = unsafe .all(.number(filling.pointee)) }
    autostrip = unsafe given.autostrip != 0
    unpack = unsafe given.unpack != 0
    usemask = unsafe given.with_mask != 0
    keepsBytes = unsafe given.keep_bytes != 0
    invalidRaise = unsafe given.skip_invalid == 0
    ndmin = unsafe Int(given.minimum_axes)
    encoding = try unsafe encodingNamed(given.encoding)
    // Of tables with names NumPy makes errors of some of them, for which the caller asks it.
    tellsWords = unsafe given.name_count >= 0
    if let listener = unsafe WarningListener(given.warn, given.context) { onWarning = { listener.hear($0) } }
  }
}

/// `npyio_loadtxt`, which `numpyio.h` describes.
@c @implementation
public func npyio_loadtxt(
  _ source: OpaquePointer?, _ options: UnsafePointer<npyio_loadtxt_options>?, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    guard let given = unsafe options?.pointee else { throw FormatError(.badArgument, "the options are NULL") }
    let (source, options) = try unsafe (Handle.of(source, SourceHandle.self).source, LoadTextOptions(given))
    try unsafe give(out) { () throws(FormatError) in
      try ArrayHandle(AnyNDArray.loadText(from: TextFile.decompressing(source), options: options))
    }
  }
}

/// `npyio_genfromtxt`, which `numpyio.h` describes.
@c @implementation
public func npyio_genfromtxt(
  _ source: OpaquePointer?, _ options: UnsafePointer<npyio_genfromtxt_options>?, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ mask: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    guard let given = unsafe options?.pointee else { throw FormatError(.badArgument, "the options are NULL") }
    let (source, options) = try unsafe (Handle.of(source, SourceHandle.self).source, GenFromTextOptions(given))
    if let mask = unsafe mask { unsafe mask.pointee = nil }
    var missing: ArrayHandle?
    try unsafe give(out) { () throws(FormatError) in
      let table = try AnyNDArray.genFromText(from: TextFile.decompressing(source), options: options)
      if let mask = table.mask { missing = try ArrayHandle(mask) }
      return try ArrayHandle(table.array)
    }
    if let mask = unsafe mask { unsafe mask.pointee = missing?.lent() }
  }
}
