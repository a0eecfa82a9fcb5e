import NDArrays
import PythonLiterals
import TestSupport
import Testing

/// Against NumPy's basic indexing.
@Suite struct IndexingTests {
  private func selection(_ item: PythonLiteral) -> AxisSelection {
    switch item {
    case .int(let index): return .index(index)
    case .string: return .ellipsis
    case .none: return .newAxis
    default:
      let bounds = item.items.dropFirst().map(\.integer)
      return .slice(start: bounds[0], stop: bounds[1], step: bounds[2] ?? 1)
    }
  }

  private func counting(_ shape: [Int], from start: Int = 0) throws -> AnyNDArray {
    let count = shape.reduce(1, *)
    return AnyNDArray(try NDArray((0..<count).map { Int64($0 + start) }, shape: shape))
  }

  /// As Python's source would have it, with what may be left out left out.
  private func notation(_ item: PythonLiteral) -> String {
    switch item {
    case .int(let index): return "\(index)"
    case .string: return "..."
    case .none: return "None"
    default:
      let bounds = item.items.dropFirst().map { $0.integer.map { "\($0)" } ?? "" }
      return bounds[2].isEmpty ? "\(bounds[0]):\(bounds[1])" : bounds.joined(separator: " : ")
    }
  }

  @Test func notationIsReadAsPythonReadsIt() throws {
    for line in try LiteralLines.read("dtypes/indexing.txt") {
      let items = line.items[2].items
      guard !items.isEmpty else { continue }
      let text = items.map(notation).joined(separator: ", ")
      #expect(try [AxisSelection](parsing: text) == items.map(selection), "\(text)")
    }
    #expect(try [AxisSelection](parsing: "1,") == [.index(1)])
    for wrong in ["", "a", "1:2:3:4", "1.5", "0x1", ",", "1,,2", "..", "--1:", "newaxis:"] {
      #expect(throws: ArrayError.self, "\(wrong)") { try [AxisSelection](parsing: wrong) }
    }
  }

