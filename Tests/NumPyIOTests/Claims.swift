import NumPyIO
import TestSupport
import Testing

/// What NumPy must find to be so: inputs, and results under the expressions that they must equal.
struct Claims {
  var inputs: [(name: String, array: AnyNDArray)] = []
  var results: [(expression: String, array: AnyNDArray)] = []

  /// - Parameter keepsOrder: Whether the result must lie in memory as NumPy's does.
  mutating func expect(_ expression: String, _ array: AnyNDArray, keepsOrder: Bool = false) {
    results.append(((keepsOrder ? "order: " : "") + expression, array))
  }
  mutating func expect<Element>(_ expression: String, _ array: NDArray<Element>) {
    results.append((expression, array.untyped))
  }
  mutating func expect<Element: ArrayElement>(_ expression: String, _ value: Element) {
    results.append((expression, NDArray(scalar: value).untyped))
  }

  private static let program = """
    import sys, numpy as np
    bad = 0
    for n, line in enumerate(open(sys.argv[1] + '/runs.txt').read().splitlines()):
        inputs = np.load(f'{sys.argv[1]}/inputs{line}.npz')
        results = np.load(f'{sys.argv[1]}/results{line}.npz')
        names = {name: inputs[name] for name in inputs.files} | {'np': np}
        expressions = open(f'{sys.argv[1]}/expressions{line}.txt').read().splitlines()
        for number, expression in enumerate(expressions):
            order, expression = expression.startswith('order: '), expression.removeprefix('order: ')
            with np.errstate(all='ignore'):
                wanted = np.asarray(eval(expression, dict(names)))
            found = results[f'arr_{number}']
            same = wanted.dtype == found.dtype and wanted.shape == found.shape
            if same and wanted.dtype.kind in 'fc':
                # NaNs are NaNs, and zeros have their signs.
                parts = [(x.real, x.imag) if x.dtype.kind == 'c' else (x,) for x in (wanted, found)]
                same = all(np.array_equal(w, f, equal_nan=True) and np.array_equal(np.signbit(w[w == 0]), np.signbit(f[f == 0]))
                           for w, f in zip(*parts))
            elif same:
                same = np.array_equal(wanted, found)
            if order:
                same = same and wanted.flags.f_contiguous == found.flags.f_contiguous
            if not same:
                bad += 1
                print(line, expression, 'is', repr(wanted), 'not', repr(found), wanted.dtype, found.dtype)
    sys.exit(bad > 0)
    """

  /// Asks NumPy about all claims of some runs.
  static func check(_ runs: [(name: String, claims: Claims)]) async throws {
    try await TemporaryFolder.with { folder in
      for run in runs {
        try await NPZArchive.save(run.claims.inputs, to: "\(folder)/inputs\(run.name).npz")
        try await NPZArchive.save(
          NPZArchive.numbered(run.claims.results.map(\.array)), to: "\(folder)/results\(run.name).npz")
        let lines = run.claims.results.map(\.expression).joined(separator: "\n")
        try Bytes.write(Array(lines.utf8), to: "\(folder)/expressions\(run.name).txt")
      }
      try Bytes.write(Array(runs.map(\.name).joined(separator: "\n").utf8), to: folder + "/runs.txt")
      let outcome = try Python.run(["-c", Claims.program, folder])
      #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.errors)")
    }
  }

  /// Small numbers with zeros, ties and, of floats, infinities, NaNs and both zeros.
  static func numbers<Element: NumericArrayElement>(_ seed: UInt32, _ shape: [Int]) throws -> NDArray<Element> {
    var random = RandomState(seed: seed)
    let unsigned = Element.dtype.kind == .unsignedInteger
    let whole: NDArray<Int64> = random.randint(unsigned ? 0 : -4, 9, shape: shape)
    var array = try whole.asType(Element.self, casting: .unsafe)
    if Element.dtype.kind == .float, array.count > 6 {
      let odd: [Double] = [.nan, .infinity, -.infinity, -0.0, 0.1]
      for (index, value) in odd.enumerated() {
        let element = try NDArray<Double>([value]).asType(Element.self)
        array = array.flattened()
        array[index + 1] = try NDArray(scalar: element.item())
        array = try array.reshaped(shape)
      }
    }
    return array
  }
}
