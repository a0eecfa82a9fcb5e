import Foundation
import NumPyIOFoundation
import TestSupport
import Testing

/// The same files by `URL` and `Data` as by path and bytes, and as NumPy reads them.
@Suite struct FoundationTests {
  let array: NDArray<Double>

  init() throws { array = try NDArray((0..<24).map { Double($0) / 4 }, shape: [2, 3, 4]) }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    try TemporaryFolder.with { try body(URL(fileURLWithPath: $0, isDirectory: true)) }
  }

  @Test func datesAreDatetimes() throws {
    struct Event: Codable, Equatable {
      var at: Date
      var end: Date?
    }
    let noon = Date(timeIntervalSince1970: 1_709_208_000.25)
    let events = [Event(at: noon, end: nil), Event(at: Date(timeIntervalSince1970: -1), end: noon)]
    try withFolder { folder in
      let url = folder.appendingPathComponent("events.npy")
      try AnyNDArray(rows: events).save(to: url)
      let program = """
        import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype)
        assert a.tolist() == numpy.array([('2024-02-29T12:00:00.25', 'NaT'), ('1969-12-31T23:59:59', '2024-02-29T12:00:00.25')],
          a.dtype).tolist(), a
        """
      let outcome = try Python.run(["-c", program, url.path(percentEncoded: false)])
      #expect(outcome.output == "[('at', '<M8[us]'), ('end', '<M8[us]')]\n", "\(outcome.errors)")
      #expect(try AnyNDArray(contentsOf: url).rows(as: Event.self) == events)
    }
    // Coarser units round down; what no date can hold is refused.
    #expect(noon.datetime(in: DateUnit(.day))?.description == "2024-02-29")
    #expect(Date(Datetime(ticks: .min, unit: DateUnit(.second))) == nil)
    #expect(Date(Datetime(ticks: 1 << 60, unit: DateUnit(.year))) == nil)
  }

  @Test func datesOfArrays() throws {
    let noon = Date(timeIntervalSince1970: 1_709_208_000.25)
    let array = try AnyNDArray(dates: [noon, nil], unit: .millisecond)
    let program = "import numpy as np; print(np.array(['2024-02-29T12:00:00.25', 'NaT'], 'M8[ms]').tobytes().hex())"
    let hex = array.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(try Python.run(["-c", program]).output == hex + "\n")
    #expect(array.dtype == "M8[ms]")
    #expect(try array.dates() == [noon, nil])
    #expect(try AnyNDArray(dates: [noon, noon], shape: [2, 1]).shape == [2, 1])
    #expect(try AnyNDArray(dates: [noon]).dtype == "M8[us]")
    #expect(throws: ArrayError(.badValue, "")) { try AnyNDArray(dates: [.distantFuture], unit: .attosecond) }
    #expect(throws: ArrayError(.dtypeMismatch, "")) { try AnyNDArray(NDArray([1])).dates() }
  }

  @Test func npyFiles() throws {
    try withFolder { folder in
      // A name with what URLs write in percent.
      let url = folder.appendingPathComponent("ein Feld %20 é.npy")
      try array.save(to: url)
      #expect(try NDArray<Double>(contentsOf: url) == array)
      #expect(try NDArray<Double>(contentsOf: url, mode: .mapped) == array)
      #expect(try AnyNDArray(contentsOf: url).bytes == array.untyped.bytes)
      #expect(try Data(contentsOf: url) == array.npyData())
      #expect(try array.npyData() == Data(array.untyped.npyBytes()))
      #expect(try NPYFile(opening: url).header.shape == [2, 3, 4])
      #expect(throws: FormatError(.wrongDType, "")) { try NDArray<Float>(contentsOf: url) }
      #expect(throws: FormatError(.alreadyExists, "")) { try array.save(to: url, replacing: false) }
      let program = "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.shape, a.dtype, a.sum())"
      let outcome = try Python.run(["-c", program, url.path(percentEncoded: false)])
      #expect(outcome.output == "(2, 3, 4) float64 69.0\n", "\(outcome.errors)")
    }
  }

  @Test func dataNeedNotBeginAtZero() throws {
    let data = Data([9, 9, 9]) + (try array.npyData())
    #expect(try NDArray<Double>(npy: data.dropFirst(3)) == array)
    #expect(try AnyNDArray(npy: data[3...]).shape == [2, 3, 4])
    #expect(throws: FormatError.self) { try AnyNDArray(npy: data) }
    #expect(throws: FormatError(.empty, "")) { try AnyNDArray(npy: Data()) }
    #expect(throws: FormatError(.truncated, "")) { try AnyNDArray(npy: data[3...].dropLast()) }
    #expect(throws: FormatError(.wrongDType, "")) { try NDArray<Int8>(npy: data[3...]) }
  }

  @Test func archives() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a b.npz")
      try NPZArchive.save(["weights": array], arrays: [NDArray([1, 2])], to: url, compression: .default)
      let archive = try NPZArchive(opening: url)
      #expect(archive.names == ["weights", "arr_0"])
      #expect(try archive.array("weights") as NDArray<Double> == array)
      try NPZArchive.save([array, array], to: url)
      #expect(try NPZArchive(opening: url).names == ["arr_0", "arr_1"])
      let data = try NPZArchive.data(["x": array], compression: .default)
      #expect(try NPZArchive(data).array("x") as NDArray<Double> == array)
      #expect(throws: FormatError(.alreadyExists, "")) { try NPZArchive.data(["x": array, "x": array]) }
      #expect(throws: FormatError.self) { try NPZArchive(data.dropLast(5)) }
    }
  }

  struct Run: Codable, Equatable {
    var name: String
    var losses: [Double]
    var best: Int?
  }

  @Test func pickles() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("run.pkl")
      let run = Run(name: "seven", losses: [0.5, 0.25], best: nil)
      let data = try PickleEncoder().encodeData(run)
      try data.write(to: url)
      #expect(try PickleDecoder().decode(Run.self, from: url) == run)
      #expect(try PickleDecoder().decode(Run.self, from: data) == run)
      let program = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')))"
      let outcome = try Python.run(["-c", program, url.path])
      #expect(outcome.output == "{'name': 'seven', 'losses': [0.5, 0.25]}\n", "\(outcome.errors)")
      let value = try Pickle.load(from: url)
      #expect(value["name"]?.string == "seven")
      try Pickle.save(value, to: url, protocol: 2)
      #expect(try Pickle.load(data: Data(contentsOf: url))["losses"] == value["losses"])
      #expect(try Pickle.data(of: value) == Data(Pickle.bytes(of: value)))
    }
  }

  @Test func onlyFiles() throws {
    let url = try #require(URL(string: "https://example.org/a.npy"))
    #expect(throws: FormatError(.unsupported, "")) { try AnyNDArray(contentsOf: url) }
    #expect(throws: FormatError(.unsupported, "")) { try array.save(to: url) }
    #expect(throws: FormatError(.unsupported, "")) { try NPZArchive(opening: url) }
    #expect(throws: FormatError(.unsupported, "")) { try Pickle.load(from: url) }
  }

  @Test func errorsAreReadable() {
    let error: any Error = FormatError(.truncated, "the data ends", file: "a.npy", offset: 7)
    #expect(error.localizedDescription == "a.npy: the data ends (byte 7)")
    #expect((ArrayError(.badIndex, "no such index") as any Error).localizedDescription == "no such index")
    #expect((error as NSError).code == 6)
    #expect((FormatError(.init(rawValue: "mine"), "x") as NSError).code == 0)
    #expect((ArrayError(.badIndex, "") as NSError).domain == "NumPyIO.ArrayError")
    #expect((ArrayError(.unsupported, "") as NSError).code == 11)
  }
}
