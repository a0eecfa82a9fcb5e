internal import ArrayDeflate
internal import ByteIO
internal import NPYFormat
internal import PickledArrays
internal import PythonPickle
internal import TorchFiles

extension FileCheck {
  /// Options that write down what a pickle names and calls, in the storages of tensors as well.
  func recordingOptions(_ record: PickleRecord) -> PickleReader.Options {
    FileCheck.recordingOptions(record, options.pickleEncoding, depth: 0)
  }

  private static func recordingOptions(
    _ record: PickleRecord, _ encoding: PickleStringEncoding, depth: Int
  ) -> PickleReader.Options {
    var reading = record.options(encoding)
    reading.replaceCall = { object throws(FormatError) in
      try checkStorage(object, record, depth: depth)
      return Optional<PickleValue>.none
    }
    return reading
  }

  /// Looks into the bytes of a storage in a plain pickle of a tensor: PyTorch would unpickle these too.
  private static func checkStorage(_ object: PickleObject, _ record: PickleRecord, depth: Int) throws(FormatError) {
    guard object.isCall("torch.storage", "_load_from_bytes") else { return }
    let unknown = FormatError(
      .unsupported, "a storage whose bytes are no stream of PyTorch's: what they do is not known")
    guard object.arguments.count == 1, case .bytes(let bytes) = object.arguments[0], depth < 8 else { throw unknown }
    let inner = recordingOptions(record, .latin1, depth: depth + 1)
    guard bytes.array.starts(with: TorchStream.magic) else {
      // It unpickles whatever stands where its magic number should, before it looks at that.
      var reader = PickleReader(MemorySource(bytes.array, name: "storage"), options: inner)
      _ = try? reader.read()
      throw unknown
    }
    _ = try TorchStream.read(MemorySource(bytes.array, name: "storage"), inner, map: nil)
  }

  /// The pickles of a file of its own, or those that a member may be.
  mutating func checkPickles(_ source: any ByteSource, isFile: Bool) throws(FormatError) {
    guard isFile else { return try checkCandidate(source, at: 0, member: nil) }
    guard try mayEndOrName(source, from: 0) else {
      throw FormatError(.truncated, "pickle data ends too early", file: path, offset: source.byteCount)
    }
    let record = PickleRecord(options.rules)
    // Also around a pickle that joblib has compressed.
    let isInFolder = within.allSatisfy { CompressionFormat(rawValue: $0) != nil }
    let folder = source.isSeekable && isInFolder ? JoblibFolder(of: path) : nil
    var reader = PickleReader(
      source, lending: try source.mapped(.readOnly), options: Joblib.options(recordingOptions(record), folder: folder))
    do throws(FormatError) {
      rebuild(try reader.read(), member: nil)
    } catch {
      note(record, member: nil)
      throw error.at(file: path)
    }
    // Python has no way to read these but one that the program that loads them brings along.
    if record.persistentCount > 0 {
      note(
        .error,
        FormatError(
          .unsupported, "the pickle refers to \(record.persistentCount) things outside of it (persistent ids)",
          file: path))
    }
    try checkFollowing(&reader, of: source, record)
  }

  /// The pickles that follow the first in a file.
  private mutating func checkFollowing(
    _ reader: inout PickleReader, of source: any ByteSource, _ record: PickleRecord
  ) throws(FormatError) {
    var end = reader.position
    do throws(FormatError) {
      defer { note(record, member: nil) }
      while try !reader.isAtEnd() {
        rebuild(try reader.read(), member: nil)
        end = reader.position
      }
    } catch {
      if error.code == .cancelled { throw error }
      note(
        record.hasCalled ? .error : .warning,
        FormatError(.malformed, "bytes follow the pickle that are none: \(error.message)", file: path, offset: end))
      try checkBehindPadding(source, at: end, member: nil)
    }
  }

  /// What stands behind zeros or white space, and may be a pickle: whoever put them there has a reader that passes them.
  private mutating func checkBehindPadding(
    _ source: any ByteSource, at end: Int, member: String?
  ) throws(FormatError) {
    guard source.isSeekable else { return }
    var place = end
    while true {
      let piece = try source.readBytes(at: place, upTo: 1 << 16)
      guard !piece.isEmpty else { return }
      let padding = piece.prefix { [0, 0x09, 0x0A, 0x0D, 0x20].contains($0) }.count
      place += padding
      guard padding == piece.count else { break }
    }
    if place > end { try checkCandidate(source, at: place, member: member) }
  }

