internal import ByteIO
internal import PythonPickle

extension KnownGlobals {
  /// The distributions of `scipy.stats`, which searches over parameters hold: classes of three modules by their endings.
  ///
  /// They are data with one danger: unpickled, a distribution has Python execute the text in its attribute
  /// `_parse_arg_template`, which defines the functions that take its arguments apart (`rv_generic.__setstate__` in SciPy's
  /// `_distn_infrastructure.py`). So that text has to be looked at: ``doesMore(_:)``.
  enum SciPyDistributions {
    static func contains(_ global: PickleGlobal) -> Bool {
      let name = global.name
      guard !name.contains(".") else { return false }
      switch global.module {
      case "scipy.stats._continuous_distns", "scipy.stats._discrete_distns", "scipy.stats._levy_stable",
        "scipy.stats.distributions":
        return name.hasSuffix("_gen") || name == "rv_histogram"
      case "scipy.stats._multivariate": return name.hasSuffix("_gen") || name.hasSuffix("_frozen")
      case "scipy.stats._distn_infrastructure": return infrastructure.contains(name)
      default: return false
      }
    }

    private static let infrastructure: Set<String> = [
      "rv_frozen", "rv_continuous_frozen", "rv_discrete_frozen", "rv_continuous", "rv_discrete", "rv_sample",
    ]

    /// The attribute whose text is executed.
    static let template = "_parse_arg_template"

    /// Whether a template does more than define functions that pass their arguments on, as all of SciPy's do.
    static func doesMore(_ template: String) -> Bool {
      !template.split(whereSeparator: \.isNewline).allSatisfy { line in
        line.allSatisfy { $0 == " " } || isDefinition(line) || isReturn(line)
      }
    }

    /// `def _parse_args(self, a, loc=0, scale=1):`, whose defaults are names and numbers, or `'mv'`.
    private static func isDefinition(_ line: Substring) -> Bool {
      guard line.hasPrefix("def _parse_args"), line.hasSuffix("):"), let open = line.firstIndex(of: "(") else {
        return false
      }
      let name = line[line.index(line.startIndex, offsetBy: 4)..<open]
      let arguments = line[line.index(after: open)...].dropLast(2)
      return name.allSatisfy(isNameCharacter)
        && isPlain(arguments.replacing("moments='mv'", with: "moments")) && !arguments.contains(".")
    }

    /// `return (a, ), loc, scale` or `return self._argcheck_rvs(a, loc, scale, size=size)`.
    private static func isReturn(_ line: Substring) -> Bool {
      guard line.hasPrefix("    return ") else { return false }
      let value = line.dropFirst("    return ".count)
      if value.hasPrefix("self._argcheck_rvs("), value.hasSuffix(")") {
        return isPlain(value.dropFirst("self._argcheck_rvs(".count).dropLast())
      }
      guard value.hasPrefix("("), let close = value.firstIndex(of: ")") else { return false }
      return isPlain(value[value.index(after: value.startIndex)..<close])
        && isPlain(value[value.index(after: close)...])
    }

    private static func isPlain(_ text: some StringProtocol) -> Bool {
      text.allSatisfy { isNameCharacter($0) || ", =.+-".contains($0) }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber) || character == "_"
    }
  }
}
