import ByteIO
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// Numbers at the ends of `Int` that come with a file or for one: an answer or an error, never a trap.
@Suite struct ExtremeSliceTests {
  static let bounds: [Int?] = [nil, .min, -(1 << 40), -3, 0, 2, 7, 1 << 62, .max]
  static let steps = [Int.min, -(1 << 33), -2, -1, 1, 3, 1 << 62, .max]

  @Test func slicesOfFilesAreThoseOfMemory() throws {
    let array = AnyNDArray(try NDArray((0..<35).map { Int16($0) }, shape: [7, 5]))
    try TemporaryFolder.with { folder in
      for (name, stored) in [("c", array), ("f", array.packed(fortran: true)), ("t", array.transposed())] {
        let path = "\(folder)/\(name).npy"
        try stored.save(to: path)
        let file = try NPYFile(opening: path)
        let lazy = try Document(opening: path).array()
        for start in Self.bounds {
          for stop in Self.bounds {
            for step in Self.steps {
              let slice = AxisSelection.slice(start: start, stop: stop, step: step)
              for selections in [[slice], [.ellipsis, slice], [slice, slice, .newAxis]] {
                let expected = try stored.slice(selections)
                #expect(try file.read(slice: selections).isIdentical(to: expected), "\(name) \(selections)")
                // A part of a part, of which a step may have left one element.
                let again = [AxisSelection.slice(start: nil, stop: nil, step: -2), .ellipsis]
                let twice = try lazy.applying(.slice(selections)).applying(.slice(again)).read().requireValues()
                #expect(try twice.isIdentical(to: expected.slice(again)), "\(name) \(selections), twice")
              }
            }
          }
        }
      }
    }
  }

  @Test func slicesOfHugeEmptyFiles() throws {
    try TemporaryFolder.with { folder in
      for shape in [[(1 << 60) - 1, 0], [0, (1 << 60) - 1], [3, 0, 1 << 58]] {
        let path = "\(folder)/empty.npy"
        try AnyNDArray(zeros: shape, dtype: .float64).save(to: path)
        let file = try NPYFile(opening: path)
        let lazy = try Document(opening: path).array()
        for step in Self.steps {
          for selection in [
            AxisSelection.index(-1), .slice(start: -1, stop: nil, step: step), .range(lower: 1, upper: nil),
          ] {
            for selections in [[selection], [.ellipsis, selection], [.newAxis, selection]] {
              let expected = try? AnyNDArray(zeros: shape, dtype: .float64).slice(selections)
              #expect((try? file.read(slice: selections))?.shape == expected?.shape, "\(shape) \(selections)")
              let part = try? lazy.applying(.slice(selections)).read().requireValues()
              #expect(part?.shape == expected?.shape, "\(shape) \(selections)")
            }
          }
        }
      }
    }
  }

  @Test func rowShapesThatNoArrayHas() throws {
    try TemporaryFolder.with { folder in
      for shape in [[-1], [2, .min], [.max], [1 << 31, 1 << 31], [0, 1 << 61], [Int](repeating: 1, count: 64)] {
        #expect(throws: FormatError.self, "\(shape)") {
          try NPYWriter(path: "\(folder)/rows.npy", dtype: .float32, rowShape: shape)
        }
      }
      #expect(FileStatus(path: "\(folder)/rows.npy") == nil)
    }
  }

  /// NumPy's C `int` holds no more; `DateUnit` would count something else.
  @Test(arguments: [1 << 31, 1 << 32, Int.max]) func pickledUnitsBeyond32Bits(count: Int) throws {
    for (kind, unit) in [("M8", "s"), ("m8", "Y")] {
      let dtype = PickleValue.object(
        PickleObject(
          .reduce(
            callable: .global("numpy", "dtype"), arguments: PickleTuple([.string(kind), .bool(false), .bool(true)])),
          state: .tuple([
            .int(4), .string("<"), .none, .none, .none, .int(-1), .int(-1), .int(0),
            .tuple([.none, .tuple([.bytes(PickleBytes(Array(unit.utf8))), .int(count), .int(1), .int(1)])]),
          ])))
      let array = PickleValue.object(
        PickleObject(
          .reduce(
            callable: .global("numpy.core.multiarray", "_reconstruct"),
            arguments: PickleTuple([
              .global("numpy", "ndarray"), .tuple([.int(0)]), .bytes(PickleBytes(Array("b".utf8))),
            ])),
          state: .tuple([
            .int(1), .tuple([.int(1)]), dtype, .bool(false), .bytes(PickleBytes([UInt8](repeating: 1, count: 8))),
          ])))
      #expect(throws: FormatError.self) { try array.array() }
    }
  }
}

extension AnyNDArray {
  fileprivate func isIdentical(to other: AnyNDArray) -> Bool {
    dtype == other.dtype && shape == other.shape && bytes == other.bytes
  }
}
