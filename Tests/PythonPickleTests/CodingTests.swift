import ByteIO
import PythonPickle
import Testing

/// Codable values to what Python reads, and back.
@Suite struct CodingTests {
  struct Run: Codable, Equatable {
    enum Phase: String, Codable { case warm, cold }
    struct Point: Codable, Equatable {
      var x: Double
      var y: Float
    }
    var name: String
    var losses: [Double]
    var phase: Phase
    var point: Point?
    var missing: Int?
    var counts: [String: UInt64]
    var flags: [Bool?]
  }

  let run = Run(
    name: "é 7", losses: [0.5, 0.25], phase: .cold, point: Run.Point(x: 1, y: 2), missing: nil,
    counts: ["big": .max], flags: [true, nil, false])

  @Test func pythonReadsWhatIsEncoded() throws {
    let data = try PickleEncoder().encode(run)
    let program = "import pickle, sys; print(ascii(pickle.loads(bytes.fromhex(sys.argv[1]))))"
    let text = try PythonOracle.run(["-c", program, hex(data)])
    #expect(
      text
        == "{'name': '\\xe9 7', 'losses': [0.5, 0.25], 'phase': 'cold', 'point': {'x': 1.0, 'y': 2.0}, "
        + "'counts': {'big': 18446744073709551615}, 'flags': [True, None, False]}\n")
  }

  @Test func roundTrip() throws {
    for version in 0...5 {
      let data = try PickleEncoder(options: PickleWriter.Options(protocolVersion: version)).encode(run)
      #expect(try PickleDecoder().decode(Run.self, from: data) == run)
    }
  }

  @Test func aWrongTypeIsAnError() throws {
    let data = try Pickle.bytes(of: ["x": "text", "y": 1], protocol: 4)
    #expect(throws: DecodingError.self) { try PickleDecoder().decode(Run.Point.self, from: data) }
  }
}
