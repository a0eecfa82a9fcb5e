internal import ArrayBytes
package import ByteIO
internal import NDArrays
package import PickledArrays
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
      if FileFormat.isJSONLines(path), let length = shape.first {
        return try JSONSink.writeLines(of: source, length, Array(shape.dropFirst()), to: sink)
      }
      var nesting = JSONNesting(shape)
      try JSONSink.forEachPart(of: source) { (part: [String]) throws(FormatError) in
        var text = ""
        for element in part { nesting.append(element, to: &text) }
        try sink.write(text)
      }
      var end = ""
      nesting.finish(&end)
      try sink.write(end + "\n")
    }
  }

  /// The texts of the elements, some thousands at a time.
  private static func forEachPart(
    of source: any ArrayBlockSource, _ body: ([String]) throws(FormatError) -> Void
  ) throws(FormatError) {
    try source.forEachRun(ofCount: 1 << 14) { (run: AnyNDArray) throws(FormatError) in
      for start in stride(from: 0, to: run.count, by: 1 << 14) {
        try body(
          source.wrapping { () throws(ArrayError) in
            try JSONText.texts(of: run.slice([.range(lower: start, upper: min(start + 1 << 14, run.count))]))
          })
      }
    }
  }

  /// A line for each part along the first axis.
  private static func writeLines(
    of source: any ArrayBlockSource, _ length: Int, _ shape: [Int], to sink: any ByteSink
  ) throws(FormatError) {
    let count = Layout.elementCount(shape) ?? 0
    var nesting = JSONNesting(shape, isOneLine: true)
    guard count > 0 else {
      var empty = ""
      nesting.finish(&empty)
      for _ in 0..<length { try sink.write(empty + "\n") }
      return
    }
    var place = 0
    try forEachPart(of: source) { (part: [String]) throws(FormatError) in
      var text = ""
      for element in part {
        nesting.append(element, to: &text)
        place += 1
        guard place % count == 0 else { continue }
        text += "\n"
        nesting = JSONNesting(shape, isOneLine: true)
      }
      try sink.write(text)
    }
  }

  /// The most values of objects that are written: a few bytes can stand for billions of them.
  private static let mostValues = 10_000_000

  /// Writes Python's objects.
  static func write(_ value: PickleValue, to path: String, _ options: SaveOptions) throws(FormatError) {
    var objects = JSONObjects(mostValues: mostValues)
    try write(to: path, options) { () throws(ArrayError) in
      FileFormat.isJSONLines(path) ? try objects.lines(of: value) : try objects.text(of: value)
    }
  }

  /// Writes an array whose missing values are `null`.
  static func write(_ array: PickledArray, to path: String, _ options: SaveOptions) throws(FormatError) {
    var objects = JSONObjects(mostValues: .max)
    try write(to: path, options) { () throws(ArrayError) in
      FileFormat.isJSONLines(path) ? try objects.lines(of: array) : try objects.text(of: array)
    }
  }

  private static func write(
    to path: String, _ options: SaveOptions, _ text: () throws(ArrayError) -> String
  ) throws(FormatError) {
    let text = try FormatError.wrapping(.unsupported, file: nil, text)
    try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      try sink.write(text + "\n")
    }
  }
}

extension PickledArray {
  /// Writes the array as JSON, `null` in place of what is missing; errors name the file that it came from.
  package func saveJSON(
    to path: String, from source: String, _ options: SaveOptions = SaveOptions(format: .json)
  ) throws(FormatError) {
    do throws(FormatError) { try JSONSink.write(self, to: path, options) } catch {
      throw error.at(file: source)
    }
  }
}
