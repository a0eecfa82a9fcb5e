internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// Which columns there are: their names, their types, what converts them.
extension GenFromTextTable {
  /// The first line with values, and these.
  mutating func firstLine() throws(FormatError) -> ([Unicode.Scalar], [String]) {
    let comment = Array((options.comments ?? "").unicodeScalars)
    while var line = try lines.next() {
      if options.names == .firstLine, !comment.isEmpty {
        // Names may stand in a comment.
        let parts = PythonText.split(line[...], at: comment)
        if parts.count > 1 { line = parts.dropFirst().flatMap { Array($0) } }
      }
      let values = splitter.fields(line)
      if !values.isEmpty { return (line, values) }
    }
    options.onWarning?("genfromtxt: Empty input file: \"\(source.name)\"")
    return ([], [])
  }

  mutating func settleNames(_ first: inout [Unicode.Scalar], _ values: inout [String]) throws(FormatError) {
    switch options.names {
    case .firstLine:
      guard !values.isEmpty else {
        throw FormatError(.malformed, "there is no line to take the names from")
      }
      if let comments = options.comments,
        comments.contains(PythonText.strip(values[0])) || PythonText.strip(values[0]).isEmpty
      {
        // What marks the line as a comment is not a column.
        values.removeFirst()
      }
      self.names = validator.validate(values.map(PythonText.strip), isHeader: true)
      first = []
    case .list(let list): names = validator.validate(list.map(PythonText.strip), isHeader: true)
    case nil: break
    }
  }

  mutating func settleColumns(_ values: [String]) throws(FormatError) {
    let wanted = options.useColumns.flatMap { $0.isEmpty ? nil : $0 }
    columnCount = wanted?.count ?? values.count
    try settleDType()
    guard let wanted else {
      if names != nil, let fields = dtype?.fields { names = fields.map(\.name) }
      return
    }
    for case .name(let name) in wanted where names?.contains(name) != true {
      throw FormatError(.badArgument, "\(PythonRepr.string(name)) is not in list")
    }
    let indices = wanted.map { $0.place(among: names, count: values.count) }
    columns = indices
    if let fields = dtype?.fields, fields.count > columnCount {
      let places = try places(indices, count: fields.count)
      dtype = try structured(places.map { (fields[$0].name, fields[$0].dtype) })
      names = places.map { fields[$0].name }
    } else if let known = names, known.count > columnCount {
      names = try places(indices, count: known.count).map { known[$0] }
    } else if let known = names, known.count == columnCount, namesAreOfFile(wanted),
      indices.allSatisfy(known.indices.contains)
    {
      // NumPy leaves the names where they are, above the values of other columns.
      var chosen = indices.map { known[$0] }
      if Set(indices).count < indices.count { chosen = validator.validate(chosen) }
      names = chosen
      if let dtype, dtype.fields?.count == columnCount { self.dtype = try relabelled(dtype, chosen) }
    }
  }

  /// Whether the names are those of all columns of the file, rather than of the columns that are read: the file gives them, or
  /// they tell which are read.
  private func namesAreOfFile(_ wanted: [GenFromTextOptions.Column]) -> Bool {
    options.names == .firstLine || options.namesAreOfFile || wanted.allSatisfy(\.isName)
  }

  /// Python's indices, which may count from the end, as places in a list.
  private func places(_ indices: [Int], count: Int) throws(FormatError) -> [Int] {
    let places = indices.map { $0 < 0 ? $0 + count : $0 }
    guard places.allSatisfy({ $0 >= 0 && $0 < count }) else {
      throw FormatError(.badArgument, "list index out of range")
    }
    return places
  }

  /// Gives the dtype's fields their names: NumPy's `easy_dtype`.
  private mutating func settleDType() throws(FormatError) {
    guard let dtype else { return }
    if let names {
      let valid = validator.validate(names, count: dtype.fields?.count)
      self.dtype = try dtype.isStructured ? relabelled(dtype, valid) : structured(valid.map { ($0, dtype) })
    } else if let fields = dtype.fields {
      let numbered = fields.indices.map { "f\($0)" }
      let given = fields.map(\.name)
      let isDefault = given == numbered && options.defaultFormat != "f%i"
      let valid = validator.validate(isDefault ? fields.map { _ in "" } : given)
      self.dtype = try relabelled(dtype, valid)
    }
  }

  /// The same record with other names for its fields, which stay where they are.
  func relabelled(_ dtype: DType, _ names: [String]) throws(FormatError) -> DType {
    guard Set(names).count == names.count else { throw FormatError(.badArgument, "Duplicate field names given.") }
    let fields = zip(names, dtype.fields ?? []).map { DType.Field($0, $1.dtype, offset: $1.offset) }
    return try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try DType.structured(fields: fields, itemSize: dtype.itemSize)
    }
  }

  func structured(_ fields: [(String, DType)]) throws(FormatError) -> DType {
    try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try DType.structured(fields.map { (name: $0.0, dtype: $0.1) })
    }
  }

  // MARK: Converters

  private func index(of column: GenFromTextOptions.Column) -> Int? {
    switch column {
    case .name(let name):
      // There may be more names than columns.
      return names?.firstIndex(of: name).flatMap { $0 < columnCount ? $0 : nil }
    case .index(let index):
      let place = columns.flatMap { $0.firstIndex(of: index) } ?? index
      let counted = place < 0 ? place + columnCount : place
      return counted >= 0 && counted < columnCount ? counted : nil
    }
  }

  /// Whether a column is told by its name or its number in the file.
  private func isOfFile(_ column: GenFromTextOptions.Column) -> Bool {
    guard case .index(let index) = column, let columns else { return true }
    return columns.contains(index)
  }

  mutating func makeConverters() {
    var missing = [[String]](repeating: [""], count: columnCount)
    switch options.missingValues {
    case .all(let texts): for index in missing.indices { missing[index] += texts }
    case .list(let lists):
      for (index, texts) in lists.enumerated() where index < columnCount { missing[index] += texts ?? [] }
    case .columns(let byColumn):
      for (column, texts) in byColumn {
        guard let column else {
          for index in missing.indices { missing[index] += texts }
          continue
        }
        if let index = index(of: column) { missing[index] += texts }
      }
    case nil: break
    }
    var filling = [TextValue?](repeating: nil, count: columnCount)
    switch options.fillingValues {
    case .all(let value): filling = filling.map { _ in value }
    case .list(let values):
      for (index, value) in values.enumerated() where index < columnCount { filling[index] = value }
    case .columns(let byColumn):
      // A number that is none of the columns' counts the columns that are read: it gives way to one that is.
      for isKnown in [false, true] {
        for case (let column?, let value) in byColumn where isOfFile(column) == isKnown {
          if let index = index(of: column) { filling[index] = value }
        }
      }
    case nil: break
    }
    let slots = dtype.flatMap { try? FieldSlot.slots(of: $0) } ?? FieldSlots([])
    converters = (0..<columnCount).map { index in
      guard let dtype else { return StringConverter(missing: missing[index], fill: filling[index]) }
      let slot = slots.count > 1 ? (index < slots.count ? slots[index].dtype : dtype) : slots.first?.dtype ?? dtype
      return StringConverter(slot, missing: missing[index], fill: filling[index])
    }
    for (column, converter) in options.converters {
      guard let index = index(of: column) else { continue }
      converters[index].use(converter)
      customColumns.insert(index)
    }
  }
}
