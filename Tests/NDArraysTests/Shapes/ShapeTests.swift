import NDArrays
import Testing
import TestSupport

/// Against indices computed one by one.
@Suite struct ShapeTests {
  @Test func reshapesEveryLayoutInBothOrders() throws {
    let targets = [
      [24], [4, 6], [6, 4], [2, 3, 4], [1, 24, 1], [3, 1, 8], [2, 2, 2, 3], [12, 2], [-1, 8], [4, -1, 3],
    ]
    let array = AnyNDArray(try NDArray((0..<24).map { Int32($0) }, shape: [2, 3, 4]))
    for layout in try layouts(of: array) {
      for target in targets {
        let c = try NDArray<Int32>(try layout.array.reshaped(target))
        #expect(c.elements == (0..<24).map { Int32($0) }, "\(layout.name), \(target)")
        let known = target.filter { $0 > 0 }.reduce(1, *)
        #expect(c.shape == target.map { $0 < 0 ? 24 / known : $0 })
        // With the first axis fastest on both sides, transposing turns it into the other case.
        let f = try NDArray<Int32>(try layout.array.reshaped(target, fortran: true))
        let turned = layout.array.transposed().bytes
        #expect(f.transposed().untyped.bytes == turned, "\(layout.name), \(target), Fortran")
      }
      #expect(try NDArray<Int32>(layout.array.flattened()).elements == (0..<24).map { Int32($0) })
      #expect(layout.array.flattened(fortran: true).bytes == layout.array.transposed().bytes)
    }
  }

  @Test func sharesMemoryWhereItCan() throws {
    let array = AnyNDArray(NDArray<Int16>(zeros: 4, 6, 5))
    #expect(try array.reshaped([24, 5]).strides == [10, 2])
    let every = try array.slice([.slice(start: nil, stop: nil, step: 2)])
    #expect(try every.reshaped([2, 5, 6]).strides == [120, 12, 2])
    #expect(try every.reshaped([2, 3, 2, 5]).strides == [120, 20, 10, 2])
    #expect(try array.packed(fortran: true).reshaped([24, 5], fortran: true).strides == [2, 48])
  }

  @Test func emptyAndSingle() throws {
    let empty = NDArray<Double>(zeros: 0, 3)
    #expect(empty.reshaped(3, 0, 7).shape == [3, 0, 7])
    #expect(empty.flattened().shape == [0])
    #expect(NDArray(scalar: 5.0).reshaped(1, 1).elements == [5])
    #expect(try NDArray([5.0]).reshaped([]).shape == [])
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    let array = NDArray<Int>(zeros: 2, 3)
    for shape in [[5], [-1, -1], [-1, 4], [-2, 3], [0, -1], [.max, 2], [7, .max, .max]] {
      #expect(throws: ArrayError.self, "\(shape)") { try array.reshaped(shape) }
    }
    #expect(throws: ArrayError.self) { try NDArray<Int>(zeros: 0, 3).reshaped([0, -1]) }
    #expect(throws: ArrayError.self) { try array.reshaped([Int](repeating: 1, count: 63) + [2, 3]) }
  }

  @Test func transposes() throws {
    let array = try NDArray((0..<24).map { $0 }, shape: [2, 3, 4])
    let turned = try array.transposed([1, -1, 0])
    #expect(turned.shape == [3, 4, 2])
    #expect(turned[2, 1, 1] == array[1, 2, 1])
    #expect(array.transposed().shape == [4, 3, 2])
    #expect(throws: ArrayError.self) { try array.transposed([0, 1]) }
    #expect(throws: ArrayError.self) { try array.transposed([0, 1, 1]) }
    #expect(throws: ArrayError.self) { try array.transposed([0, 1, 3]) }
  }

  @Test func rowsBecomeTwoAxes() throws {
    let rows: [[Double]] = [[1, 2, 3], [4, 5, 6]]
    let array = try NDArray(rows: rows)
    #expect(array.shape == [2, 3])
    #expect(array.elements == [1, 2, 3, 4, 5, 6])
    #expect(try NDArray(rows: [[Int8]]()).shape == [0, 0])
    #expect(try NDArray(rows: [[Int8](), []]).shape == [2, 0])
    #expect(throws: ArrayError.self) { try NDArray(rows: [[1.0, 2], [3]]) }
    #expect(throws: ArrayError.self) { try NDArray(rows: [[1.0], [2, 3]]) }
  }

  @Test func joins() throws {
    let a = try NDArray<Int64>(nested: [[1, 2], [3, 4]])
    let b = try NDArray<Int64>(nested: [[5, 6]])
    #expect(try NDArray.concatenated([a, b]).elements == [1, 2, 3, 4, 5, 6])
    #expect(try NDArray.concatenated([a, b.transposed()], axis: -1).elements == [1, 2, 5, 3, 4, 6])
    #expect(try NDArray.stacked([a, a.transposed()]).shape == [2, 2, 2])
    #expect(try NDArray.stacked([a, a.transposed()], axis: -1).elements == [1, 1, 2, 3, 3, 2, 4, 4])
    #expect(try NDArray.concatenated([a, NDArray<Int64>(zeros: 0, 2)]).shape == [2, 2])
    let mixed = try AnyNDArray.concatenated([AnyNDArray(a), AnyNDArray(NDArray<Float>(zeros: 1, 2))])
    #expect(mixed.dtype == .float64)
    #expect(try NDArray<Double>(mixed).elements == [1, 2, 3, 4, 0, 0])
    let foreign = try AnyNDArray(bytes: [0, 7, 1, 0], dtype: DType(">i2"), shape: [2])
    #expect(try NDArray<Int16>(AnyNDArray.concatenated([foreign, foreign])).elements == [7, 256, 7, 256])
    #expect(throws: ArrayError.self) { try NDArray<Int64>.concatenated([]) }
    #expect(throws: ArrayError.self) { try NDArray.concatenated([a, b], axis: 1) }
    #expect(throws: ArrayError.self) { try NDArray.concatenated([a, b], axis: 2) }
    #expect(throws: ArrayError.self) { try NDArray.concatenated([NDArray(scalar: 1)]) }
    #expect(throws: ArrayError.self) { try NDArray.stacked([a, b]) }
  }
}
