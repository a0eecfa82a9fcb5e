import NDArrays
import Testing
import PlatformC

/// Far more numbers than a fixture holds, compared with the NumPy at hand: `python3`, or what `NPY_PYTHON` names.
@Suite struct PrintingOracleTests {
  /// A float type and a Python expression for many of its numbers.
  struct Numbers: CustomTestStringConvertible, Sendable {
    let code: String
    let expression: String
    var testDescription: String { "\(code): \(expression)" }
  }

  static let samples: [Numbers] = [
    Numbers(code: "f2", expression: "np.arange(65536, dtype='u2').view('f2')"),
    Numbers(code: "f4", expression: "np.frombuffer(r.bytes(80000), 'f4')"),
    Numbers(code: "f4", expression: "np.ldexp(np.float32(1), np.arange(-149, 128))"),
    Numbers(code: "f4", expression: "r.random_sample(20000).astype('f4')"),
    Numbers(code: "f4", expression: "(r.standard_normal(20000) * 1e4).round(2).astype('f4')"),
    Numbers(code: "f8", expression: "np.frombuffer(r.bytes(80000), 'f8')"),
    Numbers(code: "f8", expression: "np.ldexp(1.0, np.arange(-1074, 1024))"),
    Numbers(code: "f8", expression: "np.array([float('1e%d' % i) for i in range(-323, 309)])"),
    Numbers(code: "f8", expression: "r.random_sample(20000)"),
    Numbers(code: "f8", expression: "(r.standard_normal(20000) * 1000).round(3)"),
    Numbers(code: "f8", expression: "r.randint(0, 2**53, 5000) / 2.0 ** r.randint(0, 60, 5000)"),
    Numbers(code: "f16", expression: "np.ldexp(np.longdouble(1), np.arange(-16445, 16384, 211))"),
    Numbers(code: "f16", expression: "np.ldexp(np.longdouble(1), np.arange(-200, 200))"),
    Numbers(
      code: "f16",
      expression:
        "np.ldexp(r.random_sample(600).astype('g') + np.ldexp(r.random_sample(600).astype('g'), -60), "
        + "r.randint(-300, 300, 600))"),
  ]

  @Test(
    "Every half, many floats and doubles, and powers of two print as the NumPy at hand prints them",
    arguments: samples)
  func numbers(_ numbers: Numbers) throws {
    let modes: [(PrintOptions, String)] = [
      (PrintOptions(threshold: .max), ""),
      (PrintOptions(precision: 16, threshold: .max), "precision=16"),
      (PrintOptions(threshold: .max, floatMode: .unique), "floatmode='unique'"),
      (
        PrintOptions(precision: 12, threshold: .max, floatMode: .maxprecEqual),
        "precision=12,floatmode='maxprec_equal'"
      ),
      (
        PrintOptions(precision: 3, threshold: .max, suppress: true, floatMode: .fixed),
        "precision=3,floatmode='fixed',suppress=True"
      ),
    ]
    // One number an array, so that none sets the form of another; then all at once.
    let script = """
      import sys, numpy as np
      np.seterr(all='ignore')
      r = np.random.RandomState(5)
      a = \(numbers.expression)
      a = a.astype(a.dtype.newbyteorder('<'))
      out = sys.stdout.buffer
      out.write(len(a).to_bytes(8, 'little') + a.tobytes())
      def line(s): out.write(len(s).to_bytes(8, 'little') + s.encode())
      for i, o in enumerate([\(modes.map { "dict(\($0.1))" }.joined(separator: ", "))]):
        with np.printoptions(threshold=sys.maxsize, **o):
          line(str(a))
          line('\\n'.join(str(a[k:k + 1]) for k in range(i, len(a), 5)))
      line('\\n'.join(str(x) for x in a))
      """
    let answer = try Python.run(script)
    var position = 0
    func next(_ size: Int = 1) throws -> ArraySlice<UInt8> {
      try #require(answer.count >= position + 8)
      let count = answer[position..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) } * size
      try #require(answer.count >= position + 8 + count)
      defer { position += 8 + count }
      return answer[position + 8..<position + 8 + count]
    }
    let dtype = try DType("<" + numbers.code)
    let bytes = try next(dtype.itemSize)
    let array = try AnyNDArray(bytes: Array(bytes), dtype: dtype, shape: [bytes.count / dtype.itemSize])
    for (index, (options, name)) in modes.enumerated() {
      expectLines(array.formatted(.str, options: options), try next(), "all, \(name)")
      let each = stride(from: index, to: array.count, by: 5).map {
        array[$0...$0].formatted(.str, options: options)
      }
      expectLines(each.joined(separator: "\n"), try next(), "each, \(name)")
    }
    expectLines(
      (0..<array.count).map { array[$0].description }.joined(separator: "\n"), try next(), "scalars")
  }

  private func expectLines(_ text: String, _ wanted: ArraySlice<UInt8>, _ what: String) {
    if text.utf8.elementsEqual(wanted) { return }
    let lines = text.split(separator: "\n")
    let wantedLines = String(decoding: wanted, as: UTF8.self).split(separator: "\n")
    let different = zip(lines, wantedLines).filter { $0 != $1 }
    Issue.record(
      "\(what): \(different.count) of \(wantedLines.count) lines differ, \(lines.count) printed: \(different.prefix(3))"
    )
  }
}

/// The real NumPy.
enum Python {
  struct Failed: Error { let status: Int32 }

  /// What a script writes to its standard output.
  static func run(_ script: String) throws -> [UInt8] {
    let python = unsafe getenv("NPY_PYTHON").map { unsafe String(cString: $0) } ?? "python3"
    let quoted = script.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    guard let pipe = unsafe popen("'\(python)' -c '\(quoted)'", "r") else { throw Failed(status: -1) }
    let bytes = unsafe readAll(pipe)
    let status = unsafe pclose(pipe)
    guard status == 0 else { throw Failed(status: status) }
    return bytes
  }
}
