import PythonPickle
import Testing

/// Pickles of many small values, which share memory and references: what is read is what Python wrote, whatever is kept of it.
@Suite struct SmallValueTests {
  /// CPython's pickles of calls with few arguments, also without the places in the memo that nobody asks for.
  private static let script = """
    import collections, datetime, decimal, fractions, pickle, pickletools, random
    random.seed(5)
    day = datetime.date(2020, 2, 3)
    once = complex(3, 4)
    blobs = [bytes(random.choices(range(256), k=random.randrange(300))) for _ in range(200)]
    cases = [
        [datetime.date(2020, 1, 1 + i % 28) for i in range(200)] + [day] * 3,
        [datetime.datetime(2020, 1, 1, i % 24, fold=i % 2) for i in range(100)],
        [datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)] * 70 + [datetime.timedelta(i) for i in range(70)],
        [complex(i, -i) for i in range(100)] + [once, once],
        [decimal.Decimal(i) / 8 for i in range(100)] + [fractions.Fraction(i, 7) for i in range(100)],
        blobs + [bytearray(b) for b in blobs] + blobs + [b"ascii only"] * 2 + [bytes([200])],
        [{i: (i, None, True, b"x", i / 2)} for i in range(100)],
        [set(range(n)) for n in range(40)] + [frozenset([n, n * 1.5, None]) for n in range(40)],
        [collections.OrderedDict(a=i) for i in range(70)],
        [None, True, False, 1] * 100 + [(None, True)] * 70,
        [complex(i, i) for i in range(9000)],
        [bytearray(b"some bytes %d" % i) for i in range(4000)],
    ]
    for value in cases:
        for version in range(6):
            data = pickle.dumps(value, version)
            print(version, data.hex(), pickletools.optimize(data).hex())
    """

  @Test func writtenBackToTheSameBytes() throws {
    let lines = try PythonOracle.run(["-c", SmallValueTests.script]).split(separator: "\n")
    #expect(lines.count == 72)
    for line in lines {
      let parts = line.split(separator: " ")
      let version = try #require(Int(parts[0]))
      let data = bytes(hex: parts[1])
      let value = try Pickle.load(bytes: data)
      #expect(try Pickle.bytes(of: value, protocol: version) == data, "protocol \(version), \(data.count) bytes")
      // What was left out of the memo is made anew where it is asked for.
      let short = try Pickle.load(bytes: bytes(hex: parts[2]))
      #expect(try Pickle.bytes(of: short, protocol: version) == data, "protocol \(version), without a memo")
      // Looking at the calls changes nothing of what is written.
      for item in value.items ?? [] { _ = item.object.map { ($0.form, $0.arguments) } }
      #expect(try Pickle.bytes(of: value, protocol: version) == data, "protocol \(version), after a look")
    }
  }

  /// The tuple of a call is one object, however often it is asked for, and the one that is written.
  @Test func theTupleOfACallIsOne() throws {
    let object = try dates(1)[0].object
    guard case .reduce(_, let first)? = object?.form, case .reduce(_, let second)? = object?.form else {
      return #expect(Bool(false), "no call")
    }
    #expect(first === second)
    #expect(first.items.count == 1 && first.items[0].bytes == [7, 228, 1, 1])
  }

  private func dates(_ count: Int) throws -> [PickleValue] {
    let script = """
      import datetime, pickle
      print(pickle.dumps([datetime.date(2020, 1, 1 + i % 28) for i in range(\(max(count, 100)))], 4).hex())
      """
    let data = bytes(hex: try PythonOracle.run(["-c", script]).trimmingPrefix("\n").prefix { $0 != "\n" })
    return Array(try #require(try Pickle.load(bytes: data).items).prefix(count))
  }

  /// A string or bytes that is kept stays as it is when all else of its pickle is gone.
  @Test func whatIsKeptOutlivesTheRest() throws {
    var kept: [(Int, PickleString, PickleBytes)] = []
    for round in 0..<20 {
      let pairs: [PickleValue] = (0..<500).map { index in
        .tuple([
          .string(PickleString("text \(round) \(index)", isShared: false)),
          .bytes(PickleBytes(Array("bytes \(round) \(index)".utf8), isShared: false)),
        ])
      }
      let data = try Pickle.bytes(of: .list(pairs), protocol: 4)
      guard let pair = try Pickle.load(bytes: data).items?[25 * round].items, let text = pair[0].pickleString,
        case .bytes(let bytes) = pair[1]
      else { return #expect(Bool(false), "no pair") }
      kept.append((25 * round, text, bytes))
    }
    for (round, (index, text, bytes)) in kept.enumerated() {
      #expect(text.text == "text \(round) \(index)")
      #expect(bytes.array == Array("bytes \(round) \(index)".utf8))
    }
  }

  /// References that were counted in advance end with the reading: all that was read is freed with the last of it.
  @Test func nothingIsLeftBehind() throws {
    let inner = PickleList(["x"])
    var data = try Pickle.bytes(of: .list(Array(repeating: .list(inner), count: 5000)), protocol: 4)
    weak var seen: PickleList?
    do {
      let read = try Pickle.load(bytes: data)
      guard case .list(let first)? = read.items?[4999] else { return #expect(Bool(false), "no list") }
      seen = first
      #expect(seen != nil)
    }
    #expect(seen == nil)
    // The same where reading ends in an error.
    data.removeLast(2)
    #expect(throws: (any Error).self) { try Pickle.load(bytes: data) }
  }

  /// Rows of constants and references are counted among the operations.
  @Test func limitsOfOperationsHold() throws {
    var options = PickleReader.Options()
    options.limits.operations = 300
    for value in [PickleValue.none, .string("a"), .bool(true)] {
      let few = try Pickle.bytes(of: .list(Array(repeating: value, count: 100)), protocol: 4)
      let many = try Pickle.bytes(of: .list(Array(repeating: value, count: 400)), protocol: 4)
      #expect(try Pickle.load(bytes: few, options: options).items?.count == 100)
      #expect(throws: (any Error).self) { try Pickle.load(bytes: many, options: options) }
    }
  }
}
