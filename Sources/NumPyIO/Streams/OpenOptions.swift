internal import ArrayBytes
public import ByteIO
public import NDArrays
public import PythonPickle
internal import TextTables

/// How a file is opened, whatever its format.
public struct OpenOptions {
  /// What the file is; `nil` to tell by its first bytes, and for text by its extension.
  public var format: FileFormat?
  /// What the file may ask for before it is refused.
  public var limits = LoadLimits.default
  /// Whether of files that are cut short what is whole is read: the whole rows of an array, the members of an archive whose
  /// directory is lost. ``onWarning`` tells what is missing.
  public var recovers = false
  /// Called for each member of an archive that is left out since it cannot be read, all of whose bytes are looked at first;
  /// `nil` lets the first such member be an error.
  public var onUnreadable: ((FormatError) -> Void)?
  /// How the bytes of a file of format ``FileFormat/raw`` are read.
  public var raw: RawReading?
  /// What arrays in JSON become; `nil` for what their values tell.
  public var jsonDType: DType?
  /// What the elements of arrays that are raw bytes to NumPy are seen as.
  public var view: ElementView?
  /// How text is read. `.csv` and `.tsv` files that begin with more than numbers are read as
  /// `AnyNDArray(csv:options:)` reads them, unless this says more than how the table is cut and its fields are
  /// spelled: a dtype, names, converters. All else is read as by `np.loadtxt`.
  public var text = TextReading.loadText(LoadTextOptions()) {
    didSet { isTextChosen = true }
  }
  /// Whether ``text`` is what the user asked for.
  package var isTextChosen = false
  /// Whether columns are separated as the extension says, where ``text`` has no delimiter: by a comma for `.csv`, a tab
  /// for `.tsv`.
  public var usesDelimiterOfExtension = true
  /// Whether the types of columns that are asked for by name are found from the data, rather than told by ``text``.
  public var findsColumnTypes = true
  /// How pickles are read, those within `.npy` and `.npz` included.
  public var pickle = PickleReader.Options()
  /// Whether ``pickle``'s encoding is what the user asked for, so that no other will do.
  public var isPickleEncodingChosen = false
  /// Whether arrays of objects are decoded, and so changed by ``pickle``'s options, where their bytes could be copied.
  public var decodesObjects = false
  /// The folder for what does not fit into memory on its way, in files without names.
  public var scratchFolder = ScratchFile.defaultFolder
  /// Opens files that one of several parts names, such as the index of a model: those beside it, wherever it is; called by
  /// several threads at once.
  public var openPart: @Sendable (_ path: String) throws(FormatError) -> any ByteSource = { path throws(FormatError) in
    try FileSource.openSource(path: path)
  }
  /// Called with what should be known of the file and is no error, such as NumPy's own warnings.
  public var onWarning: ((FileWarning) -> Void)?
  /// What ``csv`` was before ``text`` was limited to the rows that a slice needs: the types of a table are those of all rows.
  var keptCSV: (options: CSVOptions, dialect: TextDialect)?
  /// Up to how many bytes an array is taken whole.
  package var wholeArrayLimit = Spool.defaultThreshold

  /// The format that is given; `nil` for what the file itself says.
  public init(format: FileFormat? = nil) { self.format = format }

  /// How a `.csv` file is read as a table whose types are found, and how its fields are spelled; `nil` if the options are for
  /// `np.loadtxt` or `np.genfromtxt`, which know no such table.
  var csv: (options: CSVOptions, dialect: TextDialect)? {
    if let keptCSV { return keptCSV }
    guard case .loadText(let reading) = text, findsColumnTypes || !isTextChosen else { return nil }
    return CSVOptions.table(reading)
  }
}
