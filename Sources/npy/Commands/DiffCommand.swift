import ArgumentParser
import ByteIO
import NumPyIO

struct DiffCommand: NPYCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two arrays, or two archives member by member.",
    discussion: """
      Numbers differ where |a - b| > atol + rtol * |b|, as for np.allclose. Exit code 0: the same; 1: different;
      2: trouble. Without a tolerance other dtypes are a difference; another byte order or another order of the
      axes in memory never is.

      EXAMPLES
        npy diff a.npy b.npy
        npy diff --rtol 1e-5 --equal-nan a.npz:weights b.npy
      """)

  @Argument(help: "The first array.") var a: String
  @Argument(help: "The second array.") var b: String
  @Option(parsing: .unconditional, help: "The relative tolerance.") var rtol: Double = 0
  @Option(parsing: .unconditional, help: "The absolute tolerance.") var atol: Double = 0
  @Flag(help: "Let a NaN equal a NaN.") var equalNan = false
  @Flag(name: .shortAndLong, help: "Print nothing; the exit code tells.") var quiet = false
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var limits: LimitOptions

  func validate() throws {
    guard rtol >= 0, atol >= 0 else { throw ValidationError("a tolerance is a number from 0 on") }
  }

  var isQuiet: Bool { quiet }

  /// What `diff` says when it cannot compare: 1 means that the arrays differ.
  private static let trouble: Int32 = 2

  func run() throws {
    do {
      let (left, right) = (try Address(a), try Address(b))
      let (leftFile, rightFile) = (
        try OpenedFile(left.path, limits: limits.resolved), try OpenedFile(right.path, limits: limits.resolved)
      )
      let isSame: Bool
      if case .npz(let first) = leftFile, case .npz(let second) = rightFile, left.isWhole, right.isWhole {
        isSame = try compareArchives(first, second)
      } else {
        isSame = try report([compare(ArrayInput(left, leftFile), ArrayInput(right, rightFile), name: nil)], only: [])
      }
      if !isSame { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      // A closed pipe and an interruption end as they do everywhere.
      let code = Failure.report(error, asJSON: json)
      throw ExitCode(code == Failure.badData ? DiffCommand.trouble : code)
    }
  }

  /// Compares archives member by member; the order of the members does not matter.
  private func compareArchives(_ first: NPZArchive, _ second: NPZArchive) throws -> Bool {
    var comparisons: [ArrayComparison] = []
    var only: [(name: String, where: String)] = []
    for name in first.names {
      guard second.contains(name) else {
        only.append((name, a))
        continue
      }
      let (left, right) = (try first.member(name), try second.member(name))
      if try first.isArray(left), try second.isArray(right) {
        comparisons.append(
          try compare(
            ArrayInput(Address(path: a, member: name), .npz(first)),
            ArrayInput(Address(path: b, member: name), .npz(second)), name: name))
      } else if try first.data(of: name) != second.data(of: name) {
        only.append((name, "both, with different bytes"))
      }
    }
    only += second.names.filter { !first.contains($0) }.map { ($0, b) }
    return try report(comparisons, only: only)
  }

  /// Prints what differs and says whether nothing does.
  private func report(_ comparisons: [ArrayComparison], only: [(name: String, where: String)]) throws -> Bool {
    let isSame = only.isEmpty && comparisons.allSatisfy(\.isSame)
    if json {
      let isArchive = comparisons.count != 1 || comparisons[0].name != nil
      let members = comparisons.map(\.json)
      let object: JSONValue =
        isArchive
        ? .object([
          ("same", .bool(isSame)), ("members", .array(members)), ("only_in_one", .array(only.map { .string($0.name) })),
        ]) : members[0]
      try Console.print(object.pretty())
    } else if !quiet {
      for line in comparisons.flatMap(\.lines) { try Console.print(line) }
      for (name, place) in only { try Console.print("\(Console.printable(name)): only in \(Console.printable(place))") }
    }
    return isSame
  }

  private func compare(_ left: ArrayInput, _ right: ArrayInput, name: String?) throws -> ArrayComparison {
    let start = ArrayDifference(relativeTolerance: rtol, absoluteTolerance: atol, equalNaN: equalNan)
    let isTolerant = rtol != 0 || atol != 0
    return try ArrayComparison.compare(left, right, name: name, dtypeMatters: !isTolerant, start: start)
  }
}

/// The outcome of comparing two arrays.
struct ArrayComparison {
  let name: String?
  let leftDType: DType
  let rightDType: DType
  let leftShape: [Int]
  let rightShape: [Int]
  let dtypeMatters: Bool
  var difference: ArrayDifference?
  /// The two elements that differ most, printed.
  var worstPair: (String, String)?

