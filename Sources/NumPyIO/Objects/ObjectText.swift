public import PickledArrays
public import TextTables
internal import ArrayBytes
public import ByteIO
internal import NDArrays
internal import PythonPickle
internal import Locks

// Text as Python's objects: NumPy's `loadtxt(…, dtype=object)` and `genfromtxt(…, dtype=object)`.

extension ObjectArray {
  /// Reads a table of text whose elements are Python's strings, each as long as it is: `np.loadtxt(dtype=object)`.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/loadText(from:options:)-(ByteSource,_)``.
  public static func loadText(
    from source: any ByteSource, options: LoadTextOptions
  ) throws(FormatError) -> ObjectArray {
    let texts = Lock<[String]>([])
    var options = options
    let isTransposed = options.unpack
    options.unpack = false
    // The fields are kept as they go by; the array that is made of them tells the shape.
    options.dtype = .string(1)
    options.converter = { text in
      texts.withLock { $0.append(text) }
      return .text("")
    }
    let array = try AnyNDArray.loadText(from: source, options: options)
    let items = texts.withLock { $0 }.map { PickleValue.string(PickleString($0, isShared: false)) }
    return try FormatError.wrapping(.malformed, file: source.name) { () throws(ArrayError) in
      let objects = try ObjectArray.of(items, shape: array.shape)
      return isTransposed ? try objects.rearranged { $0.transposed() } : objects
    }
  }

  /// Reads a table of text whose elements are Python's bytes, as `np.genfromtxt(dtype=object)` makes them without
  /// converters.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/genFromText(from:options:)-(ByteSource,_)``.
  public static func genFromText(
    from source: any ByteSource, options: GenFromTextOptions
  ) throws(FormatError) -> ObjectArray {
    var options = options
    options.dtype = .string(0)
    let array = try AnyNDArray.genFromText(from: source, options: options).array
    return try FormatError.wrapping(.badValue, file: source.name) { () throws(ArrayError) in
      var objects = try ObjectArray(array)
      for (index, item) in objects.items.enumerated() {
        var bytes: [UInt8] = []
        for point in item.pickleString?.codePoints ?? [] {
          guard let byte = UInt8(exactly: point) else {
            throw ArrayError(.badValue, "'latin-1' codec can't encode character: ordinal not in range(256)")
          }
          bytes.append(byte)
        }
        objects.items[index] = .bytes(PickleBytes(bytes, isShared: false))
      }
      return objects
    }
  }
}
