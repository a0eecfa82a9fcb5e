import ArgumentParser
import ByteIO
import NumPyIO

/// Pickles as commands read them.
enum PickleInput {
  /// The value that an address names: the whole pickle, or what stands at a path of keys.
  static func value(_ source: any ByteSource, _ address: Address, _ reading: SourceOptions?) throws -> PickleValue {
    try value(of: try file(source, address, reading), address)
  }

  /// The value that an address names in a file that is read already.
  static func value(of file: PickleFile, _ address: Address) throws(FormatError) -> PickleValue {
    let value = file.value
    guard let member = address.member else { return value }
    do throws(FormatError) { return try value.value(at: member) } catch { throw error.at(file: address.path) }
  }

  /// The file of an address: a pickle, or what joblib and PyTorch make of pickles.
  static func file(
    _ source: any ByteSource, _ address: Address, _ reading: SourceOptions?, mode: LoadMode = .whole
  ) throws -> PickleFile {
    let path = source.isSeekable && address.path != "-" ? address.path : nil
    return try PickleFile(source, path: path, options: options(reading), mode: mode)
  }

  static func options(_ reading: SourceOptions?) throws -> PickleReader.Options {
    var options = PickleReader.Options()
    if let name = reading?.pickleEncoding {
      guard let encoding = PickleStringEncoding(rawValue: name.lowercased()) else {
        throw ValidationError("--pickle-encoding takes ascii, latin1 or bytes, not '\(name)'")
      }
      options.encoding = encoding
    }
    return options
  }

  /// The array that a value is; a list of numbers is none.
  static func array(_ value: PickleValue) throws(FormatError) -> StoredArray? { try PickledArray(value)?.content }

  /// The array that a value has to be.
  static func requireArray(_ value: PickleValue, _ address: Address) throws(FormatError) -> StoredArray {
    if let array = try array(value) { return array }
    throw FormatError(
      .badArgument, "this is a \(value.typeName), no array\(hint(value, address))", file: address.path,
      member: address.member)
  }

  /// Which keys could be asked for.
  static func hint(_ value: PickleValue, _ address: Address) -> String {
    guard let dict = value.dict, let key = dict.entries.lazy.compactMap(\.key.string).first else { return "" }
    let path = (address.member.map { $0 + "." } ?? "") + key
    return "; name what it holds: \(address.path):\(path)"
  }
}

/// How pickles are written.
struct PickleOptions: ParsableArguments {
  @Option(name: .customLong("protocol"), parsing: .unconditional, help: "The pickle protocol, 0 to 5.")
  var protocolVersion: Int?
  @Option(help: "Whose module names arrays get: NumPy 1's (numpy.core) or 2's (numpy._core).") var numpyModules: Int?

  /// - Parameter source: The protocol of the pickle that is converted, which is kept unless told otherwise.
  func writerOptions(_ source: Int?) throws -> PickleWriter.Options {
    let version = protocolVersion ?? source ?? 4
    guard (0...5).contains(version) else { throw ValidationError("pickle protocols are 0 to 5, not \(version)") }
    // What keeps its protocol and its names stays as it is, byte for byte.
    var options =
      version == source && numpyModules == nil
      ? PickleWriter.Options(protocolVersion: version) : .numPy(protocolVersion: version)
    if let numpyModules {
      guard let modules = NumPyModules(rawValue: numpyModules) else {
        throw ValidationError("--numpy-modules takes 1 or 2, not \(numpyModules)")
      }
      options.userInfo[NumPyModules.userInfoKey] = modules
    }
    return options
  }
}

extension ConvertCommand {
  /// Converts what a pickle holds, which is read once: to another pickle of the same object, to an archive of the
  /// arrays within it, or as the array that it is.
  func convertPickle(_ source: any ByteSource, _ address: Address, to kind: FileKindName) throws {
    let file = try PickleInput.file(source, address, reading)
    let value = try PickleInput.value(of: file, address)
    if kind == .pkl, address.slice == nil, array.isEmpty {
      // PyTorch writes protocol 2, at which the bytes of arrays take half as much again.
      let version = [.pickle, .compressedPickle].contains(file.format) ? file.protocolVersion : nil
      try save(value, version)
      return
    }
    if kind == .npz, address.slice == nil, try PickleInput.array(value) == nil {
      if try convertPaths(of: value, address) { return }
      if let dict = value.dict {
        try save(try members(of: dict, address))
        return
      }
    }
    let input = ArrayInput(address, memory: try PickleInput.requireArray(value, address))
    try write(try array.apply(to: input.stored(), of: address.path), named: name ?? "arr_0", as: kind)
  }

  private func members(
    of dict: PickleDict, _ address: Address
  ) throws -> [(name: String, array: StoredArray)] {
    guard name == nil else { throw ValidationError("--name is for a single array, not for a dictionary") }
    var members: [(name: String, array: StoredArray)] = []
    for entry in dict.entries {
      guard let name = entry.key.string, let loaded = try PickleInput.array(entry.value) else {
        throw FormatError(
          .unsupported,
          "only arrays under names go into an archive, not a \(entry.value.typeName) under \(entry.key)",
          file: address.path)
      }
      members.append((name, try array.apply(to: loaded, of: address.path)))
    }
    return members
  }

  /// Writes the arrays of nested dictionaries, of PyTorch's too, under their paths; what is no array is left out, and
  /// named on standard error.
  ///
  /// - Returns: Whether there were any but those right within a dictionary.
  private func convertPaths(of value: PickleValue, _ address: Address) throws -> Bool {
    if let dict = value.dict, try dict.entries.allSatisfy({ try $0.value.arrayDescription() != nil }) { return false }
    var leftOut: [String] = []
    let arrays = try value.arrayPaths { (path: String, value: PickleValue) in
      leftOut.append("\(path) (\(value.typeName))")
    }
    guard !arrays.isEmpty else { return false }
    var members: [(name: String, array: StoredArray)] = []
    for (path, value) in arrays {
      guard let stored = try PickleInput.array(value) else { continue }
      members.append((path, try array.apply(to: stored, of: address.path)))
    }
    try save(members)
    if !leftOut.isEmpty {
      let named = leftOut.prefix(8).joined(separator: ", ") + (leftOut.count > 8 ? ", …" : "")
      Console.warn("left out what is no array: \(named)")
    }
    return true
  }
}
