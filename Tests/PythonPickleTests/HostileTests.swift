import ByteIO
import Foundation
import PythonPickle
import Testing

/// What no pickle may do, whatever its bytes. None of these is ever given to Python.
@Suite struct HostileTests {
  static let corpus = ProcessInfo.processInfo.environment["NPY_CORPUS"]

  @Test(.enabled(if: corpus != nil)) func everyHostileFileEndsWell() throws {
    let folder = URL(fileURLWithPath: try #require(Self.corpus) + "/hostile")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".pkl")
    }
    #expect(names.count > 50)
    for name in names {
      let start = ContinuousClock.now
      var options = PickleReader.Options()
      options.encoding = .latin1
      do {
        let value = try Pickle.load(from: folder.appendingPathComponent(name).path, options: options)
        #expect(value.repr(limit: 1000).utf8.count < 100_000)
        #expect(value == value)
        _ = value.hashValue
        _ = try? Pickle.bytes(of: value, protocol: 4)
      } catch {
        #expect(error.offset != nil, "\(name): \(error)")
        #expect(error.file != nil)
      }
      #expect(ContinuousClock.now - start < .seconds(5), "\(name)")
    }
  }

  @Test(.enabled(if: corpus != nil)) func conformance() throws {
    let path = try #require(Self.corpus) + "/pickles/cpython_conformance.json"
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    var options = PickleReader.Options()
    options.encoding = .latin1
    var checked = 0
    for (key, entry) in json {
      if let text = entry as? String {
        #expect(throws: Never.self, "\(key)") { try Pickle.load(bytes: bytes(hex: text), options: options) }
        continue
      }
      for item in try #require(entry as? [Any]) {
        if key == "test_correctly_quoted_string" {
          let pair = try #require(item as? [String])
          let value = try Pickle.load(bytes: bytes(hex: pair[0]), options: options)
          #expect(value.string == pair[1])
          continue
        }
        let text = try #require(item as? String ?? (item as? [String])?.last)
        #expect(throws: FormatError.self, "\(key): \(text)") {
          try Pickle.load(bytes: bytes(hex: text), options: options)
        }
        checked += 1
      }
    }
    #expect(checked > 180)
  }

  @Test func depth() throws {
    let depth = 100_000
    let lists = [UInt8](repeating: 0x5D, count: depth) + [UInt8](repeating: 0x61, count: depth - 1) + [0x2E]
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: depth) + [0x2E]
    var dicts: [UInt8] = []
    for _ in 0..<depth { dicts += [0x7D, 0x4B, 0x01] }
    dicts += [0x4E] + [UInt8](repeating: 0x73, count: depth) + [0x2E]
    for data in [lists, tuples, dicts] {
      let value = try Pickle.load(bytes: data)
      let other = try Pickle.load(bytes: data)
      #expect(value == other)
      #expect(value.hashValue == other.hashValue)
      #expect(value.description.utf8.count >= 2 * depth)
      let back = try Pickle.load(bytes: try Pickle.bytes(of: value, protocol: 2))
      #expect(back == value)
    }
    var nested: PickleValue = .none
    for _ in 0..<depth { nested = .object(PickleObject("m", "C", [nested], state: ["a": nested])) }
    #expect(nested.object != nil)
    var sets = try PickleSet()
    for _ in 0..<depth { sets = try PickleSet([.frozenSet(sets)]) }
    #expect(sets.count == 1)
  }

  /// Depth by every operation that nests, at every protocol that is written, cyclic structures too.
  @Test func depthOfEveryKind() throws {
    let depth = 100_000
    func many(_ bytes: [UInt8]) -> [UInt8] { Array(repeatElement(bytes, count: depth).joined()) }
    let call = Array("cm\nC\n".utf8)
    let ordered = Array("ccollections\nOrderedDict\n)RK\u{1}".utf8)
    let stop: [UInt8] = [0x2E]
    let kinds: [(name: String, bytes: [UInt8])] = [
      ("frozenset", many([0x28]) + many([0x91])), ("call", many(call) + [0x29] + many([0x52, 0x85])),
      ("state", many(call + [0x29, 0x52]) + [UInt8](repeating: 0x62, count: depth - 1)),
      ("items", many(call + [0x29, 0x52]) + [UInt8](repeating: 0x61, count: depth - 1)),
      ("pairs", many(ordered) + [0x4E] + many([0x73])),
      ("instance", many([0x28]) + many([0x69] + Array("m\nC\n".utf8))),
      ("persistent", [0x4E] + many([0x51])),
      ("cycle", [0x5D, 0x71, 0] + many([0x5D]) + [0x68, 0] + many([0x61]) + [0x61]),
    ]
    for (name, bytes) in kinds {
      let value = try Pickle.load(bytes: bytes + stop)
      let other = try Pickle.load(bytes: bytes + stop)
      #expect(value == other, "\(name)")
      _ = value.hashValue
      #expect(value.description.utf8.count > depth, "\(name)")
      for version in [0, 1, 2, 4, 5] {
        // At protocol 0 the id of a persistent id is text.
        if name == "persistent", version == 0 { continue }
        let written = try Pickle.bytes(of: value, protocol: version)
        #expect(try Pickle.bytes(of: Pickle.load(bytes: written), protocol: version) == written, "\(name) \(version)")
      }
      if case .list(let list) = value { list.removeAll() }
      if case .list(let list) = other { list.removeAll() }
    }
  }

  @Test func keysOfManySharedTuples() throws {
    // Forty tuples, each of the one before twice: 2**40 leaves to hash, unless each is hashed once.
    var data: [UInt8] = [0x7D, 0x4B, 1, 0x85]
    for _ in 0..<40 { data += [0x32, 0x86] }
    data += [0x4E, 0x73, 0x2E]
    let value = try Pickle.load(bytes: data)
    #expect(value.dict?.count == 1)
    #expect(value == (try Pickle.load(bytes: data)))
  }

  @Test func limits() throws {
    var options = PickleReader.Options()
    options.limits = PickleLimits(operations: 3, stackDepth: 2, memoEntries: 1, valueBytes: 4)
    for text in ["4e4e4e4e2e", "4e71007101", "4e4e4e", "8c0561626364652e"] {
      #expect(throws: FormatError(.limitExceeded, "")) {
        try Pickle.load(bytes: bytes(hex: text), options: options)
      }
    }
  }
}
