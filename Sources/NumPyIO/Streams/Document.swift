package import ArrayBytes
public import ByteIO
package import NPYFormat
package import NPZFormat
internal import PickledArrays
package import PythonPickle

/// A file that holds arrays, opened as what it is: `.npy`, `.npz`, a pickle, a model's tensors, a table of text.
///
/// Opening reads headers and directories only (of a pickle and a text: nothing).
///
/// ```swift
/// let document = try Document(opening: "run.npz")
/// try document.save(to: "run.pkl")                                  // as a dictionary of arrays
/// let weights = try document.array("weights").applying(.slice([.index(0)]))
/// try weights.save(to: "first.csv")
/// ```
public struct Document {
  /// What was found.
  package enum Content {
    case npy(NPYFile)
    case npz(NPZArchive)
    case tensors(any TensorFile)
    case text(any ByteSource, FileFormat)
    case raw(any ArrayBlockSource)
    /// A file around a pickle, which is read when it is asked for.
    case pickle(any ByteSource)
    /// What a pickle holds, or a part of it, and the protocol of the pickle.
    case value(PickleValue, protocolVersion: Int?)
  }

  /// The path as it was given; `-` for standard input.
  public let path: String
  package let content: Content
  package let options: OpenOptions
  /// Which of several pickles in the file the value is that of: `#1`; `nil` where no name has said so.
  private var pickleNumber: String?
  /// Which part of the file the value is: a path of keys; `nil` for all of it.
  private var place: String?
  /// Why a list in JSON is no array.
  private(set) var listTrouble: FormatError?

  package init(_ content: Content, path: String, options: OpenOptions) {
    self.content = content
    self.path = path
    self.options = options
  }

  /// Opens a file, told apart by its first bytes unless the options say what it is.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it is not what it seems.
  public init(opening path: String, options: OpenOptions = OpenOptions()) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), path: path, options: options)
  }

  /// Opens what a source holds: bytes in memory, a file on a server.
  ///
  /// - Parameters:
  ///   - source: The bytes of a file.
  ///   - path: What errors call it, and whose extension tells what its first bytes do not; the source's name if left out.
  ///   - options: How it is opened.
  /// - Throws: ``FormatError`` if the source is not what it seems.
  public init(
    _ source: any ByteSource, path: String? = nil, options: OpenOptions = OpenOptions()
  ) throws(FormatError) {
    let path = path ?? source.name
    var opening = try DocumentOpening(source, path, options)
    try self.init(opening.content(), path: path, options: options)
    listTrouble = opening.listTrouble
  }

  package var spool: Spool { Spool(folder: options.scratchFolder, threshold: options.wholeArrayLimit) }
}

extension Document {
  /// The pickle that the file holds, or what joblib and PyTorch make of pickles.
  ///
  /// Strings of Python 2 that are not ASCII are read as Latin-1, as arrays of Python 2 need it, and a warning says so.
  package func pickleFile(mode: LoadMode = .whole) throws(FormatError) -> PickleFile {
    guard case .pickle(let source) = content else {
      throw FormatError(.wrongKind, "this is not a pickle", file: path)
    }
    return try PickleFile(
      source, path: source.isSeekable ? path : nil, options: pickleOptions, mode: mode,
      recovering: options.recovers)
  }

  /// How pickles are read: strings of Python 2 as what was asked for, or else as they must be.
  var pickleOptions: PickleReader.Options {
    var reading = options.pickle
    guard !options.isPickleEncodingChosen else { return reading }
    let (path, onWarning) = (path, options.onWarning)
    reading.onForeignText = {
      onWarning?(
        FileWarning(
          "strings of Python 2 that are not ASCII are read as latin1; --pickle-encoding chooses another encoding",
          file: path))
    }
    return reading
  }

