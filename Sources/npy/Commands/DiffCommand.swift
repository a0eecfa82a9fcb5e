import ArgumentParser
import ByteIO
import NumPyIO

struct DiffCommand: ParsableCommand {
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
  @Option(help: "The relative tolerance.") var rtol: Double = 0
  @Option(help: "The absolute tolerance.") var atol: Double = 0
  @Flag(help: "Let a NaN equal a NaN.") var equalNan = false
  @Flag(name: .shortAndLong, help: "Print nothing; the exit code tells.") var quiet = false
  @Flag(help: "Print JSON.") var json = false

  /// What `diff` says when it cannot compare: 1 means that the arrays differ.
  private static let trouble: Int32 = 2

  func run() throws {
    do {
      let comparison = try compare(ArrayInput(a), ArrayInput(b), name: nil)
      if json {
        try Console.print(comparison.json.pretty())
      } else if !quiet {
        for line in comparison.lines { try Console.print(line) }
      }
      if !comparison.isSame { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      _ = Failure.report(error, asJSON: json)
      throw ExitCode(DiffCommand.trouble)
    }
  }

  private func compare(_ left: ArrayInput, _ right: ArrayInput, name: String?) throws -> ArrayComparison {
    var difference = ArrayDifference(relativeTolerance: rtol, absoluteTolerance: atol, equalNaN: equalNan)
    let isTolerant = rtol != 0 || atol != 0
    return try ArrayComparison(left, right, name: name, dtypeMatters: !isTolerant, &difference)
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
  let difference: ArrayDifference?
  /// The two elements that differ most, printed.
  var worstPair: (String, String)?

  /// Compares piece by piece, so that files may be larger than memory.
  init(
    _ left: ArrayInput, _ right: ArrayInput, name: String?, dtypeMatters: Bool, _ difference: inout ArrayDifference
  ) throws {
    self.name = name
    self.dtypeMatters = dtypeMatters
    (leftDType, rightDType) = (left.dtype, right.dtype)
    let (leftPieces, rightPieces) = (try ArrayPieces(left), try ArrayPieces(right))
    (leftShape, rightShape) = (leftPieces.shape, rightPieces.shape)
    guard leftShape == rightShape else {
      self.difference = nil
      return
    }
    do {
      try leftPieces.forEachPair(with: rightPieces) { (a: AnyNDArray, b: AnyNDArray) throws(FormatError) in
        try FormatError.wrapping(.badArgument, file: left.address.path) { () throws(ArrayError) in
          try difference.add(a, b)
        }
      }
    } catch let error as FormatError where error.code == .badArgument && leftDType.native != rightDType.native {
      // Elements that cannot be compared are different, whatever they hold.
      self.difference = nil
      return
    }
    self.difference = difference
    if let index = difference.worstIndex {
      worstPair = (try leftPieces.elementText(index), try rightPieces.elementText(index))
    }
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
