import NDArrays
import Testing

/// Numbers at the ends of `Int` in every function that takes numbers: the answer is NumPy's or an error, never a trap.
@Suite struct ExtremeNumberTests {
  static let bounds: [Int?] = [
    nil, .min, .min + 1, -(1 << 62), -(1 << 32) - 1, -9, -5, -2, -1, 0, 1, 2, 4, 5, 1 << 32, 1 << 62, .max - 1, .max,
  ]
  static let steps = bounds.compactMap { $0 }.filter { $0 != 0 }

  /// `range(*slice(start, stop, step).indices(size))`, in 128 bits.
  private func indices(_ start: Int?, _ stop: Int?, _ step: Int, size: Int) -> (first: Int128, count: Int128) {
    let (size, step) = (Int128(size), max(Int128(step), -Int128(Int.max)))
    func cut(_ bound: Int?, orElse missing: Int128) -> Int128 {
      guard let bound else { return missing }
      let place = bound < 0 ? Int128(bound) + size : Int128(bound)
      return step < 0 ? min(max(place, -1), size - 1) : min(max(place, 0), size)
    }
    let first = cut(start, orElse: step < 0 ? size - 1 : 0)
    let end = cut(stop, orElse: step < 0 ? -1 : size)
    let distance = step < 0 ? first - end : end - first
    return (first, distance <= 0 ? 0 : (distance - 1) / abs(step) + 1)
  }

  @Test func slicesAreThoseOfPython() throws {
    let array = AnyNDArray(NDArray<Int64>((0..<5).map { Int64($0) }))
    for start in Self.bounds {
      for stop in Self.bounds {
        for step in Self.steps {
          let part = try array.slice([.slice(start: start, stop: stop, step: step)])
          let (first, count) = indices(start, stop, step, size: 5)
          let expected = (0..<count).map { Int64(first + $0 * max(Int128(step), -Int128(Int.max))) }
          #expect(try NDArray<Int64>(part).elements == expected, "\(start as Any):\(stop as Any):\(step)")
          // What is made of the part has distances of its own.
          _ = try part.slice([.slice(start: nil, stop: nil, step: -1)]).sum()
          _ = (part.packed(), part.isAligned, part.isFContiguous, part.formatted())
        }
      }
    }
    #expect(throws: ArrayError.self) { try array.slice([.slice(start: nil, stop: nil, step: 0)]) }
  }

  @Test func slicesOfHugeEmptyArrays() throws {
    for size in [1 << 31, (1 << 60) - 1, 1 << 62, .max] {
      let array = try AnyNDArray(zeros: [size, 0], dtype: .int8)
      for start in Self.bounds {
        for stop in Self.bounds {
          for step in Self.steps {
            let part = try array.slice([.slice(start: start, stop: stop, step: step)])
            let count = indices(start, stop, step, size: size).count
            #expect(part.shape.map { Int128($0) } == [count, 0], "\(size): \(start as Any):\(stop as Any):\(step)")
          }
        }
        if let start {
          let isInside = start >= -size && start < size
          #expect((try? array.slice([.index(start)]))?.shape == (isInside ? [0] : nil))
        }
      }
    }
  }

