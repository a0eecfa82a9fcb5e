// What `repr` writes of values that no literal can be: NumPy's scalars and classes.

extension PythonLiteralParser {
  /// `np.int64(3)`, `numpy.True_`, `dtype('<f8')`: the value itself.
  mutating func parseCall(from start: Int) throws(PythonLiteralError) -> PythonLiteral {
    position = start
    while let byte = current, isNameByte(byte) || byte == UInt8(ascii: ".") { position += 1 }
    let path = String(decoding: text[start..<position], as: UTF8.self)
    let name = path.split(separator: ".").last.map(String.init) ?? path
    skipSpace()
    guard current == UInt8(ascii: "(") else {
      switch name {
      case "True_": return .bool(true)
      case "False_": return .bool(false)
      // A type by its name alone, such as numpy.float64.
      default:
        guard path.contains(".") else { throw error("'\(path)' is no literal", at: start) }
        return .string(name)
      }
    }
    guard depth < maxDepth else { throw error("brackets nest deeper than \(maxDepth)") }
    depth += 1
    position += 1
    skipSpace()
    let value = try parseExpression()
    skipSpace()
    guard current == UInt8(ascii: ")") else { throw error("expected ')' after the value of \(path)") }
    depth -= 1
    position += 1
    return value
  }

  /// `<class 'numpy.float64'>`: the class's name without its module.
  mutating func parseClass() throws(PythonLiteralError) -> PythonLiteral {
    let start = position
    guard let end = text[start...].firstIndex(of: UInt8(ascii: ">")) else {
      throw error("'<' begins no literal", at: start)
    }
    let parts = text[start..<end].split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("<class ".utf8) else {
      throw error("'<' begins no literal", at: start)
    }
    position = end + 1
    let path = String(decoding: parts[1], as: UTF8.self)
    return .string(path.split(separator: ".").last.map(String.init) ?? path)
  }
}
