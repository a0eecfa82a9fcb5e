import ByteIO
import PythonPickle
import Testing

/// Objects of Python's standard library: taken apart, printed as Python does, written back to the same bytes.
@Suite struct PythonObjectTests {
  private static let program = """
    import array, collections, datetime as d, decimal, fractions, pathlib, pickle, uuid
    hour = d.timedelta(hours=1)
    deque = collections.deque([1, 'a'], maxlen=5)
    values = [
      collections.defaultdict(int, a=1), collections.defaultdict(None), collections.Counter('abracadabra'),
      collections.Counter(), deque, collections.deque([1.5]), range(3), range(1, 10**20, 7), slice(1, None, -1),
      d.date(2020, 2, 29), d.datetime(1999, 12, 31, 23, 59), d.datetime(2020, 1, 2, 3, 4, 5),
      d.datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=d.timezone.utc), d.datetime(2020, 1, 2, 3, tzinfo=d.timezone(hour, 'X')),
      d.datetime(2020, 10, 25, 2, 30, fold=1), d.time(1, 2), d.time(1, 2, 3, 4, tzinfo=d.timezone(-hour)),
      d.timedelta(), d.timedelta(-1, 3600, 5), d.timezone.utc, decimal.Decimal('-1.50E+7'), decimal.Decimal('NaN'),
      fractions.Fraction(-3, 4), fractions.Fraction(10**30, 7), uuid.UUID(int=0x12345678123456781234567812345678),
      uuid.UUID(int=5), pathlib.PurePosixPath('/usr/lib/x'), pathlib.PurePosixPath('a/b'), pathlib.PurePosixPath(),
      pathlib.PureWindowsPath('C:/x/y'), array.array('i', [1, -2, 3]), array.array('d', [0.5, -1e300]), array.array('Q', [2**64 - 1]),
      array.array('B', b'xyz'), array.array('f', [0.1]), array.array('h'), [deque, deque, {'at': d.date(2000, 1, 1)}],
    ]
    for protocol in range(6):
      for value in values:
        # The fold is pickled from protocol 4 on.
        if protocol < 4 and getattr(value, 'fold', 0): continue
        print(protocol, pickle.dumps(value, protocol).hex(), repr(value))
    """

  @Test func printedAndWrittenBack() throws {
    let lines = try PythonOracle.run(["-c", PythonObjectTests.program]).split(separator: "\n")
    #expect(lines.count == 6 * 37 - 4)
    for line in lines {
      let parts = line.split(separator: " ", maxSplits: 2)
      let data = bytes(hex: parts[1])
      let value = try Pickle.load(bytes: data)
      let version = try #require(Int(parts[0]))
      #expect(value.repr() == String(parts[2]), "protocol \(parts[0])")
      #expect(try Pickle.bytes(of: value, protocol: version) == data, "\(parts[2])")
    }
  }

  @Test func takenApart() throws {
    let program = """
      import datetime as d, decimal, pickle
      print(pickle.dumps((d.datetime(2024, 5, 6, 7, 8, 9, 10), decimal.Decimal('2.50'), d.timedelta(3, 4, 5)), 4).hex())
      """
    let value = try Pickle.load(bytes: bytes(hex: PythonOracle.run(["-c", program]).filter { $0 != "\n" }))
    guard case .dateTime(let date, let zone)? = value[0]?.pythonObject else {
      Issue.record("no date")
      return
    }
    #expect(date.day?.year == 2024 && date.day?.month == 5 && date.day?.day == 6 && zone?.isNone == Optional<Bool>.none)
    #expect(date.time?.hour == 7 && date.time?.second == 9 && date.time?.microsecond == 10)
    guard case .decimal("2.50")? = value[1]?.pythonObject, case .timeDelta(3, 4, 5)? = value[2]?.pythonObject else {
      Issue.record("no decimal or no time span")
      return
    }
  }

  /// A class with the right name and anything else within is left as it is.
  @Test func forgedObjectsStayObjects() throws {
    let strange: [PickleValue] = [
      .object(PickleObject("datetime", "date", [.bytes([1, 2])])),
      .object(PickleObject("datetime", "datetime", [.bytes([0, 0, 99, 99, 99, 99, 99, 255, 255, 255])])),
      .object(PickleObject("collections", "Counter", [5])), .object(PickleObject("decimal", "Decimal", [[1]])),
      .object(PickleObject("fractions", "Fraction", ["1/2/3"])), .object(PickleObject("uuid", "UUID", [], state: [:])),
      .object(PickleObject("array", "_array_reconstructor", [nil, "i", 99, .bytes([1])])),
      .object(PickleObject("builtins", "range", ["a", 1, 2])),
    ]
    for value in strange { _ = value.repr() }
    #expect(strange[0].pythonObject == nil && strange[1].pythonObject == nil && strange[4].pythonObject == nil)
    #expect(strange[6].pythonObject?.arrayItems == nil)
  }
}