  /// Compares piece by piece, so that files may be larger than memory.
  static func compare(
    _ left: ArrayInput, _ right: ArrayInput, name: String?, dtypeMatters: Bool, start: ArrayDifference
  ) throws(FormatError) -> ArrayComparison {
    if left.dtype.hasObjects || right.dtype.hasObjects {
      return try compareObjects(left, right, name: name, dtypeMatters: dtypeMatters, start: start)
    }
    let pair = try ArrayPieces.Pair(left, right)
    let (leftPieces, rightPieces) = (pair.left, pair.right)
    var result = ArrayComparison(
      name: name, leftDType: left.dtype, rightDType: right.dtype, leftShape: leftPieces.shape,
      rightShape: rightPieces.shape, dtypeMatters: dtypeMatters)
    guard result.leftShape == result.rightShape else { return result }
    var difference = start
    if pair.isFortranOrder { difference.fortranShape = leftPieces.shape }
    let names = left.address.text + " and " + right.address.text
    let total = ((left.file?.header.dataByteCount ?? 0) + (right.file?.header.dataByteCount ?? 0))
    do throws(FormatError) {
      try ByteProgress.operation(.reading, names, total: total, counting: .source) { () throws(FormatError) in
        try pair.forEach { (a: AnyNDArray, b: AnyNDArray) throws(FormatError) in
          try FormatError.wrapping(.badArgument, file: left.address.path) { () throws(ArrayError) in
            try difference.add(a, b)
          }
        }
      }
    } catch {
      // Elements that cannot be compared are different, whatever they hold.
      if error.code == .badArgument, result.dtypesDiffer { return result }
      throw error
    }
    result.difference = difference
    if let index = difference.worstIndex {
      result.worstPair = (try leftPieces.elementText(index), try rightPieces.elementText(index))
    }
    return result
  }

  /// Compares arrays of which one at least is of objects: these are equal where Python would call them equal.
  private static func compareObjects(
    _ left: ArrayInput, _ right: ArrayInput, name: String?, dtypeMatters: Bool, start: ArrayDifference
  ) throws(FormatError) -> ArrayComparison {
    let (first, second) = (try left.stored(), try right.stored())
    var result = ArrayComparison(
      name: name, leftDType: first.dtype, rightDType: second.dtype, leftShape: first.shape, rightShape: second.shape,
      dtypeMatters: dtypeMatters)
    guard result.leftShape == result.rightShape, let a = first.objects?.items, let b = second.objects?.items else {
      return result
    }
    var difference = start
    let flags = zip(a, b).map { $0 == $1 ? UInt8(0) : 1 }
    try FormatError.wrapping(.badArgument, file: left.address.path) { () throws(ArrayError) in
      // Bytes without a meaning: they have no magnitude that could be the worst.
      let same = try AnyNDArray(zeros: [flags.count], dtype: .void(1))
      try difference.add(same, AnyNDArray(bytes: flags, dtype: .void(1), shape: [flags.count]))
    }
    result.difference = difference
    if let index = difference.worstIndex {
      result.worstPair = (
        a[index].repr(options: PrintOptions(), limit: 200), b[index].repr(options: PrintOptions(), limit: 200)
      )
    }
    return result
  }

  var dtypesDiffer: Bool { leftDType.native != rightDType.native }
  var isSame: Bool {
    guard let difference else { return false }
    return difference.differingCount == 0 && !(dtypesDiffer && dtypeMatters)
  }

  var lines: [String] {
    var lines: [String] = []
    if dtypesDiffer, dtypeMatters || difference == nil { lines.append("dtype: \(leftDType) and \(rightDType)") }
    if leftShape != rightShape {
      lines.append("shape: \(Layout.describe(leftShape)) and \(Layout.describe(rightShape))")
    }
    if let difference, difference.differingCount > 0 {
      let share = Double(difference.differingCount) / Double(max(1, difference.count)) * 100
      let percent = (share * 1000).rounded() / 1000
      var line = "\(TextTable.grouped(difference.differingCount)) of \(TextTable.grouped(difference.count)) elements "
      line += "differ (\(JSONValue.double(percent).text) %)"
      lines.append(line)
      if let (a, b) = worstPair, let index = difference.worstIndex {
        let place = "[" + ArrayComparison.place(index, in: leftShape).map(String.init).joined(separator: ", ") + "]"
        let size = difference.hasMagnitudes ? "worst by \(difference.worstDifference.description)" : "first"
        lines.append("\(size) at \(place): \(a) and \(b)")
      }
    }
    guard let name else { return lines }
    return lines.map { Console.printable(name) + ": " + $0 }
  }

  var json: JSONValue {
    var entries: [(key: String, value: JSONValue)] = name.map { [("name", .string($0))] } ?? []
    entries += [
      ("same", .bool(isSame)), ("dtypes", .array([leftDType.json, rightDType.json])),
      ("shapes", .array([leftShape, rightShape].map { .array($0.map(JSONValue.int)) })),
    ]
    if let difference {
      entries += [
        ("count", .int(difference.count)), ("differing", .int(difference.differingCount)),
        ("worst_difference", .double(difference.worstDifference)),
        (
          "worst_index",
          difference.worstIndex.map { .array(ArrayComparison.place($0, in: leftShape).map(JSONValue.int)) } ?? .null
        ),
      ]
    }
    return .object(entries)
  }

  /// The indices of an element that is counted in C order.
  static func place(_ index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    var place: [Int] = []
    for dimension in shape.reversed() {
      place.append(rest % max(1, dimension))
      rest /= max(1, dimension)
    }
    return place.reversed()
  }
}
