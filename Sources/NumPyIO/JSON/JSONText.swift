internal import JSONSyntax
package import NDArrays
internal import PythonLiterals
internal import PythonPickle

/// Values as JSON (RFC 8259), which has fewer kinds of them than NumPy.
///
/// | elements | JSON |
/// | --- | --- |
/// | NaN, NaT | `null` |
/// | infinities | `1e999`, `-1e999`, which readers take for infinities |
/// | complex | `[real, imaginary]` |
/// | moments | text in ISO 8601; durations the number of their units |
/// | bytes | text, a byte a character (Latin-1); raw bytes (`V`) as hexadecimal digits |
/// | records | objects by the names of the fields |
package enum JSONText {
  /// A text in quotes.
  package static func quoted(_ text: String) -> String { JSONQuoting.printable.quoted(text) }

  /// A string of Python's in quotes: half a pair of surrogates by its digits, as `json.dumps` writes it.
  static func quoted(_ string: PickleString) -> String {
    guard string.hasLoneSurrogates else { return quoted(string.text) }
    let parts = string.codePoints.map { point in
      guard let scalar = Unicode.Scalar(point) else { return "\\u" + String(point, radix: 16) }
      return String(quoted(String(scalar)).dropFirst().dropLast())
    }
    return "\"" + parts.joined() + "\""
  }

  /// The elements of an array, in C order.
  ///
  /// - Parameter mask: Which of them are missing: `null` takes their place, of records that of their fields.
  package static func texts(of array: AnyNDArray, mask: AnyNDArray? = nil) throws(ArrayError) -> [String] {
    if let fields = array.dtype.fields { return try records(array, fields, mask) }
    let texts = try texts(ofValues: array)
    guard let mask else { return texts }
    return zip(texts, try NDArray<Bool>(mask.contiguous()).elements).map { $1 ? "null" : $0 }
  }

  private static func texts(ofValues array: AnyNDArray) throws(ArrayError) -> [String] {
    let dtype = array.dtype
    switch dtype.kind {
    case .bool: return try NDArray<Bool>(array).elements.map { $0 ? "true" : "false" }
    case .signedInteger: return try NDArray<Int64>(array.asType(.int64)).elements.map(String.init)
    case .unsignedInteger: return try NDArray<UInt64>(array.asType(.uint64)).elements.map(String.init)
    case .float: return try floats(array)
    case .complex: return try complexes(array)
    case .string, .bytes: return try strings(array)
    case .datetime:
      let texts = try array.asType(.string(0), casting: .unsafe).strings()
      return texts.map { $0 == "NaT" ? "null" : quoted($0) }
    case .timedelta:
      let counts = try NDArray<Int64>(array.viewed(as: DType.int64.withByteOrder(dtype.byteOrder))).elements
      return counts.map { $0 == .min ? "null" : String($0) }
    case .void: return try array.byteStrings().map { quoted(hexadecimal($0)) }
    case .object: throw ArrayError(.unsupported, "objects are written one by one")
    }
  }

  private static func floats(_ array: AnyNDArray) throws(ArrayError) -> [String] {
    switch array.dtype.itemSize {
    case 4: return try NDArray<Float>(array).elements.map { number($0.description) }
    case 8: return try NDArray<Double>(array).elements.map(number)
    default:
      // Halves and long doubles in the digits of NumPy's scalars.
      let flat = try array.contiguous().reshaped([array.count])
      var texts: [String] = []
      for index in 0..<flat.count { texts.append(number(try flat.slice([.index(index)]).formatted(.str))) }
      return texts
    }
  }

  /// A float as Python's `json` writes it: Swift takes an exponent from 2^53 on, Python from 1e16.
  static func number(_ value: Double) -> String {
    number(value.magnitude >= 0x1p53 && value.magnitude < 1e16 ? PythonRepr.float(value) : value.description)
  }

  /// A float as NumPy or Swift writes it, as JSON.
  static func number(_ text: String) -> String {
    switch text {
    case "nan", "-nan": "null"
    case "inf": "1e999"
    case "-inf": "-1e999"
    default: text
    }
  }

  private static func complexes(_ array: AnyNDArray) throws(ArrayError) -> [String] {
    let half = DType.ofFloat(array.dtype.itemSize / 2)
    let flat = try array.nativeByteOrder().contiguous().reshaped([array.count])
    let parts = try floats(flat.viewed(resizingLastAxisFor: half))
    return stride(from: 0, to: parts.count, by: 2).map { "[\(parts[$0]), \(parts[$0 + 1])]" }
  }

  private static func strings(_ array: AnyNDArray) throws(ArrayError) -> [String] {
    if array.dtype.kind == .string { return try array.strings().map(quoted) }
    return try array.byteStrings().map { bytes in quoted(latin1(bytes)) }
  }

  private static func latin1(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func records(
    _ array: AnyNDArray, _ fields: [DType.Field], _ mask: AnyNDArray?
  ) throws(ArrayError) -> [String] {
    var texts = [String](repeating: "{", count: array.count)
    for (place, field) in fields.enumerated() {
      let name = (place == 0 ? "" : ", ") + quoted(field.name) + ": "
      let column = try array.field(field.name).contiguous()
      let inner = Array(column.shape[array.ndim...])
      let values = try JSONText.texts(of: column, mask: mask?.field(field.name).contiguous())
      let count = Layout.elementCount(inner) ?? 0
      for index in texts.indices {
        texts[index] += name
        if inner.isEmpty {
          texts[index] += values[index]
        } else {
          var nesting = JSONNesting(inner, isOneLine: true)
          var text = ""
          for value in values[(index * count)..<((index + 1) * count)] { nesting.append(value, to: &text) }
          nesting.finish(&text)
          texts[index] += text
        }
      }
    }
    return texts.map { $0 + "}" }
  }
}

/// The brackets around the elements of an array, which come one after the other in C order.
package struct JSONNesting {
  private let shape: [Int]
  /// How many elements a bracket of each axis holds.
  private let counts: [Int]
  private var place = 0
  /// What stands between two rows.
  private let separator: String

  /// - Parameter isOneLine: Whether rows do not begin lines of their own.
  package init(_ shape: [Int], isOneLine: Bool = false) {
    self.shape = shape
    separator = isOneLine ? ", " : ",\n "
    var counts: [Int] = []
    var count = 1
    for length in shape.reversed() {
      count *= length
      counts.append(count)
    }
    self.counts = counts.reversed()
  }

  /// Writes an element, with the brackets that open before it and those that close behind it.
  package mutating func append(_ element: String, to text: inout String) {
    if place > 0 { text += counts.last.map { place % $0 == 0 } ?? false && counts.count > 1 ? separator : ", " }
    for count in counts where place % count == 0 { text += "[" }
    text += element
    place += 1
    for count in counts.reversed() where place % count == 0 { text += "]" }
  }

  /// Writes what is left: of an array without elements all of its brackets.
  package func finish(_ text: inout String) {
    guard place == 0, !shape.isEmpty else { return }
    text += JSONNesting.empty(shape[...])
  }

  private static func empty(_ shape: ArraySlice<Int>) -> String {
    guard let length = shape.first else { return "" }
    if length == 0 { return "[]" }
    return "[" + [String](repeating: empty(shape.dropFirst()), count: length).joined(separator: ", ") + "]"
  }
}
