import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO

/// The outcome of comparing two arrays.
struct ArrayComparison {
  var name: String?
  let leftDType: DType
  let rightDType: DType
  let leftShape: [Int]
  let rightShape: [Int]
  let dtypeMatters: Bool
  var difference: ArrayDifference?
  /// The two elements that differ most, printed.
  var worstPair: (String, String)?

  /// Compares block by block, so that files may be larger than memory.
  static func compare(
    _ left: LazyArray, _ right: LazyArray, name: String?, values: ValueComparison
  ) throws(FormatError) -> ArrayComparison {
    let dtypeMatters = !values.isTolerant
    let start = values.noDifference
    if left.dtype.hasObjects || right.dtype.hasObjects {
      return try compareObjects(left, right, name: name, values)
    }
    let pair = try BlockPair(left.blocks(), right.blocks(), left.spool)
    var result = ArrayComparison(
      name: name, leftDType: pair.dtypes.left, rightDType: pair.dtypes.right, leftShape: pair.shapes.left,
      rightShape: pair.shapes.right, dtypeMatters: dtypeMatters)
    guard result.leftShape == result.rightShape else { return result }
    var difference = start
    if pair.isFortranOrder { difference.fortranShape = pair.shapes.left }
    let names = left.name + " and " + right.name
    do throws(FormatError) {
      try ByteProgress.operation(.reading, names, total: pair.byteCount, counting: .source) { () throws(FormatError) in
        try pair.forEach { (a: AnyNDArray, b: AnyNDArray) throws(FormatError) in
          try FormatError.wrapping(.badArgument, file: left.name) { () throws(ArrayError) in
            try difference.add(a, b)
          }
        }
      }
    } catch {
      // Elements that cannot be compared are different, whatever they hold.
      if [.badArgument, .wrongDType, .wrongShape].contains(error.code), result.dtypesDiffer { return result }
      throw error
    }
    result.difference = difference
    if let index = difference.worstIndex {
      result.worstPair = try pair.texts(at: place(index, in: result.leftShape))
    }
    return result
  }

  /// Compares arrays of which one at least is of objects: these are equal where Python would call them equal, or numbers in them
  /// are close to each other.
  private static func compareObjects(
    _ left: LazyArray, _ right: LazyArray, name: String?, _ values: ValueComparison
  ) throws(FormatError) -> ArrayComparison {
    let (first, second) = (try left.read(), try right.read())
    var result = ArrayComparison(
      name: name, leftDType: first.dtype, rightDType: second.dtype, leftShape: first.shape, rightShape: second.shape,
      dtypeMatters: !values.isTolerant)
    guard result.leftShape == result.rightShape, let a = first.objects?.items, let b = second.objects?.items else {
      return result
    }
    var difference = values.noDifference
    let flags = values.differences(a, b).map { $0 ? UInt8(1) : 0 }
    try FormatError.wrapping(.badArgument, file: left.name) { () throws(ArrayError) in
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
        let word = ["NaN", "NaT"].first { a == b && a.lowercased().contains($0.lowercased()) }
        let hint = word.map { "; --equal-nan lets a \($0) equal a \($0)" } ?? ""
        lines.append("\(size) at \(place): \(a) and \(b)\(hint)")
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
