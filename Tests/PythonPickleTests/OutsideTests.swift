import ByteIO
import PythonPickle
import Testing

/// What lies outside of a pickle: persistent ids, and buffers beside it.
@Suite struct OutsideTests {
  private static let references = """
    import io, pickle, sys, fractions
    class Thing:
      def __init__(self, n): self.n = n
    things = [Thing(0), Thing(1)]
    class Writer(pickle.Pickler):
      def persistent_id(self, item):
        if isinstance(item, Thing): return 'id' + str(item.n) if self.kind == 0 else ('thing', [item.n], 'cpu')
        if item == 'outside': return 'text'
    for protocol in range(6):
      for kind in (0, 1) if protocol else (0,):
        for value in (things[0], [things[0], things[1], things[0]], {'a': things[1], 'outside': (things[0],)},
                      fractions.Fraction(1, 3), (1, 2, 'outside', things[1]), [[5, 'outside'], 'inside', 'inside']):
          stream = io.BytesIO()
          writer = Writer(stream, protocol)
          writer.kind = kind
          writer.dump(value)
          print(protocol, kind, stream.getvalue().hex())
    """

  /// A thing that has no place in a pickle.
  private struct Thing: PickleConvertible {
    let number: Int
    func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
      throw FormatError(.unsupported, "a thing is never pickled")
    }
  }

  @Test func persistentIDs() throws {
    let lines = try PythonOracle.run(["-c", OutsideTests.references]).split(separator: "\n")
    #expect(lines.count == 6 + 5 * 12)
    for line in lines {
      let parts = line.split(separator: " ")
      let (version, kind) = (try #require(Int(parts[0])), parts[1])
      let data = bytes(hex: parts[2])
      // Without a callback the ids stay as they are.
      let plain = try Pickle.load(bytes: data)
      #expect(try Pickle.bytes(of: plain, protocol: version) == data, "\(line)")
      // With callbacks on both sides the things are in their places, and go out again.
      var reading = PickleReader.Options()
      reading.persistentLoad = { id throws(FormatError) in
        if id.string == "text" { return "outside" }
        guard let number = id.string.flatMap({ Int($0.dropFirst(2)) }) ?? id[1]?[0]?.int else {
          throw FormatError(.badValue, "no thing: \(id)")
        }
        return .object(PickleObject(Thing(number: number)))
      }
      let value = try Pickle.load(bytes: data, options: reading)
      var writing = PickleWriter.Options(protocolVersion: version)
      writing.persistentID = { value throws(FormatError) in
        if let thing = value.object?.convertible as? Thing {
          // Python makes the text anew each time.
          if kind == "0" { return .string(PickleString("id\(thing.number)", isShared: false)) }
          return .tuple(["thing", [.int(thing.number)], "cpu"])
        }
        return value.string == "outside" ? "text" : Optional<PickleValue>.none
      }
      let back = try hex(Pickle.bytes(of: value, options: writing))
      #expect(back == parts[2], "\(line) \(back)")
      #expect(throws: FormatError.self) {
        try Pickle.bytes(of: ["x": .object(PickleObject(Thing(number: 1)))], protocol: version)
      }
    }
  }

  @Test func errorsOfCallbacksComeThrough() throws {
    let data = try Pickle.bytes(of: [.persistent(PicklePersistentID("x")), 1], protocol: 2)
    var reading = PickleReader.Options()
    reading.persistentLoad = { _ throws(FormatError) in throw FormatError(.notFound, "no such thing") }
    let error = #expect(throws: FormatError.self) { try Pickle.load(bytes: data, options: reading) }
    #expect(error?.code == .notFound && error?.offset != nil)
    var writing = PickleWriter.Options()
    writing.persistentID = { _ throws(FormatError) in throw FormatError(.notFound, "no such thing") }
    #expect(throws: FormatError(.notFound, "")) { try Pickle.bytes(of: [1], options: writing) }
  }

  @Test func buffersBesideThePickle() throws {
    let program = """
      import pickle, sys
      data = bytearray(b'0123456789')
      one = pickle.PickleBuffer(data)
      value = [one, pickle.PickleBuffer(b'readonly'), pickle.PickleBuffer(memoryview(data)[2:4])]
      buffers = []
      print(pickle.dumps(value, 5, buffer_callback=buffers.append).hex())
      print(' '.join(bytes(buffer.raw()).hex() for buffer in buffers))
      some = []
      print(pickle.dumps(value, 5, buffer_callback=lambda b: some.append(b) or len(b.raw()) > 5).hex())
      print(pickle.dumps(value, 5).hex())
      """
    let lines = try PythonOracle.run(["-c", program]).split(separator: "\n")
    let memories = lines[1].split(separator: " ").map { PickleMemory(copying: bytes(hex: $0)) }
    var reading = PickleReader.Options()
    reading.buffers = memories
    let value = try Pickle.load(bytes: bytes(hex: lines[0]), options: reading)
    var kept: [[UInt8]] = []
    var writing = PickleWriter.Options(protocolVersion: 5)
    writing.keepsOutOfBand = { buffer throws(FormatError) in
      kept.append(buffer.memory.array)
      return true
    }
    #expect(try hex(Pickle.bytes(of: value, options: writing)) == lines[0])
    #expect(kept == memories.map(\.array))
    // The buffers may also come from a callback, one by one.
    reading.buffers = []
    reading.nextBuffer = { index throws(FormatError) in index < memories.count ? PickleBuffer(memories[index]) : nil }
    #expect(try Pickle.load(bytes: bytes(hex: lines[0]), options: reading) == value)
    // Too few of them are an error.
    reading.nextBuffer = nil
    reading.buffers = Array(memories.dropLast())
    #expect(throws: FormatError(.malformed, "")) { try Pickle.load(bytes: bytes(hex: lines[0]), options: reading) }
    // Python's callback keeps those in the pickle for which it returns something true.
    writing.keepsOutOfBand = { buffer throws(FormatError) in buffer.memory.count <= 5 }
    #expect(try hex(Pickle.bytes(of: value, options: writing)) == lines[2])
    writing.keepsOutOfBand = nil
    #expect(try hex(Pickle.bytes(of: value, options: writing)) == lines[3])
    #expect(throws: FormatError(.unsupported, "")) { try Pickle.bytes(of: value, protocol: 4) }
  }
}
