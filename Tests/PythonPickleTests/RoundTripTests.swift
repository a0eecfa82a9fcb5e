import ByteIO
import PythonPickle
import Testing

/// What the C pickler wrote is read and written back to the same bytes.
@Suite struct RoundTripTests {
  @Test func severalPicklesFollowEachOther() throws {
    let values: [PickleValue] = [1, "two", [3.0, .none], ["four": 4]]
    for version in 0...5 {
      let bytes = try values.reduce(into: []) { $0 += try Pickle.bytes(of: $1, protocol: version) }
      #expect(try Pickle.loadAll(from: MemorySource(bytes)) == values)
      #expect(throws: FormatError(.truncated, "")) { try Pickle.loadAll(from: MemorySource(Array(bytes.dropLast()))) }
    }
  }

  @Test(arguments: [1, 2, 3]) func randomValues(seed: Int) throws {
    let lines = try PythonOracle.script("pickle_cases.py", "\(seed)", "150")
    #expect(lines.count > 500)
    var failures = 0
    for line in lines {
      let parts = line.split(separator: " ")
      let version = try #require(Int(parts[0]))
      let data = bytes(hex: parts[1])
      do {
        let value = try Pickle.load(bytes: data)
        let back = try Pickle.bytes(of: value, protocol: version)
        if back != data {
          failures += 1
          let place = zip(data, back).prefix { $0 == $1 }.count
          if failures < 5 {
            Issue.record(
              "protocol \(version), byte \(place): \(hex(data).prefix(200)) at \(hex(Array(data[max(0, place - 60)..<min(data.count, place + 30)]))) became \(hex(Array(back[max(0, place - 60)..<min(back.count, place + 30)])))"
            )
          }
        }
      } catch {
        failures += 1
        if failures < 5 { Issue.record("protocol \(version): \(error) in \(hex(data).prefix(600))") }
      }
    }
    #expect(failures == 0)
  }
}
