internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonPickle

/// Writes one array as nested lists of JSON.
struct JSONSink: ArraySink {
  let path: String
  let options: SaveOptions

  var needs: SinkNeeds { SinkNeeds(count: true, order: true, numbers: true) }

  func write(_ array: StoredArray) throws(FormatError) {
    switch array {
    case .values(let values): try write(MemoryBlocks(values.contiguous(), name: path))
    case .objects: try JSONSink.write(.array(array), to: path, options)
    }
  }

  /// The most brackets of an array without elements: such an array takes no room in a file, whatever its shape.
  private static let mostEmpty = 1 << 20

  func write(_ source: any ArrayBlockSource) throws(FormatError) {
    let shape = source.descriptor.shape
    if shape.contains(0),
      shape.prefix(while: { $0 != 0 }).reduce(1, { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 })
        > JSONSink.mostEmpty
    {
      throw FormatError(
        .limitExceeded, "an array without elements of shape \(Layout.describe(shape)) as JSON", file: source.name)
    }
    try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      var nesting = JSONNesting(shape)
      try source.forEachRun(ofCount: 1 << 14) { (run: AnyNDArray) throws(FormatError) in
        for start in stride(from: 0, to: run.count, by: 1 << 14) {
          let part = try source.wrapping { () throws(ArrayError) in
            try JSONText.texts(of: run.slice([.range(lower: start, upper: min(start + 1 << 14, run.count))]))
          }
          var text = ""
          for element in part { nesting.append(element, to: &text) }
          try sink.write(text)
        }
      }
      var end = ""
      nesting.finish(&end)
      try sink.write(end + "\n")
    }
  }

  /// The most values of objects that are written: a few bytes can stand for billions of them.
  private static let mostValues = 10_000_000

  /// Writes Python's objects.
  static func write(_ value: PickleValue, to path: String, _ options: SaveOptions) throws(FormatError) {
    var left = mostValues
    let text = try FormatError.wrapping(.unsupported, file: path) { () throws(ArrayError) in
      try JSONText.text(of: value, left: &left)
    }
    try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      try sink.write(text + "\n")
    }
  }
}
