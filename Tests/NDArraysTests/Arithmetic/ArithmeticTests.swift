import ComplexModule
import NDArrays
import Testing
import TestSupport

/// Against NumPy's `+ - * /`, `np.isclose` and `np.array_equal`.
@Suite struct ArithmeticTests {
  let table: FixtureTable

  init() throws { table = try FixtureTable("arithmetic") }

  @Test(arguments: elementDTypes.dropFirst()) func everyTypeAndLayout(dtype: DType) throws {
    func check<Element: NumericArrayElement>(
      _: Element.Type, _ divide: (NDArray<Element>, NDArray<Element>) -> AnyNDArray
    ) throws {
      let lefts = try layouts(of: try sampleValues(seed: 5, [3, 7], dtype))
      let rights = try layouts(of: try sampleValues(seed: 6, [3, 7], dtype))
      for left in lefts {
        for right in rights {
          let (a, b) = (try NDArray<Element>(left.array), try NDArray<Element>(right.array))
          func expect(_ name: String, _ found: AnyNDArray) throws {
            let what = "\(code(dtype)) \(name), \(left.name) and \(right.name)"
            let expected = try table["\(code(dtype)) \(name)"]
            #expect(areSame(nanToSeven(found), nanToSeven(expected)), "\(what): \(found) is not \(expected)")
          }
          try expect("sum", AnyNDArray(a + b))
          try expect("difference", AnyNDArray(a - b))
          try expect("product", AnyNDArray(a * b))
          try expect("quotient", divide(a, b))
          #expect(try areIdentical(AnyNDArray(a.adding(b)), AnyNDArray(a + b)))
          let two: Element = b[1, 2]
          let repeated = try NDArray(repeating: two, shape: [3, 7])
          #expect(areIdentical(AnyNDArray(a + two), AnyNDArray(a + repeated)))
          #expect(areIdentical(AnyNDArray(two - a), AnyNDArray(repeated - a)))
          #expect(areIdentical(AnyNDArray(a * two), AnyNDArray(a * repeated)))
        }
      }
    }
    switch dtype {
    case .int8: try check(Int8.self) { AnyNDArray($0 / $1) }
    case .uint8: try check(UInt8.self) { AnyNDArray($0 / $1) }
    case .int16: try check(Int16.self) { AnyNDArray($0 / $1) }
    case .uint16: try check(UInt16.self) { AnyNDArray($0 / $1) }
    case .int32: try check(Int32.self) { AnyNDArray($0 / $1) }
    case .uint32: try check(UInt32.self) { AnyNDArray($0 / $1) }
    case .int64: try check(Int64.self) { AnyNDArray($0 / $1) }
    case .uint64: try check(UInt64.self) { AnyNDArray($0 / $1) }
    case .float16: try check(Float16.self) { AnyNDArray($0 / $1) }
    case .float32: try check(Float.self) { AnyNDArray($0 / $1) }
    case .float64: try check(Double.self) { AnyNDArray($0 / $1) }
    case .complex64: try check(Complex<Float>.self) { AnyNDArray($0 / $1) }
    default: try check(Complex<Double>.self) { AnyNDArray($0 / $1) }
    }
  }

  /// NaNs have many bits; numbers other than NaN stay.
  private func nanToSeven(_ array: AnyNDArray) -> AnyNDArray {
    func cleaned<Part: BinaryFloatingPoint & ArrayElement>(_: Part.Type, _ view: AnyNDArray) -> AnyNDArray {
      guard let typed = try? NDArray<Part>(view),
        let clean = try? NDArray<Part>(typed.elements.map { $0.isNaN ? 7 : $0 }, shape: view.shape)
      else { return view }
      return AnyNDArray(clean)
    }
    func parts(_ dtype: DType) -> AnyNDArray {
      (try? AnyNDArray(bytes: array.bytes, dtype: dtype, shape: array.shape + [2])) ?? array
    }
    switch array.dtype {
    case .float16: return cleaned(Float16.self, array)
    case .float32: return cleaned(Float.self, array)
    case .float64: return cleaned(Double.self, array)
    case .complex64: return cleaned(Float.self, parts(.float32))
    case .complex128: return cleaned(Double.self, parts(.float64))
    default: return array
    }
  }

  @Test func productsOfWhatMayNotFit() throws {
    let a = try NDArray<Int32>([1, 2, 3, 4], shape: [2, 2])
    #expect(try a.multiplied(by: a).elements == [1, 4, 9, 16])
    #expect(throws: ArrayError(.shapeMismatch, "")) { try a.multiplied(by: NDArray([1, 2, 3])) }
  }

  /// Elements are changed in place where the array is their only holder; others keep what they have.
  @Test func elementsAreChangedInPlace() throws {
    var array = try NDArray<Int32>([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let other = array
    array.withMutableElements { elements in
      for index in elements.indices { elements[index] *= 10 }
    }
    #expect(array.elements == [10, 20, 30, 40, 50, 60])
    #expect(other.elements == [1, 2, 3, 4, 5, 6])
  }

  @Test func emptyAndScalarArrays() throws {
    #expect((NDArray<Int>(zeros: 0, 3) + 1).shape == [0, 3])
    #expect((NDArray(scalar: 2.0) * NDArray(scalar: 4.0)).elements == [8])
    #expect((NDArray<Double>([1, 2]) / 4).elements == [0.25, 0.5])
    #expect((1 / NDArray<Int>([2, 4])).elements == [0.5, 0.25])
    #expect(throws: ArrayError(.shapeMismatch, "")) { try NDArray([1.0, 3, 5]).adding(NDArray([1.0, 2])) }
    #expect(throws: ArrayError(.shapeMismatch, "")) { try NDArray([1.0, 3, 5]).divided(by: NDArray([1.0, 2])) }
  }

  @Test(arguments: ["f2", "f4", "f8", "c8", "c16", "i4"]) func closeness(type: String) throws {
    let (a, b) = (try table["close \(type) a"], try table["close \(type) b"])
    for nan in [false, true] {
      let found = try a.isClose(to: b, equalNaN: nan)
      #expect(areIdentical(found, try table["close \(type) \(nan ? "True" : "False")"]))
      #expect(try a.allClose(to: b, equalNaN: nan) == !found.bytes.contains(0))
      let loose = try a.isClose(to: b, rtol: 0.1, atol: 0.01, equalNaN: nan)
      #expect(areIdentical(loose, try table["loose \(type) \(nan ? "True" : "False")"]))
    }
    #expect(throws: ArrayError.self) { try a.isClose(to: AnyNDArray(zeros: [3], dtype: .float64)) }
  }

  @Test func equality() throws {
    #expect(NDArray([1.0, -0.0]) == NDArray([1.0, 0.0]))
    #expect(NDArray([Double.nan]) != NDArray([Double.nan]))
    #expect(NDArray([1, 2]) != (try NDArray([1, 2], shape: [2, 1])))
    let numbers = NDArray<Complex<Double>>([Complex(.nan, 1)])
    #expect(numbers != numbers)
    #expect(NDArray<Complex<Double>>([Complex(.infinity, 0)]) != NDArray<Complex<Double>>([Complex(0, .infinity)]))
    let array = try NDArray<Int16>(sampleValues(seed: 1, [3, 4], .int16))
    for layout in try layouts(of: AnyNDArray(array)) { #expect(try NDArray<Int16>(layout.array) == array) }
    #expect(array != array + 1)
  }
}
