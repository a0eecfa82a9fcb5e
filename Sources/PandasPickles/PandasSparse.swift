internal import PickledArrays
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// pandas' sparse columns: a fill value, but for some places whose values are kept.
enum PandasSparse {
  /// A few bytes can represent a column of any length: it may have this number of bytes, or this many times those of
  /// the values that are kept.
  private static let maxBytes = 64 << 20
  private static let maxTimes = 256

  /// The column with all of its values; `nil` for any other object.
  static func array(_ object: PickleObject) throws(FormatError) -> AnyNDArray? {
    guard let index = object["_sparse_index"]?.object, let kept = object["_sparse_values"],
      let fill = object["_dtype"]?["_fill_value"]
    else { return nil }
    guard let kept = try kept.numPyArray(), kept.ndim == 1, let length = index.arguments.first?.int, length >= 0 else {
      throw PandasFrame.bad("a sparse column without values or length")
    }
    let places = try places(index, count: kept.count, length: length)
    let dtype = kept.dtype
    let filled = try ObjectArray(shape: [1], items: [fill])
    do throws(ArrayError) {
      let bytes = try AnyNDArray.check(shape: [length], itemSize: dtype.itemSize)
      guard dtype.itemSize > 0, bytes <= maxBytes || bytes / maxTimes <= kept.count * dtype.itemSize else {
        throw ArrayError(.tooLarge, "a sparse column of \(length) values, of which \(kept.count) are kept")
      }
      let one = try filled.asType(dtype, recognizing: .numPy).bytes
      var dense: [UInt8] = []
      dense.reserveCapacity(bytes)
      for _ in 0..<length { dense += one }
      let (values, size) = (kept.bytes, dtype.itemSize)
      for (number, place) in places.enumerated() {
        dense.replaceSubrange(
          (place * size)..<((place + 1) * size), with: values[(number * size)..<((number + 1) * size)])
      }
      return try AnyNDArray(bytes: dense, dtype: dtype, shape: [length])
    } catch {
      throw FormatError(error.code == .tooLarge ? .limitExceeded : .unsupported, error.message)
    }
  }

  /// The places of the kept values: `IntIndex(length, places)`, or `BlockIndex(length, beginnings, lengths)` of runs.
  private static func places(_ index: PickleObject, count: Int, length: Int) throws(FormatError) -> [Int] {
    let isBlock = index.isCall("pandas._libs.sparse", "BlockIndex")
    guard isBlock || index.isCall("pandas._libs.sparse", "IntIndex"), index.arguments.count == (isBlock ? 3 : 2),
      let starts = try index.arguments[1].numPyArray().flatMap(\.integers)
    else { throw PandasFrame.bad("a sparse column with an index that is not known") }
    var places = starts
    if isBlock {
      guard let lengths = try index.arguments[2].numPyArray().flatMap(\.integers), lengths.count == starts.count
      else { throw PandasFrame.bad("runs without lengths") }
      places = []
      for (start, run) in zip(starts, lengths) {
        guard run >= 0, run <= count - places.count, start >= 0, start <= length - run else {
          throw PandasFrame.bad("a run outside of a sparse column")
        }
        places += start..<(start + run)
      }
    }
    guard places.count == count, places.allSatisfy({ $0 >= 0 && $0 < length }) else {
      throw PandasFrame.bad("places outside of a sparse column")
    }
    return places
  }
}
