import ArgumentParser
import ByteIO
import NumPyIO

struct DiffCommand: NPYCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", _superCommandName: "npy",
    abstract: "Compare two arrays, or two archives or pickles array by array.",
    discussion: """
      Numbers differ where |a - b| > atol + rtol * |b|, as for np.allclose. Exit code 0: the same; 1: different;
      2: trouble. Without a tolerance other dtypes are a difference; another byte order or another order of the
      axes in memory never is. Of masked arrays the masks are compared, and the values that neither hides.

      EXAMPLES
        npy diff a.npy b.npy
        npy diff --rtol 1e-5 --equal-nan a.npz:weights b.npy
      """)

  @Argument(help: "The first array.") var a: String
  @Argument(help: "The second array.") var b: String
  @Option(parsing: .unconditional, help: "The relative tolerance.") var rtol: Double?
  @Option(parsing: .unconditional, help: "The absolute tolerance.") var atol: Double?
  @Flag(help: "Let a NaN equal a NaN, and a NaT a NaT.") var equalNan = false
  @Flag(name: .shortAndLong, help: "Print nothing; the exit code tells.") var quiet = false
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup(title: "Reading") var reading: SourceOptions

  func validate() throws {
    guard rtol ?? 0 >= 0, atol ?? 0 >= 0 else { throw ValidationError("a tolerance is a number from 0 on") }
  }

  var isQuiet: Bool { quiet }

  /// What `diff` says when it cannot compare: 1 means that the arrays differ.
  private static let trouble: Int32 = 2

  func run() throws {
    do {
      try ManyOperands.checkStreams([a, b])
      let (left, right) = (try Address(a), try Address(b))
      // The options may be meant for one of the two.
      let first = try reading.document(left.path, isOneOfMany: true)
      let second = try reading.document(right.path, isOneOfMany: true)
      switch (first.content, second.content) {
      case (.text, .text): try TextOptionUse.check(reading, of: first)
      case (.text, _): break
      default: try TextOptionUse.check(reading, of: second)
      }
      let result = try compare(left, first, right, second)
      let isSame = try report(result)
      if result.isTroubled { throw ExitCode(DiffCommand.trouble) }
      if !isSame { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      // A closed pipe and an interruption end as they do everywhere.
      guard let code = Failure.report(error, asJSON: json) else { throw error }
      throw ExitCode(code == Failure.badData ? DiffCommand.trouble : code)
    }
  }

  /// What two operands have in common and what not.
  private struct Result {
    var comparisons: [ArrayComparison] = []
    var others: [MemberDifference] = []
    /// Whether something could not be read.
    var isTroubled = false

    /// The same with the names of what lies within one of several pickles.
    func within(_ number: String) -> Result {
      var result = self
      for index in comparisons.indices {
        result.comparisons[index].name = number + (comparisons[index].name.map { "." + $0 } ?? "")
      }
      result.others = others.map { $0.within(number) }
      return result
    }
  }

  private func compare(
    _ left: Address, _ first: Document, _ right: Address, _ second: Document
  ) throws -> Result {
    guard left.isWhole, right.isWhole else { return try compareOne((left, first), (right, second)) }
    let (lefts, rights) = (try first.pickles(), try second.pickles())
    if lefts.count == 1, rights.count == 1 { return try compareOne((left, lefts[0]), (right, rights[0])) }
    // Several calls of `pickle.dump` have written to one file.
    var result = Result()
    for index in 0..<max(lefts.count, rights.count) {
      guard index < lefts.count, index < rights.count else {
        result.others.append(
          MemberDifference(name: "pickle \(index)", onlyFile: Address.shown(index < lefts.count ? a : b)))
        continue
      }
      let part = try compareOne((left, lefts[index]), (right, rights[index]), number: "#\(index)")
      result.comparisons += part.comparisons
      result.others += part.others
      result.isTroubled = result.isTroubled || part.isTroubled
    }
    return result
  }

  /// - Parameter number: Which of several pickles the documents are.
  private func compareOne(
    _ left: (address: Address, document: Document), _ right: (address: Address, document: Document),
    number: String? = nil
  ) throws -> Result {
    let result: Result
    if let one = try collection(left.address, left.document), let other = try collection(right.address, right.document)
    {
      result = try compareArchives(one, other)
    } else if case .npy(let one) = left.document.content, case .npy(let other) = right.document.content,
      left.address.isWhole, right.address.isWhole
    {
      result = try compareFiles((left.document, one), (right.document, other))
    } else if let one = try value(left.address, left.document), let other = try value(right.address, right.document) {
      // Objects without arrays.
      let isSame = values.areSame(one, other)
      return Result(others: isSame ? [] : [MemberDifference(name: number ?? a, onlyFile: nil, isValue: true)])
    } else {
      result = Result(comparisons: try compareItems(left, right))
    }
    return number.map(result.within) ?? result
  }

  /// Compares archives member by member, by their names as any format has them; the order of the members does not matter.
  private func compareArchives(
    _ left: (document: Document, archive: ArchiveContents), _ right: (document: Document, archive: ArchiveContents)
  ) throws -> Result {
    let (first, second) = (left.archive, right.archive)
    var result = Result()
    let names = [first, second].map { side in side.keys.map { (name: side.plainName(of: $0.key), key: $0.key) } }
    let others = Dictionary(names[1].map { (NameKey($0.name), $0.key) }) { first, _ in first }
    for (name, key) in names[0] {
      guard let other = others[NameKey(name)] else {
        result.others.append(MemberDifference(name: name, onlyFile: Address.shown(a)))
        continue
      }
      do {
        if try first.isArray(key), try second.isArray(other) {
          result.comparisons.append(try compareMembers((key, left), (other, right), name: name))
        } else if try first.data(of: key) != second.data(of: other) {
          result.others.append(MemberDifference(name: name, onlyFile: nil))
        }
      } catch let error as FormatError {
        // What cannot be read does not hide the others.
        _ = try Failure.note(error, asJSON: false)
        result.isTroubled = true
      }
    }
    let known = Set(names[0].map { NameKey($0.name) })
    result.others += names[1].filter { !known.contains(NameKey($0.name)) }.map {
      MemberDifference(name: $0.name, onlyFile: Address.shown(b))
    }
    result.others += otherDifferences(first, second)
    return result
  }

  /// Compares two arrays of one name; of masked ones what is not hidden.
  private func compareMembers(
    _ left: (key: String, side: (document: Document, archive: ArchiveContents)),
    _ right: (key: String, side: (document: Document, archive: ArchiveContents)), name: String
  ) throws -> ArrayComparison {
    let masked = [left, right].map { key, side in
      guard case .values(let members) = side.archive, let (array, isMask) = members.masked(key), !isMask else {
        return PickledArray?.none
      }
      return array
    }
    let arrays = try [left, right].map { key, side in try side.document.array(key, of: side.archive) }
    return try compareValues(arrays, masked, name: name)
  }

  /// Compares two arrays; of masked ones also the masks.
  private func compareItems(
    _ left: (address: Address, document: Document), _ right: (address: Address, document: Document)
  ) throws -> [ArrayComparison] {
    let operands = try [left, right].map { side throws(FormatError) in try side.address.operand(in: side.document) }
    let (sides, masked) = (operands.map(\.array), operands.map(\.masked))
    guard masked.contains(where: { $0 != nil }) else { return [try compare(sides[0], sides[1], name: nil)] }
    let values = try compareValues(sides, masked, name: "data")
    guard sides[0].shape == sides[1].shape else { return [values] }
    let masks = try zip(sides, masked).map { side, masked in
      try LazyArray(
        .values(masked?.mask ?? AnyNDArray(zeros: side.shape, dtype: .bool)), name: side.name,
        spool: left.document.spool)
    }
    return [values, try compare(masks[0], masks[1], name: "mask")]
  }

  /// Compares the values of two arrays that none of their masks hides.
  private func compareValues(
    _ arrays: [LazyArray], _ masked: [PickledArray?], name: String
  ) throws -> ArrayComparison {
    let masks = masked.compactMap { $0?.mask }
    guard !masks.isEmpty, arrays.allSatisfy({ !$0.dtype.hasObjects }) else {
      return try compare(arrays[0], arrays[1], name: name)
    }
    let visible = try arrays.map { array in
      guard case .values(let values) = try array.read() else { return array }
      return try LazyArray(.values(PickledArray.blanked(values, by: masks)), name: array.name, spool: array.spool)
    }
    return try compare(visible[0], visible[1], name: name)
  }

  /// An archive of any number of members, or a pickle of several arrays.
  private func collection(
    _ address: Address, _ document: Document
  ) throws(FormatError) -> (document: Document, archive: ArchiveContents)? {
    if address.isWhole, let archive = document.archive { return (document, archive) }
    return try address.collection(in: document, isQuiet: true).map { ($0.document, $0.contents) }
  }

  /// What an address names if it is no array.
  private func value(_ address: Address, _ document: Document) throws(FormatError) -> PickleValue? {
    let exact = address.exact(in: document)
    guard exact.slice == nil else { return nil }
    return try exact.value(in: document.value(naming: exact.member))
  }

  /// How values are compared that are no arrays.
  private var values: ValueComparison { ValueComparison(relative: rtol, absolute: atol, equalNaN: equalNan) }

  /// What else two pickles hold and what differs. An archive has nothing else.
  private func otherDifferences(_ left: ArchiveContents, _ right: ArchiveContents) -> [MemberDifference] {
    guard case .values(let first) = left, case .values(let second) = right else { return [] }
    let known = Dictionary(second.others.map { ($0.path, $0.value) }) { first, _ in first }
    var differences: [MemberDifference] = []
    for (path, value) in first.others {
      if let other = known[path] {
        guard !values.areSame(value, other) else { continue }
        differences.append(MemberDifference(name: path, onlyFile: nil, isValue: true))
      } else {
        differences.append(MemberDifference(name: path, onlyFile: Address.shown(a)))
      }
    }
    let names = Set(first.others.map(\.path))
    return differences
      + second.others.filter { !names.contains($0.path) }.map {
        MemberDifference(name: $0.path, onlyFile: Address.shown(b))
      }
  }

  /// Compares the arrays of two files, of which there are several if `np.save` was called several times.
  private func compareFiles(
    _ left: (document: Document, file: NPYFile), _ right: (document: Document, file: NPYFile)
  ) throws -> Result {
    var result = Result()
    var next: (left: NPYFile?, right: NPYFile?) = (left.file, right.file)
    while next.left != nil || next.right != nil {
      let index = result.comparisons.count
      guard let one = next.left, let other = next.right else {
        result.others.append(
          MemberDifference(name: "array \(index)", onlyFile: Address.shown(next.left == nil ? b : a)))
        break
      }
      var comparison = try compare(left.document.lazy(one), right.document.lazy(other), name: nil)
      next = (try one.next(limits: reading.loadLimits), try other.next(limits: reading.loadLimits))
      // A single array needs no name.
      if index > 0 || next.left != nil || next.right != nil { comparison.name = "array \(index)" }
      result.comparisons.append(comparison)
    }
    return result
  }

  /// Prints what differs and says whether nothing does.
  private func report(_ result: Result) throws -> Bool {
    let (comparisons, only) = (result.comparisons, result.others)
    let isSame = only.isEmpty && comparisons.allSatisfy(\.isSame)
    if json {
      let isArchive = comparisons.count != 1 || comparisons[0].name != nil
      let members = comparisons.map(\.json) + only.filter { $0.onlyFile == nil }.map(\.json)
      let object: JSONValue =
        isArchive
        ? .object([
          ("same", .bool(isSame)), ("members", .array(members)),
          ("only_in_one", .array(only.filter { $0.onlyFile != nil }.map { .string($0.name) })),
        ]) : members[0]
      try Console.print(object.pretty())
    } else if !quiet {
      for line in comparisons.flatMap(\.lines) { try Console.print(line) }
      for difference in only { try Console.print(difference.line) }
    }
    return isSame
  }

  private func compare(_ left: LazyArray, _ right: LazyArray, name: String?) throws -> ArrayComparison {
    // The two are read in parts.
    for array in [left, right] { try array.verify() }
    return try ArrayComparison.compare(left, right, name: name, values: values)
  }
}
