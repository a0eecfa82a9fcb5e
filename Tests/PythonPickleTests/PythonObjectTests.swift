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

  // MARK: Made in Swift

  private static let madeProgram = """
    import array, collections, datetime as d, decimal, fractions, pathlib, pickle, uuid
    import copyreg
    # As Python 3.13 writes them, but that it alone names the module of paths pathlib._local.
    for type in (pathlib.PurePosixPath, pathlib.PosixPath):
      type.__module__ = 'pathlib'
      copyreg.pickle(type, lambda path: (type_of(path), (str(path),)))
    type_of = lambda value: value.__class__
    od = collections.OrderedDict([('b', 1), ('a', [2])])
    values = [
      od, collections.OrderedDict(), collections.defaultdict(int, {'k': 1}), collections.defaultdict(None, {}),
      collections.Counter({'x': 3, 'y': 1}), collections.deque([1, 'a'], maxlen=5), collections.deque([1.5, 2.5]), range(1, 10, 3),
      range(10**20), slice(1, None, -1), d.date(2020, 2, 29), d.datetime(1999, 12, 31, 23, 59, 58, 70007), d.time(1, 2, 3, 4),
      d.datetime(2020, 10, 25, 2, 30, fold=1), d.time(4, fold=1), d.timedelta(-1, 3600, 5), d.timezone.utc,
      d.timezone(d.timedelta(hours=1), 'X'), [d.datetime(2020, 1, 2, tzinfo=d.timezone.utc), d.time(5, tzinfo=d.timezone.utc)],
      decimal.Decimal('-1.50E+7'), fractions.Fraction(-3, 4), fractions.Fraction(10**30, 7), uuid.UUID(int=5),
      uuid.UUID(int=2**128 - 1), pathlib.PurePosixPath('/usr/lib/x'), pathlib.PosixPath('a'), array.array('i', [1, -2]),
      array.array('d', [0.5, -1e300]), array.array('Q', [2**64 - 1]), array.array('b', []), [decimal.Decimal('1'), decimal.Decimal('1')],
      [uuid.UUID(int=1), uuid.UUID(int=2)], 1 + 2j,
    ]
    for protocol in range(6):
      for value in values: print(protocol, pickle.dumps(value, protocol).hex())
    """

  private static func made() throws -> [PickleValue] {
    func entries(_ pairs: [(key: PickleValue, value: PickleValue)]) throws -> [PickleDict.Entry] {
      try PickleDict(pairs).entries
    }
    let hour = PickleValue.python(.timeDelta(days: 0, seconds: 3600, microseconds: 0))
    let autumn = try #require(PythonDate.Day(year: 2020, month: 10, day: 25))
    let twice = try #require(PythonDate.Time(hour: 2, minute: 30, fold: 1))
    let new = try #require(
      PythonDate(year: 1999, month: 12, day: 31, hour: 23, minute: 59, second: 58, microsecond: 70007))
    let leap = try #require(PythonDate.Day(year: 2020, month: 2, day: 29))
    let second = try #require(PythonDate(year: 2020, month: 1, day: 2, hour: 0))
    let big = PickleValue.integer(PickleInteger(twosComplement: [0, 0, 0x10, 0x63, 0x2D, 0x5E, 0xC7, 0x6B, 0x05]))
    let huge = PickleValue.integer(
      try PickleInteger(decimal: Array(("1" + String(repeating: "0", count: 30)).utf8)[...], maxDigits: 100))
    func time(_ hour: Int, _ minute: Int = 0, _ second: Int = 0, _ micro: Int = 0, fold: Int = 0) throws -> PythonDate {
      PythonDate(
        try #require(PythonDate.Time(hour: hour, minute: minute, second: second, microsecond: micro, fold: fold)))
    }
    return [
      .python(.orderedDict(try entries([("b", 1), ("a", [2])]))), .python(.orderedDict([])),
      .python(.defaultDict(factory: .global("builtins", "int"), try entries([("k", 1)]))),
      .python(.defaultDict(factory: .none, [])), .python(.counter(try entries([("x", 3), ("y", 1)]))),
      .python(.deque([1, "a"], maxLength: 5)), .python(.deque([1.5, 2.5], maxLength: nil)),
      .python(.range(start: 1, stop: 10, step: 3)), .python(.range(start: 0, stop: big, step: 1)),
      .python(.slice(start: 1, stop: nil, step: -1)), .python(.dateTime(PythonDate(leap), zone: nil)),
      .python(.dateTime(new, zone: nil)), .python(.dateTime(try time(1, 2, 3, 4), zone: nil)),
      .python(.dateTime(PythonDate(autumn, twice), zone: nil)), .python(.dateTime(try time(4, fold: 1), zone: nil)),
      .python(.timeDelta(days: -1, seconds: 3600, microseconds: 5)), .utc,
      .python(.timeZone(offset: hour, name: "X")),
      [.python(.dateTime(second, zone: .utc)), .python(.dateTime(try time(5), zone: .utc))],
      .python(.decimal("-1.50E+7")), .python(.fraction(numerator: -3, denominator: 4)),
      .python(.fraction(numerator: huge, denominator: 7)),
      .python(.uuid([UInt8](repeating: 0, count: 15) + [5])), .python(.uuid([UInt8](repeating: 255, count: 16))),
      .python(.path(type: "PurePosixPath", "/usr/lib/x")), .python(.path(type: "PosixPath", "a")),
      .python(try #require(.array([1, -2] as [Int32]))), .python(try #require(.array([0.5, -1e300]))),
      .python(try #require(.array([UInt64.max]))), .python(try #require(.array([] as [Int8]))),
      [.python(.decimal("1")), .python(.decimal("1"))],
      [.python(.uuid([UInt8](repeating: 0, count: 15) + [1])), .python(.uuid([UInt8](repeating: 0, count: 15) + [2]))],
      .complex(1, 2),
    ]
  }

  /// What is made in Swift, and what was read at another protocol, is written as Python writes it.
  @Test func madeInSwift() throws {
    let lines = try PythonOracle.run(["-c", PythonObjectTests.madeProgram]).split(separator: "\n")
    let values = try PythonObjectTests.made()
    try #require(lines.count == 6 * values.count)
    for (index, line) in lines.enumerated() {
      let parts = line.split(separator: " ")
      let version = try #require(Int(parts[0]))
      let value = values[index % values.count]
      #expect(
        try hex(Pickle.bytes(of: value, protocol: version)) == parts[1], "protocol \(version): \(value.repr())")
      // The fold is lost before protocol 4.
      let isKept = version >= 4 || !value.repr().contains("fold=1")
      #expect(try !isKept || Pickle.load(bytes: bytes(hex: parts[1])).repr() == value.repr())
      // The same value from the pickle of protocol 4, where the fold is kept.
      let read = try Pickle.load(bytes: bytes(hex: lines[4 * values.count + index % values.count].dropFirst(2)))
      #expect(read == value)
      #expect(
        try hex(Pickle.bytes(of: read, protocol: version)) == parts[1], "protocol \(version) from 4: \(value.repr())")
    }
  }

  @Test func daysAreCounted() throws {
    let program = """
      import datetime as d
      for n in (0, -1, 86399999999, 951782400000000, 951868800000000, -62135596800000000, 253402300799999999, 1709164800000001):
        t = d.datetime(1970, 1, 1) + d.timedelta(microseconds=n)
        print(n, t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond)
      """
    for line in try PythonOracle.run(["-c", program]).split(separator: "\n") {
      let n = line.split(separator: " ").compactMap { Int($0) }
      let date = try #require(PythonDate(microsecondsSince1970: n[0]))
      #expect(date.day == PythonDate.Day(year: n[1], month: n[2], day: n[3]))
      #expect(date.time == PythonDate.Time(hour: n[4], minute: n[5], second: n[6], microsecond: n[7]))
      #expect(date.microsecondsSince1970 == n[0])
    }
    #expect(PythonDate(microsecondsSince1970: .max) == nil && PythonDate(microsecondsSince1970: .min) == nil)
    #expect(PythonDate.Day(year: 2023, month: 2, day: 29) == nil && PythonDate.Time(hour: 24) == nil)
  }
}
