internal import ByteIO

extension FileCheck {
  /// Keras puts the code of a Lambda layer into the model's description, in JSON or HDF5.
  mutating func checkLambdas(
    _ source: any ByteSource, isFile: Bool, _ format: String
  ) throws(FormatError) {
    if try noteLambdas(source, format) { return }
    if isFile, try isJSON(source) {
      try checkJSON(source)
    } else if isFile {
      throw FormatError(.wrongKind, "this is \(format == "JSON" ? "JSON" : "an HDF5 file"), not an array").explained(
        by: source)
    }
  }

  /// Reports the code of Lambda layers; false if there is none.
  mutating func noteLambdas(_ source: any ByteSource, _ format: String) throws(FormatError) -> Bool {
    let patterns = ["\"class_name\": \"Lambda\"", "\"class_name\":\"Lambda\"", "\"__lambda__\""].map { Array($0.utf8) }
    guard try ByteSearch.first(of: patterns, in: source) != nil else { return false }
    noteModel("a Lambda layer of Keras, whose Python code runs when the model is loaded", format)
    return true
  }

  /// Whether a file is JSON by its name, or without one by its first bytes, and could not be a pickle.
  func isJSON(_ source: any ByteSource) throws(FormatError) -> Bool {
    switch FileFormat(extensionOf: path) {
    case .json?: return try !TextBeginning.mayBePickle(source)
    // Beside others, as in a folder, what has another name is let alone.
    case nil: return options.allowsForeign ? false : try TextBeginning.isJSON(source)
    default: return false
    }
  }

  mutating func checkJSON(_ source: any ByteSource) throws(FormatError) {
    do throws(FormatError) {
      _ = try JSONParser.value(of: source, dtype: nil, memory: options.inflatedBytes)
    } catch {
      guard options.allowsForeign else { throw error }
      if error.code == .limitExceeded {
        note(.warning, FormatError(.limitExceeded, "not read to its end: \(error.message)", file: path))
      } else {
        // Beside others it may have comments, as settings have, or be another's half-written file.
        note(
          .note,
          FormatError(
            error.code, "this is not JSON as it should be: \(error.message)", file: path, offset: error.offset))
      }
    }
  }

  /// Operations of TensorFlow that read or write files, or call Python.
  mutating func checkOperations(_ source: any ByteSource, isFile: Bool) throws(FormatError) {
    let names = [
      "ReadFile", "WriteFile", "MatchingFiles", "WholeFileReader", "WholeFileReaderV2", "PyFunc", "EagerPyFunc",
      "PyFuncStateless",
    ]
    // The second field of a node is the name of its operation.
    let patterns = names.map { [0x12, UInt8($0.utf8.count)] + Array($0.utf8) }
    if let found = try ByteSearch.first(of: patterns, in: source) {
      noteModel("the operation \(names[found]) of TensorFlow, which reaches files or Python", "SavedModel")
    } else {
      try checkPickles(source, isFile: isFile)
    }
  }

  private mutating func noteModel(_ text: String, _ format: String) {
    var finding = Finding(
      severity: .error, error: FormatError(.dangerousCall, "the model (\(format)) has \(text)", file: path))
    finding.risk = .dangerous
    note(finding)
  }
}
