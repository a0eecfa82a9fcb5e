import ArgumentParser
import ByteIO
import NumPyIO

/// Which axis of an array runs fastest in a file.
enum MemoryOrder: String, ExpressibleByArgument {
  case c = "C"
  case f = "F"
}

extension SourceOptions {
  /// Has elements seen as another dtype.
  ///
  /// - Throws: `ValidationError` for a name that is no dtype and no format.
  func applyView(to options: inout OpenOptions) throws {
    guard let view else { return }
    options.limits.acceptsForeignElements = true
    do throws(ArrayError) { options.view = try ElementView(view) } catch { throw ValidationError(error.message) }
  }

  /// Whether an option is given that is for bytes without a header.
  var isForRaw: Bool { shape != nil || offset != nil || rawOrder != nil }

  /// Has bytes without a header read, as elements of `--dtype` or decoded from a format.
  ///
  /// - Throws: `ValidationError` for values that mean nothing.
  func applyRaw(to options: inout OpenOptions) throws {
    guard let dtype else { throw ValidationError("raw bytes do not say what they are: --dtype does, as in --dtype f4") }
    var raw: RawReading
    if let format = ElementFormat(rawValue: dtype) {
      raw = RawReading(dtype: .void(format.itemSize))
      options.view = options.view ?? .format(format)
    } else {
      raw = RawReading(dtype: try SourceOptions.parsed(dtype))
    }
    raw.shape = try shape.map { try Dimensions.parsed($0) }
    raw.offset = offset ?? 0
    guard raw.offset >= 0 else { throw ValidationError("--offset is a number of bytes from 0 on, not \(raw.offset)") }
    raw.isFortranOrder = rawOrder == .f
    options.raw = raw
  }

  /// - Throws: `ValidationError` if it is not clear which order is meant.
  func checkOrder(_ order: MemoryOrder?) throws {
    guard from == .raw, order != nil, rawOrder == nil else { return }
    throw ValidationError("--order is that of the result; say --raw-order for that of the raw file")
  }

  /// How a file is opened whose arrays go to another: large ones wait beside it, where there is room for them.
  func openOptions(for path: String, to destination: String) throws -> OpenOptions {
    var options = try openOptions(for: path)
    if !AtomicFile.isStream(StandardStreams.target(destination)), !RemoteInput.isRemote(destination) {
      options.scratchFolder = Folders.folder(of: destination)
    }
    return options
  }
}
