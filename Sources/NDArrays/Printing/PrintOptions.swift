/// How arrays are printed: NumPy's print options.
///
/// ```swift
/// var options = PrintOptions()
/// options.precision = 3
/// options.suppress = true
/// print(array.formatted(.repr, options: options))
/// ```
public struct PrintOptions: Hashable, Sendable {
  /// How ``precision`` is read for floating-point numbers: NumPy's `floatmode`.
  public enum FloatMode: String, Sendable, Hashable, CaseIterable {
    /// Always that many digits after the point, even beyond what tells the number from its neighbours.
    case fixed
    /// As few digits as tell each number from its neighbours; the precision does not count.
    case unique
    /// As `unique`, but no more than the precision.
    case maxprec
    /// As `maxprec`, but all numbers of an array get as many digits as the one that needs most.
    case maxprecEqual = "maxprec_equal"
  }

  /// What stands before numbers that are not negative: NumPy's `sign`.
  public enum Sign: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case negativeOnly = "-"
    /// A plus.
    case always = "+"
    /// A space.
    case space = " "
  }

  /// The digits after the point of a floating-point number; negative ones count as 0. `nil` is as many as tell the
  /// number from its neighbours (and 8 where the mode is `fixed`).
  public var precision: Int?
  /// Arrays of more elements than this are summarised: only the edges of each axis are shown.
  public var threshold: Int
  /// How many places are shown at either end of a summarised axis; negative ones count as 0.
  public var edgeItems: Int
  /// The number of characters after which a line is broken.
  public var lineWidth: Int
  /// Whether small numbers are printed as (nearly) zero instead of turning the whole array to exponents.
  public var suppress: Bool
  /// What represents "not a number".
  public var nanString: String
  /// What represents infinity; a minus stands before the negative one.
  public var infString: String
  /// What stands before numbers that are not negative.
  public var sign: Sign
  /// Whether ``precision`` is the digits that are shown, or the most: NumPy's `floatmode`.
  public var floatMode: FloatMode

  /// The options, each left out as NumPy has it by default. `threshold: .max` shows every element.
  public init(
    precision: Int? = 8, threshold: Int = 1000, edgeItems: Int = 3, lineWidth: Int = 75,
    suppress: Bool = false,
    nanString: String = "nan", infString: String = "inf", sign: Sign = .negativeOnly,
    floatMode: FloatMode = .maxprec
  ) {
    self.precision = precision
    self.threshold = threshold
    self.edgeItems = edgeItems
    self.lineWidth = lineWidth
    self.suppress = suppress
    self.nanString = nanString
    self.infString = infString
    self.sign = sign
    self.floatMode = floatMode
  }

  /// NumPy refuses to print more digits than this (its digit buffer has 16384 places); here they are not printed.
  private static let maxPrecision = 16_000

  /// The largest number of digits after the point; `nil` for as many as it takes.
  var digitLimit: Int? {
    switch floatMode {
    case .unique: nil
    case .fixed: min(max(0, precision ?? 8), PrintOptions.maxPrecision)
    case .maxprec, .maxprecEqual: precision.map { min(max(0, $0), PrintOptions.maxPrecision) }
    }
  }
}

/// Which of NumPy's two texts of an array.
public enum PrintStyle: String, Sendable, Hashable, CaseIterable {
  /// `str(array)`: the elements alone, `[1 2 3]`.
  case str
  /// `repr(array)`: the expression that makes the array, `array([1, 2, 3], dtype=int8)`.
  case repr
}