  /// Bytes behind what a reader takes, which no honest file has, and which may be a pickle.
  ///
  /// - Parameter what: What they follow.
  mutating func checkFollowing(
    _ source: any ByteSource, at end: Int, what: String, member: String?
  ) throws(FormatError) {
    guard try !source.readBytes(at: end, upTo: 1).isEmpty else { return }
    note(.warning, FormatError(.malformed, "bytes follow \(what)", file: path, member: member, offset: end))
    guard source.isSeekable else { return }
    try checkCandidate(source, at: end, member: member)
  }

  /// What may be a pickle, or not: it is one if it is whole, if it calls something before it breaks, or if it says which
  /// protocol it follows and names something.
  mutating func checkCandidate(_ source: any ByteSource, at offset: Int, member: String?) throws(FormatError) {
    guard try mayEndOrName(source, from: offset) else { return }
    let record = PickleRecord(options.rules)
    var reading = recordingOptions(record)
    reading.limits.stackDepth = FileCheck.candidateDepth
    var reader = PickleReader(source, at: offset, options: Joblib.options(reading))
    var count = 0
    var end = offset
    do throws(FormatError) {
      repeat {
        let value = try reader.read()
        count += 1
        end = reader.position
        rebuild(value, member: member)
      } while try !reader.isAtEnd()
      note(record, member: member)
    } catch {
      if error.code == .cancelled { throw error }
      // Of what is too much for us alone Python may read on.
      let hasReachedLimit =
        error.code == .limitExceeded && error.message == PickleLimits.stackMessage(FileCheck.candidateDepth)
      let isMarked = record.namesAnything && (try? source.readBytes(at: offset, upTo: 1)) == [0x80]
      guard count > 0 || record.hasCalled || isMarked || hasReachedLimit else { return }
      note(record, member: member)
      if record.hasCalled || isMarked || (hasReachedLimit && !record.names.isEmpty) {
        note(.error, error.at(file: path, member: member))
      } else if hasReachedLimit, try namesAnything(source, from: error.offset ?? 0) {
        note(.error, error.at(file: path, member: member))
      }
      if count > 0 { try checkBehindPadding(source, at: end, member: member) }
    }
  }

  /// As many values may wait in what is perhaps no pickle at all, but raw numbers.
  private static let candidateDepth = 1 << 22

  /// Whether there is any byte that could be an operation which names a class or function.
  private func namesAnything(_ source: any ByteSource, from start: Int) throws(FormatError) -> Bool {
    try ByteSearch.first(of: FileCheck.naming, in: PartOfSource(source, start..<Int.max)) != nil
  }

  /// The operations that name a class or function, by whatever way.
  private static let naming: [[UInt8]] = [[0x63], [0x69], [0x93], [0x82], [0x83], [0x84]]

  /// Whether there is any byte that could end a pickle, or name something: without one nothing is ever loaded or called, and
  /// values need not be made of megabytes of text or numbers to see that.
  private func mayEndOrName(_ source: any ByteSource, from start: Int) throws(FormatError) -> Bool {
    guard source.seekCost < .restart, let size = source.byteCount, size - start > 1 << 20 else { return true }
    return try ByteSearch.first(of: [[0x2E]] + FileCheck.naming, in: PartOfSource(source, start..<size)) != nil
  }

  /// The pickle within an array of objects.
  mutating func checkObjects(_ file: NPYFile, member: String?) throws(FormatError) {
    let record = PickleRecord(options.rules)
    do throws(FormatError) {
      defer { note(record, member: member) }
      var reader = PickleReader(file.source, at: file.dataOffset, options: recordingOptions(record))
      rebuild(try reader.read(), member: member)
      try checkFollowing(file.source, at: reader.position, what: "the pickle", member: member)
    } catch { throw error.at(file: file.source.name, member: member) }
    var reading = PickleReader.Options()
    reading.encoding = options.pickleEncoding == .ascii ? .latin1 : options.pickleEncoding
    if file.source.isSeekable { _ = try file.readObjects(options: reading) }
  }

