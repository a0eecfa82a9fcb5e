/// How a text is laid out and spelled where NumPy's readers know one way only: what comes before the table, what divides
/// its columns, how its numbers, truth values and dates are written.
///
/// A part of the options of `loadtxt` and `genfromtxt`. The default is NumPy's own way, which costs nothing; what is set
/// has the text rewritten line by line on its way to the reader, in a few megabytes of memory.
public struct TextDialect: Sendable, Hashable {
  /// Other ways to write a value, each accepted only if it is asked for.
  public enum Spelling: String, Sendable, Hashable, CaseIterable {
    /// Fortran's exponents: `1.0D+3`, and `3.14-114` where the letter had no room.
    case fortran
    /// Hexadecimals: `0x1F`, and C's `0x1.8p3`.
    case hex
    /// A minus behind the number, `31.25-`, or the mathematical one (U+2212) before it: `−31.25`.
    case minus
    /// Hundredths: `12%` is 0.12.
    case percent
    /// A sign of a currency before or behind the number: `$1.50`, `3 €`.
    case currency
    /// Infinities and NaN as Microsoft's C wrote them: `1.#INF`, `-1.#IND`.
    case microsoft
    /// Truth values as words: `true`, `yes`, `on`, `t`, `y` and their opposites, in letters of any case.
    case truth
  }

  /// Where the table begins.
  public enum Start: Sendable, Hashable {
    /// After the lines that are left out by the options (`skiprows`, `skip_header`).
    case given
    /// With the first line that looks like the data after it: titles and headers are left out.
    case found
    /// After the first line that a regular expression matches a part of.
    case after(pattern: String)
  }

  /// Where the table begins, as `skiprows` or by looking for it.
  public var start = Start.given
  /// Whether the first line of the table has the names of its columns. Such a table is one of records in `loadtxt`, as it
  /// is in `genfromtxt` with ``GenFromTextOptions/names``.
  public var hasNames = false
  /// Whether the line after the names, or else the first, has units and is left out.
  public var hasUnits = false
  /// Whether the delimiter is found by looking at the first lines: a tab, `;`, `,`, `|`, `:` or white space.
  public var findsDelimiter = false
  /// Whether lines may end in a delimiter, behind which there is no column.
  public var endsInDelimiter = false
  /// The character around fields that may contain delimiters, for `genfromtxt`; `loadtxt` has its own
  /// (``LoadTextOptions/quoteCharacter``).
  public var quoteCharacter: String?
  /// What stands for the decimal point.
  public var decimalMark = "."
  /// What stands between groups of digits.
  public var thousandsMark: String?
  /// Ways to write values that NumPy does not read and that are accepted here, such as `12%` or `1.0D+3`.
  public var spellings: Set<Spelling> = []
  /// Numbers that represent a missing value, compared by value: NaN in `loadtxt`, missing in `genfromtxt`.
  public var missingNumbers: [Double] = []
  /// How moments are written, as `strptime` has it: `%d.%m.%Y %H:%M`.
  public var dateFormat: String?

  /// NumPy's own way but for what is given; the rest is set as properties.
  public init(decimalMark: String = ".", thousandsMark: String? = nil) {
    self.decimalMark = decimalMark
    self.thousandsMark = thousandsMark
  }

  /// Whether fields have to be looked at one by one before they are read.
  var rewritesFields: Bool {
    decimalMark != "." || thousandsMark != nil || !spellings.isEmpty || !missingNumbers.isEmpty || dateFormat != nil
      || endsInDelimiter || quoteCharacter != nil
  }

  /// Whether the text is to be looked at before it is read.
  var isPlain: Bool { self == TextDialect() }
}
