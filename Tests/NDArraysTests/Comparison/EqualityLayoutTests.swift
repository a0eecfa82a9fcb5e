import NDArrays
import TestSupport
import Testing

/// Equality of arrays that lie differently: by one element anywhere.
@Suite struct EqualityLayoutTests {
  /// Shapes around the sizes of tiles and blocks.
  static let shapes = [[1, 7], [33, 5], [70, 90], [3, 40, 50], [2, 1, 300]]

  @Test(arguments: ["?", "i1", "u2", "i4", "u8", "f2", "f4", "f8", "c8", "c16", ">i2", ">f4", ">f8", ">c16"])
  func oneElementDiffers(code: String) throws {
    let dtype = try DType(parsing: code)
    for shape in EqualityLayoutTests.shapes {
      let count = shape.reduce(1, *)
      let plain = try numbers(dtype, shape)
      for place in Set([0, count / 3, count - 1]) {
        let other = try numbers(dtype, shape, changedAt: place)
        let native = try other.asType(dtype.native, casting: .unsafe)
        for (left, same, differing) in [
          (plain, plain.packed(fortran: true), other.packed(fortran: true)),
          (plain.packed(fortran: true), plain, other), (plain, plain.nativeByteOrder(), native),
          (try spread(plain), plain, other), (try spread(plain), plain.packed(fortran: true), other),
        ] {
          #expect(try left.isEqual(to: same), "\(code) \(shape)")
          #expect(try !left.isEqual(to: differing), "\(code) \(shape), place \(place)")
        }
      }
    }
  }

  /// Zeros and ones, of which one may be the other.
  private func numbers(_ dtype: DType, _ shape: [Int], changedAt place: Int? = nil) throws -> AnyNDArray {
    var numbers = (0..<shape.reduce(1, *)).map { $0 % 2 }
    if let place { numbers[place] = 1 - numbers[place] }
    return try NDArray<Int>(numbers, shape: shape).untyped.asType(dtype, casting: .unsafe)
  }

  /// The same elements, every second of a larger array's.
  private func spread(_ array: AnyNDArray) throws -> AnyNDArray {
    let twice = try AnyNDArray.stacked([array, array], axis: array.ndim)
    let shape = array.shape.dropLast() + [array.shape[array.ndim - 1] * 2]
    return try twice.reshaped(Array(shape)).slice([.ellipsis, .stride(by: 2)])
  }
}
