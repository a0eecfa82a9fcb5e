import NDArrays
import Testing

/// Elements as spans of an array's own memory.
struct SpanTests {
  @Test func spansAreTheElements() throws {
    let matrix = try NDArray(rows: [[1.0, 2, 3], [4, 5, 6]])
    let span = matrix.span
    var elements: [Double] = []
    for index in span.indices { elements.append(span[index]) }
    #expect(elements == [1, 2, 3, 4, 5, 6])
    let row = matrix[1]
    let (first, none) = (row.span[0], NDArray<Int>(zeros: 0, 3))
    let count = none.span.count
    #expect(first == 4 && count == 0)
  }

  @Test func writingLeavesOthersAlone() throws {
    let matrix = try NDArray(rows: [[1.0, 2, 3], [4, 5, 6]])
    var own = matrix
    var span = own.mutableSpan
    for index in span.indices { span[index] *= 2 }
    #expect(own.elements == [2, 4, 6, 8, 10, 12] && matrix.elements == [1, 2, 3, 4, 5, 6])
    // What does not lie in C order is put in it.
    var turned = matrix.transposed()
    var turnedSpan = turned.mutableSpan
    turnedSpan[1] = 0
    #expect(turned.elements == [1, 0, 2, 5, 3, 6] && matrix.elements == [1, 2, 3, 4, 5, 6])
  }
}
