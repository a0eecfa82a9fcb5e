import NDArrays
import PythonLiterals
import TestSupport
import Testing

/// Against `np.dtype`.
@Suite struct DTypeTests {
  @Test func notationsAndTexts() throws {
    let cases = try LiteralLines.read("dtypes/notations.txt")
    #expect(cases.count > 400)
    for item in cases {
      let parts = item.items
      let answer = try #require(parts.last)
      let what = parts.count == 3 ? parts[1].text ?? "" : "\(parts[1])"
      guard answer != .none else {
        #expect(throws: ArrayError(.badDType, ""), "\(what)") { try dtype(parts) }
        continue
      }
      let facts = answer.items
      guard let found = try? dtype(parts) else {
        Issue.record("refused: \(what)")
        continue
      }
      #expect(found.description == facts[0].text, "\(what)")
      #expect(found.debugDescription == facts[1].text, "\(what)")
      #expect(found.name == facts[2].text, "\(what)")
      #expect(found.notation == facts[3].text, "\(what)")
      #expect(found.itemSize == facts[4].integer, "\(what)")
      #expect(found.alignment == facts[5].integer, "\(what)")
      // NumPy looks past the numbers of a subarray; their order counts all the same.
      if found.subarray == nil, found.fields?.contains(where: { $0.dtype.subarray != nil }) != true {
        #expect(found.isNative == facts[6].truth, "\(what)")
      }
      #expect(found.kind.rawValue == facts[7].text, "\(what)")
      #expect((try? found.headerDescription()) == facts[8].text, "\(what)")
      if let header = facts[8].text {
        let again = try DType(descr: PythonLiteral(parsing: Array(header.utf8)))
        #expect(try again.headerDescription() == header, "\(what)")
        #expect(again.itemSize == found.itemSize, "\(what)")
      }
    }
  }

  private func dtype(_ parts: [PythonLiteral]) throws -> DType {
    switch parts[0].text {
    case "notation": return try DType(parts[1].text ?? "")
    case "list": return try DType(parsing: parts[1].text ?? "")
    default:
      let fields = try parts[1].items.map { field in
        let facts = field.items
        return DType.Field(
          facts[0].text ?? "", try DType(facts[1].text ?? ""), offset: facts[2].integer ?? 0, title: facts[3].text)
      }
      return try DType.structured(fields: fields, itemSize: parts[2].integer ?? 0, isAligned: parts[3].truth ?? false)
    }
  }

  @Test func equality() throws {
    let lines = try LiteralLines.read("dtypes/equality.txt")
    let dtypes = try lines.map { try DType(parsing: $0.items[0].text ?? "") }
    for (line, left) in zip(lines, dtypes) {
      for (answer, right) in zip(line.items[1].text ?? "", dtypes) {
        #expect((left == right) == (answer == "1"), "\(left), \(right)")
        if left == right { #expect(left.hashValue == right.hashValue, "\(left), \(right)") }
      }
    }
  }

  @Test func whatNumPyCrashesOnIsRefused() {
    for text in ["M8[ns/0]", "m8[Y/99999999999999999999]", "M8[99999999999999999999s]", "M8[2147483647Y/12]"] {
      _ = try? DType(text)
    }
    let divided = "M8[ns/0]"
    #expect(throws: ArrayError.self) { try DType(divided) }
    let commas = String(repeating: "f4,", count: 10_000)
    #expect(throws: Never.self) { try DType(commas) }
    for character in ["(", "[", "<", "3", ","] {
      #expect(throws: ArrayError.self, "\(character)") { try DType(String(repeating: character, count: 10_000)) }
    }
  }

  @Test func fieldsAreFoundByNameAndTitle() throws {
    let dtype = try DType(parsing: "[(('title', 'a'), '<i4'), ('b', '>f8', (2,))]")
    #expect(dtype.field("a")?.offset == 0)
    #expect(dtype.field("title")?.name == "a")
    #expect(dtype.field("b")?.dtype.subarray?.shape == [2])
    #expect(dtype.field("c") == nil)
    #expect(!dtype.isNative)
    #expect(dtype.native.isNative)
    #expect(dtype.native.notation == dtype.notation)
    #expect(DType("O").hasObjects)
    #expect(try DType(parsing: "[('a', [('b', 'O', (2,))])]").hasObjects)
    #expect(!dtype.hasObjects)
  }
}
