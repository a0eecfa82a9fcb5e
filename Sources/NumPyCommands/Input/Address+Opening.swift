import ByteIO
import NumPyIO

// What an address names within an opened file.

extension Address {
  /// The array of an opened file that the address names, with its slice, and its name in an archive.
  func item(of document: Document) throws(FormatError) -> (name: String?, array: LazyArray) {
    let exact = exact(in: document)
    let member = exact.member
    guard let slice = exact.slice else {
      let (name, array) = try document.item(member)
      return (name, try document.unpacked(array))
    }
    let (name, table) = try document.limited(to: member == nil ? slice : [.ellipsis]).item(member)
    let array = try document.unpacked(table)
    do throws(FormatError) { return (name, try array.applying(.slice(slice))) } catch {
      // What holds the elements may have a name of its own.
      var error = error
      (error.file, error.member) = (path, member)
      throw error
    }
  }

  /// The value that the address names in a pickle that was read, if it is not an array; the fields of arrays are none of
  /// its values.
  func value(in document: Document) throws(FormatError) -> PickleValue? {
    var (base, path) = (document, document.within(member))
    if let name = member, let (found, rest) = try document.objects(at: name) {
      (base, path) = (Document(.value(found, protocolVersion: nil), path: self.path, options: document.options), rest)
    }
    guard case .value(let whole, _) = base.content else { return nil }
    do throws(FormatError) {
      // The empty path is the whole.
      let value = try whole.value(at: path ?? "")
      // Not by a conditional expression: there `nil` would be Python's None.
      guard try value.arrayDescription() == nil else { return nil }
      return value
    } catch {
      guard error.code == .notFound, (try? document.item(member)) != nil else { throw error.at(file: self.path) }
      return nil
    }
  }

  /// The error of a slice of what is no array.
  func slicesNothing(_ value: PickleValue) -> FormatError {
    let base = path + ":" + (member.map { $0 + "." } ?? "")
    let hint = value.children.first.map { "; name what it holds: \(base)\($0.name)" } ?? ""
    return FormatError(.badArgument, "a \(value.typeName) has no slices\(hint)", file: path, member: member)
  }

  /// The address without a slice if what looks like one is part of a path in a pickle, or in an array of objects, or of the
  /// name of a column.
  func exact(in document: Document) -> Address {
    guard slice != nil, let bracketed else { return self }
    if case .text = document.content {
      guard member != nil, path != "-", document.hasColumn(bracketed) else { return self }
      return Address(path: path, member: bracketed)
    }
    let found: PickleValue?
    if case .value(let whole, _) = document.content {
      // The whole of a file is a list of which this is an item, or an array.
      guard member != nil || ((try? whole.arrayDescription()) ?? nil) == nil else { return self }
      found = try? whole.value(at: document.within(bracketed) ?? "")
    } else if let member, let (whole, path) = (try? document.objects(at: member)) ?? nil,
      ((try? whole.value(at: path).arrayDescription()) ?? nil) == nil,
      let (same, longer) = (try? document.objects(at: bracketed)) ?? nil
    {
      found = try? same.value(at: longer)
    } else if member != nil, path != "-",
      // Of a file on a server its directory has been read, and nothing more is for this.
      RemoteInput.isRemote(path) ? document.names.contains(bracketed) : document.holds(bracketed)
    {
      // A field of records whose name ends so.
      return Address(path: path, member: bracketed)
    } else {
      found = nil
    }
    return found == nil ? self : Address(path: path, member: bracketed)
  }

  /// The masked array that the address names in a pickle, or the part of it; `nil` if it names anything else.
  func masked(in document: Document) throws(FormatError) -> PickledArray? {
    let address = exact(in: document)
    let (member, slice) = (address.member, address.slice)
    guard let found = try value(named: member, in: document), let object = found.object,
      PickledArray.isMasked(object), let array = try PickledArray(found), let mask = array.mask
    else { return nil }
    guard document.options.view == nil else {
      var error = FormatError(
        .unsupported, "the elements of a masked array are not seen as others here", file: path, member: member)
      error.commandHint = "npy convert --view makes an array of them, without the mask"
      throw error
    }
    guard let slice else { return array }
    return try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in
      var part = PickledArray(kind: array.kind, content: try array.content.slice(slice), mask: try mask.slice(slice))
      part.fillValue = array.fillValue
      return part
    }
  }

  /// What a name stands for in a pickle, or in an array of objects; `nil` for what is neither.
  private func value(named member: String?, in document: Document) throws(FormatError) -> PickleValue? {
    if case .value(let whole, _) = document.content { return try? whole.value(at: document.within(member) ?? "") }
    guard let member, let (whole, path) = (try? document.objects(at: member)) ?? nil else { return nil }
    return try? whole.value(at: path)
  }

  /// The array that the address names, and the masked array whose values these are, if it is one.
  func operand(in document: Document) throws(FormatError) -> (array: LazyArray, masked: PickledArray?) {
    guard let masked = try masked(in: document.value(naming: member)) else {
      return (try item(of: document).array, nil)
    }
    return (try LazyArray(masked.content, name: text, spool: document.spool), masked)
  }

  /// The values of a masked array that are there; `nil` if the address names anything else.
  func unmasked(in document: Document) throws(FormatError) -> AnyNDArray? {
    guard let array = try masked(in: document) else { return nil }
    return try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in try array.compressed() }
  }

  /// A masked array, or a field of it, with NaN in place of what is masked; `nil` if the address names anything else.
  func withGaps(in document: Document, fields: [String]) throws(FormatError) -> LazyArray? {
    guard var array = try masked(in: document) else { return nil }
    let values = try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in
      for name in fields { array = try array.field(name) }
      return try array.withGaps()
    }
    return try values.map { (values) throws(FormatError) in
      try LazyArray(.values(values), name: text, spool: document.spool)
    }
  }

  /// What the address names if it holds several arrays: an archive, or what in a pickle is no array itself.
  ///
  /// - Parameters:
  ///   - document: The file, opened.
  ///   - isQuiet: Whether nothing is said of what in a pickle is no array.
  /// - Returns: `nil` if the address names an array; the only array of an archive is one.
  func collection(
    in document: Document, isQuiet: Bool = false
  ) throws(FormatError) -> (document: Document, contents: ArchiveContents)? {
    guard slice == nil else { return nil }
    if let archive = document.archive, member == nil { return archive.count > 1 ? (document, archive) : nil }
    let value = try document.value(naming: member)
    guard let whole = try wholeDocument(value), let contents = try whole.collection(isQuiet: isQuiet) else {
      return nil
    }
    return (whole, contents)
  }

  /// The document that the address names as a whole: a file, or what stands at a path of keys in a pickle; `nil` if it
  /// names an array.
  func wholeDocument(_ document: Document) throws(FormatError) -> Document? {
    if member == nil { return document }
    if let name = member, try document.objects(at: name) != nil {
      let inner = try document.value(at: member)
      if case .value(let value, _) = inner.content, try value.arrayDescription() != nil || value.children.isEmpty {
        return nil
      }
      return inner
    }
    guard case .value = document.content else { return nil }
    guard (try? document.value(at: member)) != nil || (try? document.item(member)) == nil else { return nil }
    return try document.value(at: member)
  }
}