  /// What a pickle holds at a path of keys, as a document of its own; the document itself if it is not a pickle.
  package func value(at member: String? = nil) throws(FormatError) -> Document {
    var (value, version): (PickleValue, Int?)
    var member = member
    switch content {
    case .pickle:
      let file = try pickleFile()
      // PyTorch writes protocol 2, at which the bytes of arrays take half as much again.
      (value, version) = (
        file.value, [.pickle, .compressedPickle].contains(file.format) ? file.protocolVersion : nil
      )
      if !file.following.isEmpty, member?.hasPrefix("#") != true {
        options.onWarning?(
          "\(path) holds \(file.following.count + 1) pickles, of which this is the first: name the others \(path):#1 and so on"
        )
      }
      do throws(FormatError) { (value, member) = try file.pickle(at: member) } catch { throw error.at(file: path) }
    case .value where member == nil: return self
    case .value(let known, let protocolVersion):
      (value, version, member) = (known, protocolVersion, within(member))
    case .npy, .npz:
      guard let name = member, let (found, rest) = try objects(at: name) else { return self }
      (value, version, member) = (found, nil, rest)
    case .text, .raw, .tensors: return self
    }
    guard let member else { return Document(.value(value, protocolVersion: version), path: path, options: options) }
    do throws(FormatError) {
      var document = Document(
        .value(try value.value(at: member), protocolVersion: version), path: path, options: options)
      document.place = name(inFile: member)
      return document
    } catch { throw error.at(file: path) }
  }

  /// What a pickle holds, of several in a file that which a name begins with; the document itself if it is not a pickle.
  package func value(naming member: String?) throws(FormatError) -> Document {
    guard case .pickle = content, let member, member.hasPrefix("#") else { return try value() }
    let number = String(member.prefix { $0 != "." })
    var document = try value(at: number)
    document.pickleNumber = number
    return document
  }

  /// The pickles that a file holds, each as a document of its own; of what is no pickle the document itself.
  package func pickles() throws(FormatError) -> [Document] {
    guard case .pickle = content else { return [self] }
    let file = try pickleFile()
    return ([file.value] + file.following).map {
      Document(.value($0, protocolVersion: nil), path: path, options: options)
    }
  }

  /// A name as the file has it, of which the document may be a part.
  func name(inFile name: String?) -> String? {
    guard let place else { return name }
    return name.map { place + "." + $0 } ?? place
  }

  /// A name without the number of the pickle that the document is.
  package func within(_ member: String?) -> String? {
    guard let pickleNumber, let member, member.hasPrefix(pickleNumber) else { return member }
    let rest = member.dropFirst(pickleNumber.count)
    return rest.isEmpty ? nil : String(rest.dropFirst())
  }

  /// The names of the arrays that an archive holds, or a model's file; empty for every other file.
  public var names: [String] { archive?.names ?? [] }

  /// An array of the file, to be read when it is asked for.
  ///
  /// - Parameter name: The member of an archive, the tensor of a model, the path of keys in a pickle, the number of an array among several in
  ///   one `.npy` file, and after these the field of records; `nil` for the only array there is.
  /// - Throws: ``FormatError``: `notFound`, or `ambiguous` if the file holds several arrays and none is named.
  public func array(_ name: String? = nil) throws(FormatError) -> LazyArray { try item(name).array }

  /// An array, and the name that it has in an archive.
  package func item(_ name: String? = nil) throws(FormatError) -> (name: String?, array: LazyArray) {
    switch content {
    case .npy(let file): return (nil, try array(of: file, name))
    case .npz(let archive): return try member(of: archive, name)
    case .tensors(let file): return try tensor(of: file, name)
    case .text(let source, let format): return (nil, try viewed(table(source, format, name)))
    case .raw(let blocks): return (nil, try fields(of: viewed(LazyArray(blocks, spool: spool)), name?[...] ?? ""))
    case .pickle: return try value(naming: name).item(name)
    case .value(let value, _):
      let path = within(name)
      if path == nil, let only = try only(in: value) { return only }
      return (nil, try array(in: value, path))
    }
  }
}

extension Document: CustomStringConvertible {
  /// The file in a line, as far as opening tells: `run.npz: 2 members: weights, step`.
  public var description: String {
    switch content {
    case .npy(let file): "\(file)"
    case .npz(let archive): "\(archive)"
    case .tensors(let file): file.description
    case .text: "\(path): a text"
    case .raw: "\(path): raw bytes"
    case .pickle: "\(path): a pickle"
    case .value(let value, _): "\(path): a \(value.typeName)"
    }
  }
}
