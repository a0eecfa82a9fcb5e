/// What a Swift value encodes to: the step between `Encodable` and records.
indirect enum RecordValue {
  case null
  case integer(Int128, DType)
  case real(Double, DType)
  case complex(Double, Double, DType)
  case text(String)
  case datetime(any DatetimeRepresentable)
  case list([RecordValue])
  case record([(name: String, value: RecordValue)])

  /// Writes the value into its place.
  func store(in item: RecordItem, _ path: [String]) throws(ArrayError) {
    switch self {
    case .null: try storeNothing(in: item, path)
    case .integer(let value, _):
      guard item.store(value) else { throw misfit("\(value)", item, path) }
    case .real(let value, _):
      guard item.store(real: value) else { throw misfit("\(value)", item, path) }
    case .complex(let real, let imaginary, _):
      guard item.store(complex: real, imaginary) else { throw misfit("a complex number", item, path) }
    case .text(let text):
      guard item.store(text) else { throw misfit("'\(text)'", item, path) }
    case .datetime(let moment):
      guard item.dtype.kind == .datetime, let unit = item.dtype.dateUnit, let converted = moment.datetime(in: unit),
        item.store(Int128(converted.ticks))
      else { throw misfit("\(moment)", item, path) }
    case .list(let values):
      guard let entries = item.entries, entries.count == values.count else {
        throw misfit("a list of \(values.count)", item, path)
      }
      for (index, entry) in entries.enumerated() { try values[index].store(in: entry, path + [String(index)]) }
    case .record(let fields): try storeFields(fields, in: item, path)
    }
  }

  private func storeFields(
    _ values: [(name: String, value: RecordValue)], in item: RecordItem, _ path: [String]
  ) throws(ArrayError) {
    guard let fields = item.dtype.fields else { throw misfit("a record", item, path) }
    for (name, value) in values {
      guard let field = item.dtype.field(name) else {
        if case .null = value { continue }
        throw ArrayError(.noSuchField, "no field of name \((path + [name]).joined(separator: "."))")
      }
      try value.store(in: item.field(field), path + [name])
    }
    for field in fields where !values.contains(where: { $0.name == field.name || $0.name == field.title }) {
      try RecordValue.null.store(in: item.field(field), path + [field.name])
    }
  }

  /// A missing value is `NaN`, `NaT` or empty text; other dtypes have none.
  private func storeNothing(in item: RecordItem, _ path: [String]) throws(ArrayError) {
    switch item.dtype.kind {
    case .float where item.store(real: .nan), .complex where item.store(complex: .nan, .nan): return
    case .datetime where item.store(Int128(notATime)), .timedelta where item.store(Int128(notATime)): return
    case .string where item.store(""), .bytes where item.store(""): return
    default:
      throw ArrayError(
        .badValue,
        "\(RecordValue.describe(path)) has no value, and \(item.dtype.debugDescription) has none for what is missing")
    }
  }

  private func misfit(_ what: String, _ item: RecordItem, _ path: [String]) -> ArrayError {
    ArrayError(.badValue, "\(RecordValue.describe(path)): \(what) does not fit \(item.dtype.debugDescription)")
  }

  static func describe(_ path: [String]) -> String {
    path.isEmpty ? "the element" : "field '\(path.joined(separator: "."))'"
  }
}

/// The dtype that holds every value seen so far.
indirect enum RecordForm {
  case unknown
  case plain(DType)
  case text(Int)
  case list(RecordForm, count: Int)
  case record([(name: String, form: RecordForm)])

  /// Takes another value in.
  mutating func include(_ value: RecordValue, _ path: [String] = []) throws(ArrayError) {
    switch (self, value) {
    case (_, .null): break
    case (.unknown, .integer(_, let dtype)), (.unknown, .real(_, let dtype)), (.unknown, .complex(_, _, let dtype)):
      self = .plain(dtype)
    case (.unknown, .datetime(let moment)): self = .plain(.datetime(moment.preferredUnit))
    case (.unknown, .text(let text)): self = .text(max(1, text.unicodeScalars.count))
    case (.text(let longest), .text(let text)): self = .text(max(longest, text.unicodeScalars.count))
    case (.plain(let dtype), .integer(_, let other)), (.plain(let dtype), .real(_, let other)),
      (.plain(let dtype), .complex(_, _, let other)):
      guard dtype == other else { throw differ(path) }
    case (.plain(let dtype), .datetime): guard dtype.kind == .datetime else { throw differ(path) }
    case (.unknown, .list(let values)):
      var form = RecordForm.unknown
      for value in values { try form.include(value, path) }
      self = .list(form, count: values.count)
    case (.list(var form, let count), .list(let values)):
      guard values.count == count else {
        throw ArrayError(
          .shapeMismatch,
          "\(RecordValue.describe(path)) has lists of \(count) and of \(values.count), and a subarray has one length")
      }
      for value in values { try form.include(value, path) }
      self = .list(form, count: count)
    case (.unknown, .record(let values)):
      var fields: [(name: String, form: RecordForm)] = []
      for (name, value) in values {
        var form = RecordForm.unknown
        try form.include(value, path + [name])
        fields.append((name, form))
      }
      self = .record(fields)
    case (.record(var fields), .record(let values)):
      for (name, value) in values {
        if let place = fields.firstIndex(where: { $0.name == name }) {
          try fields[place].form.include(value, path + [name])
        } else {
          var form = RecordForm.unknown
          try form.include(value, path + [name])
          fields.append((name, form))
        }
      }
      self = .record(fields)
    default: throw differ(path)
    }
  }

  private func differ(_ path: [String]) -> ArrayError {
    ArrayError(.dtypeMismatch, "\(RecordValue.describe(path)) has values of different types")
  }

  /// The dtype.
  ///
  /// What has no value in any record is no field.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for an element without any value, which has no dtype.
  func dtype(_ path: [String] = []) throws(ArrayError) -> DType {
    switch self {
    case .unknown:
      throw ArrayError(
        .badValue, "\(RecordValue.describe(path)) has no value in any row, and nothing else says what it is")
    case .plain(let dtype): return dtype
    case .text(let count): return .string(count)
    case .list(let form, let count): return try .subarray(of: form.dtype(path), shape: [count])
    case .record(let fields):
      var placed: [(name: String, dtype: DType)] = []
      for (name, form) in fields {
        if case .unknown = form { continue }
        placed.append((name, try form.dtype(path + [name])))
      }
      return try .structured(placed)
    }
  }
}
