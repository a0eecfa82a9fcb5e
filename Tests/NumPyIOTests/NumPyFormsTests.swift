import ByteIO
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// Arrays that were read at one protocol and are written at another: the form that NumPy gives them there.
@Suite struct NumPyFormsTests {
  private static let program = """
    import numpy as np, pickle
    base = np.arange(24.0).reshape(2, 3, 4)
    one = np.arange(3)
    values = [
      base, base.T, base[::2], base[0, 0, 0:1].reshape(()), np.zeros((0, 3)), np.arange(6).reshape(2, 3)[:, :1], np.float32(1.5),
      np.bool_(True), np.dtype('<f8'), np.array(['a', 'bc']), np.array([1, 'x', None], object), np.zeros(3, [('a', 'i4'), ('b', 'f8')]),
      np.array(['2020-01-01'], 'M8[D]'), np.arange(3, dtype='>i2'), np.matrix([[1, 2]]), [one, one, (one, np.arange(2.0))],
      {'a': one, 'b': np.int64(5), 'c': b'b', 'd': b''}, np.array([5], 'u1'), [np.matrix([[1, 2]]), np.zeros((2, 0))],
    ]
    for value in values: print(' '.join(pickle.dumps(pickle.loads(pickle.dumps(value, 4)), protocol).hex() for protocol in range(6)))
    """

  private static func bytes(_ hex: some StringProtocol) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }

  @Test func theFormOfEachProtocol() throws {
    let outcome = try Python.run(["-c", NumPyFormsTests.program])
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(NumPyFormsTests.bytes) }
    try #require(lines.count == 19, "\(outcome.errors)")
    for (index, pickles) in lines.enumerated() {
      for source in 0...5 {
        let value = try Pickle.load(bytes: pickles[source])
        for target in 0...5 {
          let written = try Pickle.bytes(of: value, options: .numPy(protocolVersion: target))
          #expect(written == pickles[target], "value \(index), from protocol \(source) to \(target)")
        }
        // Without the option it stays as it was.
        #expect(try Pickle.bytes(of: value, protocol: source) == pickles[source])
      }
    }
  }

  @Test(arguments: [NumPyModules.numpy1, .numpy2]) func namesOfTheNumPyThatIsWanted(modules: NumPyModules) throws {
    let lines = try Python.run(["-c", NumPyFormsTests.program]).output.split(separator: "\n")
    for line in lines {
      let pickles = line.split(separator: " ").map(NumPyFormsTests.bytes)
      let value = try Pickle.load(bytes: pickles[4])
      let written = try Pickle.bytes(of: value, options: .numPy(protocolVersion: 4, modules: modules))
      if modules == .numpy2 { #expect(written == pickles[4]) }
      var names: [String] = []
      var options = PickleReader.Options()
      options.onGlobal = { names.append($0.module) }
      let back = try Pickle.load(bytes: written, options: options)
      #expect(back.repr(options: PrintOptions()) == value.repr(options: PrintOptions()))
      #expect(!names.contains { $0.hasPrefix(modules == .numpy1 ? "numpy._core" : "numpy.core") })
    }
  }

  @Test func brokenArraysStayAsTheyAre() throws {
    let broken: [PickleValue] = [
      .object(
        PickleObject(
          "numpy._core.multiarray", "_reconstruct", [.global("numpy", "ndarray")], state: .tuple([1, 2, 3, 4, 5]))),
      .object(PickleObject("numpy._core.multiarray", "_reconstruct")),
    ]
    for value in broken {
      for version in 0...5 {
        #expect(
          try Pickle.bytes(of: value, options: .numPy(protocolVersion: version))
            == Pickle.bytes(of: value, protocol: version))
      }
    }
    let buffer = PickleValue.object(PickleObject("numpy._core.numeric", "_frombuffer", [.bytes([1]), 2, 3, 4]))
    #expect(throws: FormatError.self) { try Pickle.bytes(of: buffer, options: .numPy(protocolVersion: 4)) }
    #expect(try Pickle.load(bytes: Pickle.bytes(of: buffer, options: .numPy(protocolVersion: 5))) == buffer)
  }
}
