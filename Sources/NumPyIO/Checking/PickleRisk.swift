public import ByteIO
public import PythonPickle

/// How far a pickle can be trusted: what it would have Python call when it is loaded.
public enum PickleRisk: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Nothing is named, so nothing is called: numbers, text, lists, dictionaries.
  case none
  /// Only classes and functions are named that are known to make data: those of NumPy, pandas, scikit-learn, PyTorch.
  case data
  /// Classes or functions are named of which nothing is known.
  case unknown
  /// Something is named or called that runs code, reads files or uses the network: all of Python's standard library but
  /// its types of data, and what is known to be misused in other libraries.
  case dangerous

  private var rank: Int { PickleRisk.allCases.firstIndex(of: self) ?? 0 }

  /// Whether one is less of a risk than another.
  public static func < (left: PickleRisk, right: PickleRisk) -> Bool { left.rank < right.rank }
}

/// Which names in pickles are trusted: a list of what is known to make data, and what a user adds to it.
///
/// ```swift
/// let rules = try PickleRules(allowing: ["mylab.models.Net", "mylab.layers.*"])
/// rules.risk(of: PickleGlobal(module: "mylab.layers", name: "Conv"))    // .data
/// ```
public struct PickleRules: Sendable {
  /// The names that are known, and no others.
  public static let `default` = PickleRules()

  private var names: Set<String> = []
  private var packages: [String] = []

  private init() {}

  /// Rules that trust more names.
  ///
  /// - Parameter patterns: `package.module.Name` is that name, whatever else is known of it; `package.*` is every name of
  ///   the package and of the modules within it, but for those that are known to be dangerous.
  /// - Throws: ``FormatError`` with code `badArgument` for a pattern that is neither.
  public init(allowing patterns: [String]) throws(FormatError) {
    for pattern in patterns {
      let isPackage = pattern.hasSuffix(".*")
      let name = isPackage ? String(pattern.dropLast(2)) : pattern
      guard PickleRules.isDotted(name), isPackage || name.contains(".") else {
        throw FormatError(
          .badArgument, "'\(pattern)' names nothing in a pickle: write package.module.Name, or package.* for all of it")
      }
      if isPackage { packages.append(name) } else { names.insert(name) }
    }
  }

  /// The risk of a name: what may happen if Python calls it.
  public func risk(of global: PickleGlobal) -> PickleRisk {
    if names.contains(global.qualifiedName) || KnownGlobals.contains(global) { return .data }
    if DangerousGlobals.contains(global) { return .dangerous }
    // A name with dots reaches through a module to whatever that one has imported.
    let isInPackage = packages.contains { global.module == $0 || global.module.hasPrefix($0 + ".") }
    return isInPackage && !global.name.contains(".") ? .data : .unknown
  }

  /// Whether Python could import the name at all: it is words joined by dots.
  static func isImportable(_ global: PickleGlobal) -> Bool { isDotted(global.module) && isDotted(global.name) }

  private static func isDotted(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
      return part.unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x80 || scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
          || ("A"..."Z").contains(scalar) || scalar == "<" || scalar == ">"
      }
    }
  }
}
