import Foundation
import NumPyIO
import TestSupport
import Testing

@Suite struct CSVTests {
  private struct Person: Codable, Equatable {
    var name: String
    var age: Double
    var isMember: Bool
  }

  @Test func rowsOfATypeAndBack() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/people.csv"
      try Bytes.write(Array("isMember,age,name\nTrue,31,\"Ann \"\"Q\"\", Lee\"\nFalse,,Bob\n".utf8), to: path)
      let people = try [Person](csv: path)
      #expect(people[0] == Person(name: "Ann \"Q\", Lee", age: 31, isMember: true))
      #expect(people.count == 2 && people[1].name == "Bob" && people[1].age.isNaN)
      let table = try AnyNDArray(csv: path)
      #expect(table.dtype == "[('isMember', '?'), ('age', '<f8'), ('name', '<U12')]")
      try table.saveCSV(to: folder + "/again.csv")
      let text = String(decoding: try Bytes.read(folder + "/again.csv"), as: UTF8.self)
      #expect(text == "isMember,age,name\nTrue,31.0,\"Ann \"\"Q\"\", Lee\"\nFalse,nan,Bob\n")
      #expect(try [Person](csv: folder + "/again.csv")[0] == people[0])
    }
  }

  @Test func optionsAndErrors() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/t.csv"
      try Bytes.write(Array("2020|a\n2021|b\n".utf8), to: path)
      var options = CSVOptions()
      options.delimiter = "|"
      #expect(try AnyNDArray(csv: path, options: options).shape == [2])
      options.hasHeader = true
      #expect(try AnyNDArray(csv: path, options: options).dtype.fields?.map(\.name) == ["2020", "a"])
      try Bytes.write([], to: path)
      #expect(throws: FormatError(.empty, "")) { try AnyNDArray(csv: path) }
      try Bytes.write(Array("a,b\n1,2\n3\n".utf8), to: path)
      #expect(throws: FormatError(.malformed, "")) { try AnyNDArray(csv: path) }
      #expect(throws: FormatError(.notFound, "")) { try AnyNDArray(csv: folder + "/none.csv") }
      #expect(throws: ArrayError(.noSuchField, "")) {
        try Bytes.write(Array("a,b\n1,2\n".utf8), to: path)
        _ = try [Person](csv: path)
      }
    }
  }
}