  /// The files of PyTorch before 1.6: several pickles and the storages.
  mutating func checkStream(_ source: any ByteSource) throws(FormatError) {
    let record = PickleRecord(options.rules)
    defer { note(record, member: nil) }
    do throws(FormatError) {
      let (value, _, end) = try TorchStream.read(source, recordingOptions(record), map: source.mapped(.readOnly))
      rebuild(value, member: nil)
      if source.isSeekable { try checkFollowing(source, at: end, what: "the storages", member: nil) }
    } catch { throw error.at(file: path) }
  }

  /// Notes what would fail when an array of a pickle is asked for.
  mutating func rebuild(_ value: PickleValue, member: String?) {
    for fault in PickleRebuild.faults(in: value) {
      var fault = fault
      fault.file = path
      note(.error, fault.at(member: member))
    }
  }

  // MARK: What was written down

  /// As many names of a pickle are told.
  private static let mostNames = 100

  /// Tells what a pickle names and calls: what is known in one line, everything else in a line of its own.
  mutating func note(_ record: PickleRecord, member: String?) {
    let risky = record.names.filter { $0.risk > .data }
    for name in risky.prefix(FileCheck.mostNames) { note(name, member: member) }
    if risky.count > FileCheck.mostNames {
      let text = "the pickle names \(risky.count - FileCheck.mostNames) more"
      note(risk: risky.map(\.risk).max() ?? .unknown, text, member: member)
    }
    for (risk, text) in record.oddities { note(risk: risk, "the pickle \(text)", member: member) }
    let known = record.names.filter { $0.risk <= .data }.map(\.global.qualifiedName)
    if !known.isEmpty {
      let listed = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? " and \(known.count - 12) more" : "")
      let text =
        risky.isEmpty
        ? "the pickle names only what is known to make plain data: \(listed)"
        : "the pickle names \(listed), known to make plain data"
      var finding = Finding(severity: .note, error: FormatError(.knownName, text, file: path, member: member))
      finding.risk = .data
      note(finding)
    }
    if let count = record.longFrame {
      let text =
        "a frame of \(count) bytes, more than there are: Python's unpickler in C refuses the pickle, others load it"
      note(.error, FormatError(.truncated, text, file: path, member: member))
    }
    if record.hasOldText {
      note(
        .warning,
        FormatError(
          .badValue, "strings of Python 2 that are not ASCII: NumPy reads them with encoding='latin1' only",
          file: path, member: member))
    }
  }

  private mutating func note(_ name: PickleRecord.Name, member: String?) {
    let global = name.global.qualifiedName
    var text = "the pickle "
    if name.callCount > 0 {
      let shown = name.calls.isEmpty ? global : name.calls.joined(separator: ", ")
      let more = name.callCount - name.calls.count
      text += "calls \(shown)" + (more > 0 && !name.calls.isEmpty ? " and \(more) times more" : "")
    } else {
      text += "names \(global)"
    }
    text +=
      name.risk == .dangerous
      ? ", which runs code, reads files or uses the network"
      : ", of which nothing is known"
    var finding = Finding(
      severity: .error,
      error: FormatError(name.risk == .dangerous ? .dangerousCall : .unknownName, text, file: path, member: member))
    if name.risk != .dangerous { finding.error.commandHint = "--allow \(global) trusts it" }
    (finding.risk, finding.name, finding.calls) = (name.risk, global, name.calls)
    note(finding)
  }

  private mutating func note(risk: PickleRisk, _ text: String, member: String?) {
    var finding = Finding(
      severity: .error,
      error: FormatError(risk == .dangerous ? .dangerousCall : .unknownName, text, file: path, member: member))
    finding.risk = risk
    note(finding)
  }
}

extension FormatError.Code {
  /// A pickle calls, or names, what runs code.
  static let dangerousCall = FormatError.Code(rawValue: "dangerous_call")
  /// A pickle names a class or function of which nothing is known.
  static let unknownName = FormatError.Code(rawValue: "unknown_name")
  /// A pickle names what is known to make plain data.
  static let knownName = FormatError.Code(rawValue: "known_name")
}
