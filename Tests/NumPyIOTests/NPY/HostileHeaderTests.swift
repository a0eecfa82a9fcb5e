import ByteIO
import NumPyIO
import Testing

/// Files that no honest writer makes, each built byte by byte by the rules of `numpy.lib.format`.
@Suite struct HostileHeaderTests {
  /// A file with a header of that text.
  static func file(
    _ text: String, version: (UInt8, UInt8) = (1, 0), data: Int = 64, length: Int? = nil
  ) -> [UInt8] {
    let header = Array(text.utf8)
    let count = length ?? header.count
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version.0, version.1]
    for shift in 0..<(version.0 == 1 ? 2 : 4) { bytes.append(UInt8(truncatingIfNeeded: count >> (shift * 8))) }
    return bytes + header + [UInt8](repeating: 7, count: data)
  }

  static func code(of bytes: [UInt8], limits: LoadLimits = .default) -> FormatError.Code? {
    do throws(FormatError) {
      _ = try AnyNDArray(npy: bytes, limits: limits)
      return nil
    } catch { return error.code }
  }

  @Test(arguments: [
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (-1,), }\n", FormatError.Code.malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (True,), }\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': [2], }\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': 2, }\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': 1, 'shape': (2,), }\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'more': 1, }\n", .malformed),
    ("{'descr': '<i4', 'shape': (2,), }\n", .malformed),
    ("{'descr': '<i4', 'descr': '<i8', 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': '<i3', 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': b'<i4', 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': {'names': ['a'], 'formats': ['i4']}, 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': None, 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': '<M8[zz]', 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("{'descr': [('a', '<i4'), ('a', '<i4')], 'fortran_order': False, 'shape': (2,), }\n", .malformed),
    ("__import__('os').system('true')\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (1 + 1,), }\n", .malformed),
    ("[1, 2]\n", .malformed),
    ("\n", .malformed),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), \n", .malformed),
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 16), }\n", .limitExceeded),
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (0, 9223372036854775807), }\n", .limitExceeded),
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", .limitExceeded),
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000,), }\n", .truncated),
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (9,), }\n", .truncated),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", .unsupported),
  ])
  func isRefused(_ text: String, _ expected: FormatError.Code) {
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text)) == expected)
  }

  @Test func manyDimensionsAreRefused() {
    let shape = String(repeating: "1, ", count: 65)
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (\(shape)), }\n"
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text)) == .limitExceeded)
    let most = String(repeating: "1, ", count: 64)
    let allowed = "{'descr': '<i4', 'fortran_order': False, 'shape': (\(most)), }\n"
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(allowed)) == nil)
  }

  @Test func deepNestingIsRefused() {
    let text = String(repeating: "(", count: 3000) + String(repeating: ")", count: 3000) + "\n"
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text)) == .malformed)
  }

  @Test func everyBeginningOfAFileIsRefused() throws {
    let whole = try NDArray<Int32>([1, 2, 3]).untyped.npyBytes()
    for count in 0..<whole.count {
      let code = HostileHeaderTests.code(of: Array(whole[..<count]))
      #expect(code == (count == 0 ? .empty : .truncated), "\(count) bytes")
    }
    #expect(HostileHeaderTests.code(of: whole) == nil)
  }

  @Test func versionsAndMagic() {
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n"
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text, version: (4, 0))) == .unsupported)
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text, version: (1, 1))) == .unsupported)
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text, version: (0, 0))) == .unsupported)
    #expect(HostileHeaderTests.code(of: Array("not an array at all".utf8)) == .wrongKind)
    for major: UInt8 in 1...3 {
      #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text, version: (major, 0))) == nil)
    }
  }

  @Test func headerLimitIsCheckedBeforeTheTextIsRead() {
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }"
    let padded = text + String(repeating: " ", count: 12_000) + "\n"
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(padded)) == .limitExceeded)
    #expect(
      HostileHeaderTests.code(of: HostileHeaderTests.file(padded), limits: LoadLimits(headerCharacters: 20_000)) == nil)
    // Four gibibytes that are not there.
    let lying = HostileHeaderTests.file(text, version: (2, 0), length: 0xFFFF_FFFF)
    #expect(HostileHeaderTests.code(of: lying) == .limitExceeded)
    #expect(HostileHeaderTests.code(of: lying, limits: LoadLimits(headerCharacters: .max)) == .truncated)
  }

  @Test func limitsOnArrays() {
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 8), }\n"
    #expect(
      HostileHeaderTests.code(of: HostileHeaderTests.file(text), limits: LoadLimits(arrayBytes: 63)) == .limitExceeded)
    #expect(
      HostileHeaderTests.code(of: HostileHeaderTests.file(text), limits: LoadLimits(dimensions: 1)) == .limitExceeded)
    #expect(HostileHeaderTests.code(of: HostileHeaderTests.file(text), limits: LoadLimits(arrayBytes: 64)) == nil)
  }

  @Test(arguments: [
    // What NumPy 2.4.6 loads although it would never write it.
    ("{\"shape\": (2,), 'fortran_order': False, 'descr': '<i4'}", [2], "<i4"),
    ("{u'descr': u'<i4', u'fortran_order': False, u'shape': (0x2,), } # made by hand\n", [2], "<i4"),
    ("{'descr': '<' 'i4', 'fortran_order': False, 'shape': (2L,), }\n", [2], "<i4"),
    ("{'descr': 'float64', 'fortran_order': True, 'shape': (2, 1_0), }", [2, 10], "<f8"),
    ("{'descr': '=f8', 'fortran_order': False, 'shape': (), }", [], "<f8"),
    ("{'descr': 'a5', 'fortran_order': False, 'shape': (3,), }", [3], "|S5"),
    ("{'descr': '<M8[25s]', 'fortran_order': False, 'shape': (1,), }", [1], "<M8[25s]"),
    ("{'descr': '|V0', 'fortran_order': False, 'shape': (1000000000000,), }", [1_000_000_000_000], "|V0"),
  ])
  func oddButValid(_ text: String, _ shape: [Int], _ dtype: String) throws {
    let array = try AnyNDArray(npy: HostileHeaderTests.file(text, data: 160))
    #expect(array.shape == shape)
    #expect(array.dtype.notation == dtype)
  }

  @Test func errorsNameFileAndOffset() throws {
    let bytes = HostileHeaderTests.file("{'descr': '<i4', 'fortran_order': False, 'shape': (2,) !}\n")
    do throws(FormatError) {
      _ = try NPYFile(MemorySource(bytes, name: "bad.npy"))
      Issue.record("the header was accepted")
    } catch {
      #expect(error.file == "bad.npy")
      #expect(error.offset == 10 + 55)
      #expect(!error.description.contains("\n"))
    }
  }
}
