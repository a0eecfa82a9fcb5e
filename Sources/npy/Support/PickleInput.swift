import ArgumentParser
import ByteIO
import NumPyIO

/// Pickles as commands read them.
enum PickleInput {
  /// The value that an address names: the whole pickle, or what stands at a path of keys.
  static func value(_ source: any ByteSource, _ address: Address, _ reading: SourceOptions?) throws -> PickleValue {
    // Arrays that joblib has put into the stream are taken up as they come; all else is read as ever.
    let value = try Pickle.load(from: source, options: Joblib.options(options(reading)))
    guard let member = address.member else { return value }
    do throws(FormatError) { return try value.value(at: member) } catch { throw error.at(file: address.path) }
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
  static func array(_ value: PickleValue) throws(FormatError) -> AnyNDArray? { try value.array() }

  /// Which keys could be asked for.
  static func hint(_ value: PickleValue, _ address: Address) -> String {
    guard let dict = value.dict, let key = dict.entries.lazy.compactMap(\.key.string).first else { return "" }
    let path = (address.member.map { $0 + "." } ?? "") + key
    return "; name what it holds: \(address.path):\(path)"
  }
}

/// How pickles are written.
struct PickleOptions: ParsableArguments {
  @Option(name: .customLong("protocol"), help: "The pickle protocol, 0 to 5.") var protocolVersion: Int?
  @Option(help: "Whose module names arrays get: NumPy 1's (numpy.core) or 2's (numpy._core).") var numpyModules: Int?

  /// - Parameter source: The protocol of the pickle that is converted, which is kept unless told otherwise.
  func writerOptions(_ source: Int?) throws -> PickleWriter.Options {
    let version = protocolVersion ?? source ?? 4
    guard (0...5).contains(version) else { throw ValidationError("pickle protocols are 0 to 5, not \(version)") }
    var options = PickleWriter.Options(protocolVersion: version)
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
  /// Converts what a pickle holds: another pickle of the same object, or an archive of a dictionary's arrays.
  ///
  /// - Returns: Whether it was done; else the pickle has to be an array.
  func convertPickle(_ source: any ByteSource, _ address: Address, to kind: FileKindName) throws -> Bool {
    switch kind {
    case .pkl where address.slice == nil && array.isEmpty:
      var reader = PickleReader(source, options: try PickleInput.options(reading))
      var value = try reader.read()
      let version = reader.protocolVersion
      if let member = address.member { value = try value.value(at: member) }
      try Pickle.save(value, to: destination, options: pickle.writerOptions(version), replacing: output.replaces)
      return true
    case .npz:
      let value = try PickleInput.value(source, address, reading)
      guard let dict = value.dict else { return false }
      var members: [(name: String, array: AnyNDArray)] = []
      for entry in dict.entries {
        guard let name = entry.key.string, let loaded = try entry.value.array() else {
          throw FormatError(
            .unsupported,
            "only arrays under names go into an archive, not a \(entry.value.typeName) under \(entry.key)",
            file: address.path)
        }
        members.append((name, try array.apply(to: loaded, of: address.path)))
      }
      let (compression, layout) = try archive.resolved()
      try NPZArchive.save(members, to: destination, compression: compression, layout: layout, replacing: output.replaces)
      return true
    default: return false
    }
  }
}
