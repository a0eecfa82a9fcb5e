import NDArrays
import Testing

/// What one index stands for: a part of the array, but for where a number is asked for.
@Suite struct OneIndexTests {
  private let matrix: NDArray<Double>

  init() throws { matrix = try NDArray(rows: [[1, 2], [3, 4]]) }

  /// None of these took a row for an element, which a matrix has none of.
  @Test func arithmeticTakesRows() throws {
    func text(_ value: Any) -> String { "\(value)" }
    #expect(text(matrix[0] * 2) == "[2. 4.]")
    #expect(text(2 - matrix[0]) == "[1. 0.]")
    #expect(text(matrix[0] + matrix[1]) == "[4. 6.]")
    #expect(text(-matrix[-1]) == "[-3. -4.]")
    #expect(text(matrix[1] / 2) == "[1.5 2. ]")
    #expect(text(matrix[-1] - matrix[-1].mean()) == "[-0.5  0.5]")
    let bytes = try NDArray<UInt8>(rows: [[1, 2], [3, 4]])
    #expect(text(bytes[0] - 2) == "[255   0]")
  }

  @Test func rowsChangeInPlace() throws {
    var changed = matrix
    changed[0] += 1
    #expect(try changed == NDArray(rows: [[2, 3], [3, 4]]))
    changed[0] *= 2.0
    changed[1] -= changed[0]
    #expect(try changed == NDArray(rows: [[4, 6], [-1, -2]]))
    changed[1] = 5
    changed[0] = changed[1] * 2 + 1
    #expect(try changed == NDArray(rows: [[11, 11], [5, 5]]))
    #expect(try matrix == NDArray(rows: [[1, 2], [3, 4]]))
  }

  @Test func numbersWhereTheyAreAskedFor() {
    var vector = NDArray<Double>([1, 2, 3])
    let number: Double = vector[-1]
    var sum = 0.0
    sum += vector[0]
    sum += vector[1] * vector[2]
    #expect(number == 3 && sum == 7)
    #expect(vector[0] < vector[1] && max(vector[0], 9) == 9 && Int(vector[2]) == 3)
    let numbers: [Double] = (0..<3).map { vector[$0] }
    #expect(numbers == [1, 2, 3])
    vector[0] = 7
    vector[1] = vector[0]
    vector[2] += vector[0]
    #expect(vector == NDArray([7, 7, 10]))
    var counts = NDArray<Int>([2, 0, 1])
    counts[counts[0]] = 9
    counts[1] += 1
    #expect(counts == NDArray([2, 1, 9]) && ["a", "b", "c"][counts[0]] == "c")
    var flags = NDArray<Bool>([true, false])
    flags[1] = flags[0]
    #expect(flags == NDArray([true, true]))
  }

  /// An element that is read is a value of its own, and so is what it came from.
  @Test func elementsAreCopies() throws {
    var vector = NDArray<Int>([1, 2, 3])
    let first = vector[0]
    vector[0] = 5
    #expect(first.ndim == 0 && first.count == 1)
    #expect(try first.item() == 1)
    // Through strides, and in memory that others share.
    var backwards = vector[.stride(by: -1)]
    backwards[0] = 9
    #expect(backwards == NDArray([9, 2, 5]) && vector == NDArray([5, 2, 3]))
    let last: Int = backwards[-1]
    #expect(last == 5)
  }

  @Test func otherIndicesThrow() throws {
    var vector = NDArray<Int>([1, 2, 3])
    #expect(try vector.element(at: -3) == 1)
    #expect(throws: ArrayError(.indexOutOfRange, "")) { try vector.element(at: 3) }
    #expect(throws: ArrayError(.indexOutOfRange, "")) { try vector.fill(at: -4, with: 1) }
    #expect(throws: ArrayError(.badIndex, "")) { try matrix.element(at: 0) }
    var changed = matrix
    try changed.fill(at: -1, with: 8)
    #expect(try changed == NDArray(rows: [[1, 2], [8, 8]]))
  }
}
