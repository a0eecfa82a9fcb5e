import Foundation
import NumPyIOFoundation
import TestSupport
import Testing

/// Foundation's values in pickles: Python's own, and back.
@Suite struct PickledValuesTests {
  struct Record: Codable, Equatable {
    var at: Date
    var data: Data
    var id: UUID
    var price: Decimal
    var home: URL
    var dates: [Date]
    var byDay: [Date: Int]
    var later: Date?
  }

  @Test(arguments: 0...5) func pythonHasItsOwn(version: Int) throws {
    let noon = Date(timeIntervalSince1970: 1_709_208_000.25)
    let id = try #require(UUID(uuidString: "12345678-1234-5678-1234-567812345678"))
    let price = try #require(Decimal(string: "-12.50"))
    let home = try #require(URL(string: "https://example.org/a%20b"))
    var record = Record(
      at: noon, data: Data([0, 255]), id: id, price: price, home: home, dates: [noon, Date(timeIntervalSince1970: -1)],
      byDay: [:], later: nil)
    let data = try PickleEncoder(protocolVersion: version).encode(record)
    let program = """
      import pickle, sys, datetime as d, time
      value = pickle.loads(bytes.fromhex(sys.argv[1]))
      print(value)
      zone = d.timezone(d.timedelta(hours=2))
      value['at'] = value['at'].astimezone(zone)
      value['dates'] = [d.datetime(2024, 2, 29, 12, 0, 0, 250000), 1709208000.25, d.date(2024, 2, 29)]
      value['later'] = None
      value['byDay'] = {d.datetime(1970, 1, 1): 5}
      print(pickle.dumps(value, int(sys.argv[2])).hex())
      """
    let hex = data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let outcome = try Python.run(["-c", program, hex, "\(version)"])
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 2, "\(outcome.errors)")
    let utc = "tzinfo=datetime.timezone.utc"
    // On its own, as the compiler takes seconds for it within a comparison.
    let expected: String =
      "{'at': datetime.datetime(2024, 2, 29, 12, 0, 0, 250000, \(utc)), 'data': b'\\x00\\xff', "
      + "'id': UUID('12345678-1234-5678-1234-567812345678'), 'price': Decimal('-12.5'), "
      + "'home': 'https://example.org/a%20b', 'dates': [datetime.datetime(2024, 2, 29, 12, 0, 0, 250000, \(utc)), "
      + "datetime.datetime(1969, 12, 31, 23, 59, 59, \(utc))], 'byDay': {}}"
    #expect(lines[0] == expected)
    #expect(try PickleDecoder().decode(Record.self, from: data) == record)
    let back = stride(from: 0, to: lines[1].utf8.count, by: 2).compactMap { place in
      UInt8(String(decoding: Array(lines[1].utf8)[place..<(place + 2)], as: UTF8.self), radix: 16)
    }
    record.dates = [noon, noon, Date(timeIntervalSince1970: 1_709_164_800)]
    record.byDay = [Date(timeIntervalSince1970: 0): 5]
    #expect(try PickleDecoder().decode(Record.self, from: Data(back)) == record)
  }

  @Test func whatIsNoneIsAnError() throws {
    for (type, value) in [
      (Date.self as any Decodable.Type, "text" as PickleValue), (Data.self, 5), (UUID.self, "no"),
      (Decimal.self, .list([])),
      (URL.self, .none), (Date.self, .python(.timeDelta(days: 1, seconds: 0, microseconds: 0))),
      (Date.self, .python(.dateTime(PythonDate(try #require(PythonDate.Time(hour: 1))), zone: nil))),
    ] {
      #expect(throws: DecodingError.self) { try PickleDecoder().decode(type, from: value) }
    }
    #expect(throws: FormatError(.badValue, "")) {
      try PickleEncoder().encode(Date.distantFuture.addingTimeInterval(1e13))
    }
  }
}
