import PythonPickle
import Testing

/// What a program does with Python's containers.
@Suite struct ContainerTests {
  /// Who prints what he has loaded is not shown megabytes; who asks for the `repr` gets all of it.
  @Test func longBytesAreAbridgedInDescriptions() throws {
    let short = PickleValue.bytes([UInt8](repeating: 65, count: 1024))
    #expect(short.description == short.repr() && short.repr() == "b'\(String(repeating: "A", count: 1024))'")
    let long = PickleValue.list([.bytes([UInt8](repeating: 65, count: 1025)), .int(7)])
    #expect(long.description == "[<1025 bytes: b'\(String(repeating: "A", count: 32))…'>, 7]")
    #expect(long.repr() == "[b'\(String(repeating: "A", count: 1025))', 7]")
    let array = PickleValue.byteArray([UInt8](repeating: 39, count: 2000))
    #expect(array.description == "bytearray(<2000 bytes: b\"\(String(repeating: "'", count: 32))…\">)")
  }

  @Test func containersAreSequences() throws {
    let list = PickleList([.int(3), .string("x"), .none])
    #expect(list.map { $0.repr() } == ["3", "'x'", "None"])
    let pairs = try PickleDict([(key: .string("a"), value: .int(1)), (key: .int(2), value: .bool(true))])
    #expect(pairs.map { "\($0.key.repr()): \($0.value.repr())" } == ["'a': 1", "2: True"])
    guard case .tuple(let tuple) = PickleValue.tuple([.int(1), .int(2), .int(3), .int(4)]) else {
      Issue.record("no tuple")
      return
    }
    #expect(tuple.compactMap(\.int).reduce(0, +) == 10)
    #expect(PickleValue.list(list).list?.count == 3 && PickleValue.tuple(tuple).list == nil)
    #expect(PickleValue.tuple(tuple).tuple?.count == 4 && PickleValue.list(list).tuple == nil)
    #expect(PickleValue.tuple(tuple).items?.count == 4 && PickleValue.list(list).items?.count == 3)
    // A loop goes over what was there when it began.
    for item in list where item.string == "x" { list.append(.int(4)) }
    #expect(list.count(where: { $0.int != nil }) == 2)
  }
}