  /// NumPy counts the lengths beside a zero as well.
  @Test func shapesThatNumPyRefuses() throws {
    let most = (1 << 60) - 1
    let cases: [([Int], DType, Bool)] = [
      ([0, most], .float64, true), ([0, most + 1], .float64, false), ([most, 0], .float64, true),
      ([1 << 31, 0, 1 << 31], .float64, false), ([0, .max], .int8, true), ([0, .max], .int16, false),
      ([.max, 0, 2], .int8, false), ([.max], .int8, false), ([-1], .int8, false), ([0, -1], .int8, false),
      ([.min, 0], .int8, false),
    ]
    for (shape, dtype, fits) in cases {
      let what = "\(shape) of \(dtype.name)"
      #expect(((try? AnyNDArray(zeros: shape, dtype: dtype)) != nil) == fits, "\(what)")
      let none = try AnyNDArray(zeros: [0], dtype: dtype)
      if shape.contains(0) { #expect(((try? none.reshaped(shape)) != nil) == fits, "\(what), reshaped") }
      let one = try AnyNDArray(zeros: [], dtype: dtype)
      let broadcasts = fits || shape == [.max]
      #expect(((try? one.broadcast(to: shape)) != nil) == broadcasts, "\(what), broadcast")
    }
    #expect(throws: ArrayError.self) { try NDArray<Int8>(repeating: 1, shape: [.max]) }
    #expect(throws: ArrayError.self) { try NDArray<Double>(repeating: 1, shape: [0, 1 << 60]) }
    #expect(throws: ArrayError.self) { try NDArray<Int8>([1], shape: [-1, -1]) }
    #expect(throws: ArrayError.self) { try AnyNDArray(zeros: [3], dtype: .int8).broadcast(to: [-3]) }
  }

  @Test func nothingTrapsOnEmptyArrays() throws {
    let record = try DType.structured([("a", .int16), ("b", DType.subarray(of: .float32, shape: [2]))])
    let dtypes: [DType] = [
      .bool, .int8, .float16, .complex128, .datetime(DateUnit(.day)), .bytes(0), .string(2), record,
      DType.float64.withByteOrder(.big),
    ]
    // None of the huge ones is a result that memory could hold.
    let lengths = [0, 3, (1 << 36) + 1, (1 << 58) - 1, .max]
    var made = 0
    for dtype in dtypes {
      for first in lengths {
        for second in lengths {
          for shape in [[first, second], [first, 0, second], [0, first, second]] where shape.contains(0) {
            guard let array = try? AnyNDArray(zeros: shape, dtype: dtype) else { continue }
            made += 1
            exercise(array)
            exercise(array.transposed())
            if let part = try? array.slice([.slice(start: -1, stop: nil, step: .min), .ellipsis, .newAxis]) {
              exercise(part)
            }
          }
        }
      }
    }
    #expect(made > 150)
  }

  /// Calls everything; whatever is thrown is an `ArrayError` by its type.
  private func exercise(_ array: AnyNDArray) {
    for axis in [nil, 0, 1, 2, -1, -2, -4, .min, .max] {
      _ = (try? array.sum(axis: axis), try? array.mean(axis: axis), try? array.min(axis: axis))
      _ = (try? array.max(axis: axis), try? array.std(axis: axis))
      for ddof in [.min, -1, 1, .max] { _ = try? array.std(axis: axis, ddof: ddof) }
      if let axis {
        _ = (
          try? AnyNDArray.concatenated([array, array], axis: axis), try? AnyNDArray.stacked([array, array], axis: axis)
        )
        _ = try? array.transposed([axis, 0, 1])
      }
    }
    for shape in [[], [0], [-1], [0, -1], [.max, 0], [.min], [-1, .max], [0, 1 << 62, 4], [1 << 32, 1 << 32, 0]] {
      _ = (try? array.reshaped(shape), try? array.reshaped(shape, fortran: true), try? array.broadcast(to: shape))
    }
    for dtype in [DType.float64, .int8, .complex128, .string(0), .bytes(5), .datetime(DateUnit(.year, count: .max))] {
      _ = try? array.asType(dtype, casting: .unsafe)
    }
    _ = (array.flattened(), array.packed(fortran: true), array.bytes, array.isAligned, array.nativeByteOrder())
    _ = (try? matmul(array, array), try? matmul(array, array.transposed()), try? array.isClose(to: array))
    _ = (try? array.field("b"), try? array.viewed(as: .float64))
    for number in [.min, -1, 0, .max] {
      let options = PrintOptions(precision: number, threshold: number, edgeItems: number, lineWidth: number)
      _ = (array.formatted(.str, options: options), array.formatted(.repr, options: options))
    }
    var copy = array
    try? copy.assign(array, to: [.slice(start: .max, stop: .min, step: -.max)])
    var difference = ArrayDifference()
    try? difference.add(array, array)
  }

  @Test func numbersOfNonEmptyArrays() throws {
    let array = AnyNDArray(NDArray<Double>([1, 2, 4, 8, 16, 32]))
    let matrix = try array.reshaped([2, 3])
    for number in [.min, .min + 1, -(1 << 62), 1 << 62, .max] {
      #expect(throws: ArrayError.self) { try matrix.slice([.index(number)]) }
      #expect(throws: ArrayError.self) { try matrix.slice([.range(lower: number, upper: nil)]) }
      #expect(throws: ArrayError.self) { try matrix.sum(axis: number) }
      #expect(throws: ArrayError.self) { try matrix.reshaped([number, -1]) }
      #expect(throws: ArrayError.self) { try matrix.transposed([number, 0]) }
      #expect(throws: ArrayError.self) { try NDArray<Double>(matrix).element(at: [number, 0]) }
      #expect(throws: ArrayError.self) { try AnyNDArray.stacked([matrix], axis: number) }
      // A division by zero degrees of freedom, as NumPy's, or by very many.
      let deviation = try NDArray<Double>(matrix.std(ddof: number)).elements[0]
      #expect(number > 0 ? deviation.isInfinite : deviation < 1e-7)
      let options = PrintOptions(precision: number, threshold: number, edgeItems: number, lineWidth: number)
      #expect(!matrix.formatted(.repr, options: options).isEmpty)
      var random = RandomState(seed: 1)
      for dtype in [DType.bool, .int8, .uint64, .int64] {
        _ = (try? random.randint(number, .max, shape: [2], dtype: dtype))
        _ = (try? random.randint(.min, number, shape: [2], dtype: dtype))
        #expect(throws: ArrayError.self) { try random.randint(0, 1, shape: [number], dtype: dtype) }
      }
    }
  }

  @Test func deviationOfNothing() throws {
    for dtype in [DType.bool, .int8, .uint64, .float32, .float64] {
      for shape in [[0], [0, 3], [(1 << 60) - 1, 0]] {
        guard let array = try? AnyNDArray(zeros: shape, dtype: dtype) else { continue }
        let deviation = try array.std().asType(.float64, casting: .unsafe)
        #expect(try NDArray<Double>(deviation).elements.allSatisfy(\.isNaN))
      }
      let rows = try AnyNDArray(zeros: [0, 3], dtype: dtype).std(axis: 0)
      #expect(rows.shape == [3])
    }
  }

  @Test func stridesThatAreNeverFollowed() throws {
    let storage = ArrayStorage(zeroedByteCount: 8)
    for stride in [Int.min, -8, 0, .max] {
      let one = try AnyNDArray(storage: storage, dtype: .float64, shape: [1, 1], strides: [stride, stride])
      let none = try AnyNDArray(storage: storage, dtype: .float64, shape: [0, 2], strides: [stride, stride])
      exercise(one)
      exercise(none)
      #expect(try NDArray<Double>(none.sum(axis: 0)).elements == [0, 0])
    }
    #expect(throws: ArrayError.self) {
      try AnyNDArray(storage: storage, offset: .max, dtype: .float64, shape: [1])
    }
  }

  @Test func dateUnits() throws {
    let units = DateUnit.Unit.allCases.filter { $0 != .generic }
    for unit in units {
      for target in units {
        for count in [.min, 1, Int(Int32.max), Int(Int32.max) + 1, .max] {
          let (from, to) = (DateUnit(unit, count: count), DateUnit(target, count: 7))
          for ticks in [Int64.min, .min + 1, -1, 0, .max] {
            let moment = Datetime(ticks: ticks, unit: from)
            _ = (moment.description, moment.converted(to: to), Datetime(ticks: ticks, unit: to).converted(to: from))
          }
          _ = DType.datetime(from).canCast(to: .datetime(to), casting: .safe)
        }
      }
    }
    #expect(DateUnit(.day, count: .max).count == Int(Int32.max))
    #expect(DateUnit(notation: "2147483647D/24") == DateUnit(.hour, count: 2_147_483_647))
    #expect(DateUnit(notation: "2147483647D/12") == nil)
    #expect(DType.bytes(.max).itemSize == Int(Int32.max))
    #expect(DType.void(.max).itemSize == Int(Int32.max))
  }
}