  @Test func readsAndWritesWhatNumPyDoes() throws {
    let cases = try LiteralLines.read("dtypes/indexing.txt")
    #expect(cases.count > 2000)
    for line in cases {
      let parts = line.items
      let selections = parts[2].items.map(selection)
      let array = try counting(parts[1].integers)
      let what = "\(array.shape) \(selections)"
      for layout in try layouts(of: array) {
        if parts[0].text == "read" {
          guard parts[3] != .none else {
            #expect(throws: ArrayError.self, "\(what)") { try layout.array.slice(selections) }
            continue
          }
          let part = try layout.array.slice(selections)
          #expect(part.shape == parts[3].integers, "\(what), \(layout.name)")
          #expect(try NDArray<Int64>(part).elements == parts[4].integers.map { Int64($0) }, "\(what), \(layout.name)")
        } else {
          let value = try counting(parts[3].integers, from: 1000)
          var changed = layout.array
          guard parts[4] != .none else {
            // NumPy takes no array of one for an element; here it may be one.
            if value.count == 1, try layout.array.slice(selections).ndim == 0 { continue }
            #expect(throws: ArrayError.self, "\(what) = \(value.shape)") { try changed.assign(value, to: selections) }
            continue
          }
          #expect(throws: Never.self, "\(what) = \(value.shape)") { try changed.assign(value, to: selections) }
          #expect(
            try NDArray<Int64>(changed).elements == parts[4].integers.map { Int64($0) },
            "\(what) = \(value.shape), \(layout.name)")
          // A value: what it came from stays as it was.
          #expect(layout.array.bytes == array.bytes, "\(what), \(layout.name)")
        }
      }
    }
  }

  @Test func swiftRangesMustLieWithinTheAxis() throws {
    let array = try counting([5, 4])
    func shape(_ selection: any AxisIndex) -> [Int]? { (try? array.slice([selection.axisSelection]))?.shape }
    #expect(shape(1..<3) == [2, 4])
    #expect(shape(0..<5) == [5, 4])
    #expect(shape(5..<5) == [0, 4])
    #expect(shape(-3 ..< -1) == [2, 4])
    #expect(shape((-3)...) == [3, 4])
    #expect(shape(...2) == [3, 4])
    #expect(shape(..<(-1)) == [4, 4])
    #expect(shape(1...3) == [3, 4])
    #expect(shape(-2 ... -1) == [2, 4])
    #expect(shape(...(-1)) == [5, 4])
    for wrong: any AxisIndex in [
      0..<6, 6..<6, -6..<2, 0...5, 6..., (-6)..., ..<6, ...5, ...(-7), 5, -6, Int.max, Int.min, 0...Int.max,
      Int.min..<0, ...Int.max,
      Int.min..., 3..<Int.max,
    ] {
      #expect(throws: ArrayError(.indexOutOfRange, ""), "\(wrong)") { try array.slice([wrong.axisSelection]) }
    }
    // A bound from the end before one from the start.
    #expect(throws: ArrayError(.indexOutOfRange, "")) { try array.slice([.range(lower: -1, upper: 2)]) }
    #expect(throws: ArrayError(.badIndex, "")) { try array.slice([.index(0), .index(0), .index(0)]) }
    #expect(throws: ArrayError(.badIndex, "")) { try array.slice([.ellipsis, .ellipsis]) }
    #expect(throws: ArrayError(.badIndex, "")) { try array.slice([.slice(start: nil, stop: nil, step: 0)]) }
    // Python takes the least step for the least that can be negated.
    for step in [Int.max, -Int.max, Int.min] {
      for bound in [nil, 0, 2, -1, Int.max, Int.min, Int.min + 1] {
        let part = try array.slice([.slice(start: bound, stop: nil, step: step)])
        #expect(part.shape[0] <= 1)
      }
    }
    #expect(throws: ArrayError(.tooLarge, "")) { try array.slice([AxisSelection](repeating: .newAxis, count: 63)) }
  }

  @Test func errorsNameAxisIndexAndSize() throws {
    let array = try counting([5, 4])
    func message(_ selections: [AxisSelection]) -> String {
      do throws(ArrayError) {
        _ = try array.slice(selections)
        return ""
      } catch { return error.message }
    }
    #expect(message([.index(1), .index(4)]) == "index 4 is out of bounds for axis 1 with size 4")
    #expect(message([.index(-6)]) == "index -6 is out of bounds for axis 0 with size 5")
    #expect(message([.range(lower: 2, upper: 7)]).contains("2..<7"))
  }

  @Test func elementsAndSubscripts() throws {
    var array = try NDArray((0..<24).map { Int64($0) }, shape: [2, 3, 4])
    #expect(array[1, 2, 3] == 23)
    #expect(array[-1, -3, 0] == 12)
    #expect(try array.element(at: [0, 1, -1]) == 7)
    for wrong in [[2, 0, 0], [0, -4, 0], [0, 0], [0, 0, 0, 0], [], [0, 0, .max], [.min, 0, 0]] {
      #expect(throws: ArrayError.self, "\(wrong)") { try array.element(at: wrong) }
    }
    let before = array
    array[0, 1, 2] = -1
    array[1, .ellipsis, 0] = NDArray<Int64>([100, 101, 102])
    #expect(array.elements.filter { $0 < 0 || $0 > 24 } == [-1, 100, 101, 102])
    #expect(before[0, 1, 2] == 6)
    // What lies in the array itself is read before it is overwritten.
    var line = NDArray<Int64>([0, 1, 2, 3, 4])
    line[1..<5] = line[0..<4]
    #expect(line.elements == [0, 0, 1, 2, 3])
    line[.stride(by: -1)] = line
    #expect(line.elements == [3, 2, 1, 0, 0])
  }

  @Test func assignmentCastsWithinTheKind() throws {
    var floats = try AnyNDArray(zeros: [3], dtype: DType(">f4"))
    try floats.assign(AnyNDArray(NDArray<Int32>([1, 2, 3])), to: [])
    #expect(try NDArray<Float>(floats).elements == [1, 2, 3])
    var integers = try AnyNDArray(zeros: [3], dtype: .int8)
    #expect(throws: ArrayError(.dtypeMismatch, "")) { try integers.assign(floats, to: []) }
    #expect(throws: ArrayError(.shapeMismatch, "")) {
      try integers.assign(AnyNDArray(NDArray<Int8>([1, 2])), to: [])
    }
    #expect(integers.bytes == [0, 0, 0])
  }
}
