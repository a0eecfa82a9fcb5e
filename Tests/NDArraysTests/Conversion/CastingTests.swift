import NDArrays
import PythonLiterals
import TestSupport
import Testing

/// Against `np.can_cast`.
@Suite struct CastingTests {
  @Test(arguments: Casting.allCases) func everyPair(rule: Casting) throws {
    let lines = try LiteralLines.read("dtypes/casting.txt").map(\.items).filter { $0[0].text == rule.rawValue }
    let dtypes = try lines.map { try DType(parsing: $0[1].text ?? "") }
    #expect(dtypes.count > 75)
    for (line, source) in zip(lines, dtypes) {
      for (answer, target) in zip(line[2].text ?? "", dtypes) {
        let found = source.canCast(to: target, casting: rule)
        // Anything may be tried by force; what has no meaning is refused when it is done.
        if rule == .unsafe, found { continue }
        // Between weeks and femtoseconds NumPy's own factors overflow.
        let isFar = ["ps", "fs", "as"].contains(target.dateUnit?.unit.rawValue)
        if rule == .safe, source.kind == target.kind, isFar, found { continue }
        // Records and subarrays: the rules without a conversion only.
        if source.kind == .void || target.kind == .void, rule == .safe || rule == .sameKind { continue }
        #expect(found == (answer == "1"), "\(source) to \(target), \(rule)")
      }
    }
  }

  @Test func conversionsAskTheRule() throws {
    let array = try NDArray<Double>(nested: [[1.5, -2.5], [3, 4]])
    #expect(try array.asType(Float.self).elements == [1.5, -2.5, 3, 4])
    #expect(throws: ArrayError(.dtypeMismatch, "")) { try array.asType(Int32.self) }
    #expect(throws: ArrayError(.dtypeMismatch, "")) { try array.asType(Float.self, casting: .safe) }
    #expect(try array.asType(Int32.self, casting: .unsafe).elements == [1, -2, 3, 4])
    #expect(try array.transposed().asType(Int32.self, casting: .unsafe).isFContiguous)
  }
}
