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

  /// What is empty is nothing where there may be nothing, and columns of integers may have gaps.
  @Test func gapsAreNil() throws {
    struct Reading: Codable, Equatable {
      var station: String?
      var value: Double?
      var count: Int?
    }
    try TemporaryFolder.with { folder in
      let path = folder + "/gaps.csv"
      try Bytes.write(Array("station,value,count\nA,,1\n,2.5,\n".utf8), to: path)
      let readings = [Reading(station: "A", value: nil, count: 1), Reading(station: nil, value: 2.5, count: nil)]
      #expect(try [Reading](csv: path) == readings)
      // The rows of an array keep what is in it: there a NaN is a number.
      struct Value: Decodable { var value: Double? }
      #expect(try AnyNDArray(csv: path).rows(as: Value.self)[0].value?.isNaN == true)
      struct Half: Codable { var count: Int? }
      try Bytes.write(Array("count\n1.5\n\n2\n".utf8), to: path)
      #expect(throws: ArrayError(.dtypeMismatch, "")) { try [Half](csv: path) }
    }
  }

  @Test func whatARowLacksIsEmpty() throws {
    struct Row: Decodable, Equatable {
      var a: Int
      var b: Double?
    }
    try TemporaryFolder.with { folder in
      let path = folder + "/t.csv"
      try Bytes.write(Array("a,b\n1,2\n3\n4\n".utf8), to: path)
      var warnings: [FileWarning] = []
      let rows = try [Row](csv: path, onWarning: { warnings.append($0) })
      #expect(rows == [Row(a: 1, b: 2), Row(a: 3, b: nil), Row(a: 4, b: nil)])
      #expect(
        warnings.count == 1 && warnings[0].file == path
          && warnings[0].message.hasPrefix("line 3 has 1 column instead of 2 (and 1 row more"))
      // Numbers without names are an array.
      try Bytes.write(Array("1,2\n3\n".utf8), to: path)
      #expect(throws: FormatError(.malformed, "")) { try AnyNDArray(csv: path) }
    }
  }

  /// A property that is text has the field as it stands, whatever else the column looks like.
  @Test(arguments: ["", ".gz"]) func textIsReadFromEveryColumn(_ compression: String) throws {
    struct Row: Decodable, Equatable {
      var zip: String
      var day: String?
      var member: String
      var price: Double
      var count: Int
    }
    try TemporaryFolder.with { folder in
      let path = folder + "/t.csv" + compression
      let python = try Python.run([
        "-c",
        "import gzip, sys; (gzip.open if sys.argv[1].endswith('gz') else open)(sys.argv[1], 'wb').write("
          + "b'zip,day,member,price,count\\n01234,2020-01-02,True,1.50,7\\n98765,,False,2,08\\n')", path,
      ])
      #expect(python.errors == "")
      let rows = try [Row](csv: path)
      #expect(
        rows == [
          Row(zip: "01234", day: "2020-01-02", member: "True", price: 1.5, count: 7),
          Row(zip: "98765", day: nil, member: "False", price: 2, count: 8),
        ])
      // What is no text stays an error.
      struct Wrong: Decodable { var zip: String, day: Bool }
      #expect(throws: ArrayError(.dtypeMismatch, "")) { try [Wrong](csv: path) }
    }
  }

  @Test func valuesAreSaved() throws {
    let people = [Person(name: "Ann, \"Q\"", age: 31.5, isMember: true), Person(name: "", age: 7, isMember: false)]
    try TemporaryFolder.with { folder in
      let path = folder + "/people.csv"
      try people.saveCSV(to: path)
      let python = try Python.run([
        "-c", "import csv, sys; print(list(csv.reader(open(sys.argv[1], newline=''))))", path,
      ])
      #expect(
        python.output
          == "[['name', 'age', 'isMember'], ['Ann, \"Q\"', '31.5', 'True'], ['', '7.0', 'False']]\n", "\(python.errors)"
      )
      #expect(try [Person](csv: path) == people)
    }
  }

  /// Python's csv writes nothing for None, and so has the file.
  @Test func whatIsMissingIsSavedAsNothing() throws {
    struct Row: Codable, Equatable {
      var name: String?
      var age: Int?
      var isMember: Bool?
      var weight: Double?
    }
    let rows = [
      Row(name: "Ann", age: 31, isMember: nil, weight: 60.5), Row(name: nil, age: nil, isMember: true, weight: nil),
      Row(name: "Bob", age: -(1 << 60), isMember: false, weight: 1),
    ]
    try TemporaryFolder.with { folder in
      let path = folder + "/rows.csv"
      try rows.saveCSV(to: path)
      let python = try Python.run([
        "-c",
        "import csv, sys; print(list(csv.reader(open(sys.argv[1], newline=''))))", path,
      ])
      #expect(
        python.output
          == "[['name', 'age', 'isMember', 'weight'], ['Ann', '31', '', '60.5'], ['', '', 'True', ''], "
          + "['Bob', '-1152921504606846976', 'False', '1.0']]\n", "\(python.errors)")
      #expect(try [Row](csv: path) == rows)
    }
  }

  /// Every property has its column; `None` is an empty field for Python's csv, and days are days.
  @Test func columnsDoNotDependOnTheValues() throws {
    struct Row: Codable, Equatable {
      var day: Datetime
      var moment: Datetime?
      var none: Int?
      var weight: Float?
      var size: Double?
    }
    let days = DateUnit(.day)
    let rows = [
      Row(
        day: Datetime(ticks: 365, unit: days), moment: Datetime(ticks: 1_500, unit: DateUnit(.millisecond)), weight: 0.1
      ),
      Row(day: Datetime(ticks: -1, unit: days), size: 1e20),
    ]
    try TemporaryFolder.with { folder in
      let path = folder + "/rows.csv"
      try rows.saveCSV(to: path)
      let python = try Python.run([
        "-c", "import csv, sys; print(list(csv.reader(open(sys.argv[1], newline=''))))", path,
      ])
      #expect(
        python.output
          == "[['day', 'moment', 'none', 'weight', 'size'], ['1971-01-01', '1970-01-01T00:00:01.500', '', '0.1', ''], "
          + "['1969-12-31', '', '', '', '1e+20']]\n", "\(python.errors)")
      struct Read: Decodable, Equatable {
        var day: Datetime
        var none: Int?
        var size: Double?
      }
      let read = try [Read](csv: path)
      #expect(read.map(\.size) == [nil, 1e20] && read.map(\.none) == [nil, nil])
      #expect(read[0].day.converted(to: days) == rows[0].day)
      // As an array what has no value is no field, as before.
      #expect(try AnyNDArray(rows: rows).dtype.field("none") == nil)
    }
  }

  /// Decimal commas and points between thousands, with gaps that stay gaps.
  @Test func numbersAsOtherLanguagesWriteThem() throws {
    struct Row: Decodable, Equatable {
      var name: String
      var price: Double?
      var code: String
    }
    try TemporaryFolder.with { folder in
      let path = folder + "/de.csv"
      try Bytes.write(Array("name;price;code\nA;1.234,5;1.000\nB;;2.000\n".utf8), to: path)
      var options = CSVOptions()
      options.dialect = TextDialect(decimalMark: ",", thousandsMark: ".")
      #expect(
        try [Row](csv: path, options: options) == [
          Row(name: "A", price: 1234.5, code: "1.000"), Row(name: "B", price: nil, code: "2.000"),
        ])
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
      try Bytes.write(Array("a,b\n1,2\n3,4,5\n".utf8), to: path)
      #expect(throws: FormatError(.malformed, "")) { try AnyNDArray(csv: path) }
      #expect(throws: FormatError(.notFound, "")) { try AnyNDArray(csv: folder + "/none.csv") }
      #expect(throws: ArrayError(.noSuchField, "")) {
        try Bytes.write(Array("a,b\n1,2\n".utf8), to: path)
        _ = try [Person](csv: path)
      }
    }
  }
}
