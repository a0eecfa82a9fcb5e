import PythonPickle
import Testing

/// Pickles with many entries in the memo, of which some are asked for: what is read ahead, and the places that strings note.
@Suite struct MemoTests {
  /// CPython's pickles of lists with far references, as lines of a protocol and the bytes.
  private static let script = """
    import pickle, random
    random.seed(4)
    words = [f"word {i}" for i in range(300)]
    blobs = [bytes([i % 256, i // 256]) * (1 + i % 3) for i in range(300)]
    tuples = [tuple(range(i % 6)) + (words[i % 40],) for i in range(300)]
    mixed = words + blobs + tuples
    late = [mixed[0], mixed[63], mixed[64], mixed[65], mixed[-1]]
    cases = [
        mixed + random.choices(mixed, k=700) + late,
        [[w, [w, (w, words[-1 - i])]] for i, w in enumerate(words)],
        {w: (i, random.choice(words)) for i, w in enumerate(words)},
        [list(range(n)) for n in [0, 1, 63, 64, 999, 1000, 1001, 2000, 2001]] * 2,
        [[words[i % 7] for i in range(n)] for n in [999, 1000, 1001, 2500]],
        [frozenset(random.sample(words, 5)) for _ in range(80)] + words,
        [bytearray(b) for b in blobs] + blobs,
    ]
    for value in cases:
        for version in range(6):
            print(version, pickle.dumps(value, version).hex())
    """

  @Test func writtenBackToTheSameBytes() throws {
    let lines = try PythonOracle.run(["-c", MemoTests.script]).split(separator: "\n")
    #expect(lines.count == 42)
    for line in lines {
      let parts = line.split(separator: " ")
      let version = try #require(Int(parts[0]))
      let data = bytes(hex: parts[1])
      let value = try Pickle.load(bytes: data)
      #expect(try Pickle.bytes(of: value, protocol: version) == data, "protocol \(version), \(data.count) bytes")
      // What others have noted in the strings meanwhile does not show.
      _ = try Pickle.bytes(of: value, protocol: (version + 1) % 6)
      #expect(try Pickle.bytes(of: value, protocol: version) == data, "protocol \(version), once more")
    }
  }

  /// An entry that is asked for before it is made, or never made, is an error however many there are.
  @Test func entriesThatAreMissing() throws {
    for count in [1, 63, 64, 65, 200] {
      // A list of `count` strings with places 1 to `count`, and a request for one more.
      var pickle: [UInt8] = [0x80, 4, 0x5D, 0x94, 0x28]
      for index in 0..<count { pickle += [0x8C, 1, UInt8(97 + index % 26), 0x94] }
      let known = pickle + [0x6A, UInt8(count), 0, 0, 0, 0x65, 0x2E]
      #expect(try Pickle.load(bytes: known).items?.count == count + 1)
      let unknown = pickle + [0x6A, UInt8(count + 1), 0, 0, 0, 0x65, 0x2E]
      #expect(throws: (any Error).self) { try Pickle.load(bytes: unknown) }
    }
  }

  /// Threads that write the same strings at the same time each write what one alone would.
  @Test func stringsThatThreadsShare() async throws {
    let strings = (0..<2000).map { PickleString("text \($0)", isShared: false) }
    @Sendable func written() throws -> [UInt8] {
      let once = strings.map { PickleValue.string($0) }
      return try Pickle.bytes(of: .list(once + once.reversed()))
    }
    let expected = try written()
    #expect(try Pickle.load(bytes: expected).items?.count == 4000)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { try (0..<5).allSatisfy { _ in try written() == expected } }
      }
      for try await same in group { #expect(same) }
    }
  }
}
