import PythonLiterals
import Testing

/// Against `ast.literal_eval`.
@Suite struct ParserTests {
  /// What Python reads and this parser does not, on purpose: no file has it.
  let notRead: Set<String> = ["-(1)", #"'\N{DIGIT ONE}'"#]
  /// Lone surrogates, which Swift's strings cannot hold.
  let surrogates: Set<String> = [#"'\ud83d\ude00'"#]

  @Test func readsWhatPythonReads() throws {
    let lines = try fixtureLines("parsed")
    #expect(lines.count > 600)
    for line in lines {
      let bytes = bytes(hex: line[0])
      let text = String(decoding: bytes, as: UTF8.self)
      let found = (try? PythonLiteral(parsing: bytes))?.canonical ?? "error"
      let isBareTuple = line[1].hasPrefix("(") && !text.hasPrefix("(")
      if notRead.contains(text) || isBareTuple {
        #expect(found == "error", "\(text)")
      } else if !surrogates.contains(text) {
        #expect(found == line[1], "\(text)")
      }
    }
  }

  @Test func longsOfPython2OnlyWhereAllowed() throws {
    let text = Array("(3L, 10l, 0x1FL)".utf8)
    #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: text) }
    #expect(try PythonLiteral(parsing: text, allowingLongSuffix: true) == .tuple([.int(3), .int(10), .int(31)]))
  }

  @Test func depthIsLimited() throws {
    func nested(_ count: Int) -> [UInt8] {
      Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
    }
    #expect(throws: Never.self) { try PythonLiteral(parsing: nested(100)) }
    #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: nested(101)) }
    #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: nested(3), maxDepth: 2) }
    // Neither time nor stack goes with the length of nonsense.
    #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: nested(1_000_000)) }
    for word in ["(", "{1:", "[(", "-", "'", "0x"] {
      let text = String(repeating: word, count: 100_000)
      #expect(throws: PythonLiteralError.self, "\(word)") { try PythonLiteral(parsing: Array(text.utf8)) }
    }
  }

  @Test func bytesThatAreNoTextAreRefusedOrReplaced() {
    // Every prefix and every single byte put into a header: an error or a value, never a trap.
    let header = Array("{'descr': [('a', '<f4'), (('t', 'é'), '<i4', (2,))], 'shape': (3, -1.5e3), 'x': b'\\x00'}".utf8)
    for count in header.indices { _ = try? PythonLiteral(parsing: Array(header[..<count])) }
    for place in header.indices {
      for byte in UInt8.min ... .max {
        var text = header
        text[place] = byte
        _ = try? PythonLiteral(parsing: text)
      }
    }
  }

  @Test func errorsNameThePlace() {
    do throws(PythonLiteralError) {
      _ = try PythonLiteral(parsing: Array("{'a': nothing}".utf8))
      Issue.record("no error")
    } catch {
      #expect(error.offset == 6)
      #expect(error.description == "'nothing' is no literal at character 6")
    }
  }
}
