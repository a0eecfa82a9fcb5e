import NDArrays
import PythonLiterals
import PlatformC

/// An array with the texts that NumPy gives for it, from `Fixtures/printing-cases.txt`.
struct PrintingCase {
  enum Style: String { case str, repr, elements }

  let line: Int
  let array: AnyNDArray
  let texts: [(style: Style, options: PrintOptions, text: String)]

  struct Malformed: Error { let line: Int }

  static func all() throws -> [PrintingCase] {
    let path = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let bytes = try readFile("/" + path + "/Fixtures/printing-cases.txt")
    return try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      try PrintingCase(PythonLiteral(parsing: Array(line)), line: index + 1)
    }
  }

  init(_ literal: PythonLiteral, line: Int) throws {
    guard case .tuple(let parts) = literal, parts.count == 4, case .tuple(let lengths) = parts[1],
      case .string(let hex) = parts[2], case .list(let results) = parts[3]
    else { throw Malformed(line: line) }
    let shape = try lengths.map { (item: PythonLiteral) throws -> Int in
      guard case .int(let length) = item else { throw Malformed(line: line) }
      return length
    }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in hex {
      let digit = UInt8(character.hexDigitValue ?? 0)
      if let known = high {
        bytes.append(known << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    self.line = line
    array = try AnyNDArray(bytes: bytes, dtype: DType(descr: parts[0]), shape: shape)
    texts = try results.map { (item: PythonLiteral) throws in
      guard case .tuple(let result) = item, result.count == 3, case .string(let name) = result[0],
        let style = Style(rawValue: name), case .dict(let entries) = result[1],
        case .string(let text) = result[2]
      else { throw Malformed(line: line) }
      var options = PrintOptions()
      for entry in entries {
        switch (entry.key, entry.value) {
        case (.string("precision"), .int(let count)): options.precision = count
        case (.string("threshold"), .int(let count)): options.threshold = count
        case (.string("edgeitems"), .int(let count)): options.edgeItems = count
        case (.string("linewidth"), .int(let count)): options.lineWidth = count
        case (.string("suppress"), .bool(let flag)): options.suppress = flag
        case (.string("nanstr"), .string(let text)): options.nanString = text
        case (.string("infstr"), .string(let text)): options.infString = text
        case (.string("sign"), .string(let text)):
          options.sign = PrintOptions.Sign(rawValue: text) ?? options.sign
        case (.string("floatmode"), .string(let text)):
          options.floatMode = PrintOptions.FloatMode(rawValue: text) ?? options.floatMode
        default: throw Malformed(line: line)
        }
      }
      return (style, options, text)
    }
  }
}

/// The bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
  struct CannotOpen: Error { let path: String }
  guard let file = unsafe fopen(path, "rb") else { throw CannotOpen(path: path) }
  defer { unsafe fclose(file) }
  return unsafe readAll(file)
}

/// What is left of an open file.
@unsafe func readAll(_ file: UnsafeMutablePointer<FILE>) -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&chunk, 1, chunk.count, file)
    if count == 0 { return bytes }
    bytes.append(contentsOf: chunk[..<count])
  }
}
