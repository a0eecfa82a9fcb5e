internal import NPYFormat
internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// The folder of a file that joblib up to 0.9 wrote: its arrays lie in files beside it, of which the pickle has the
/// names.
package struct JoblibFolder {
  private let path: String

  package init(of file: String) {
    path = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }

  /// Opens a file that a pickle names. A pickle may name anything: only a plain name within the folder is opened, and
  /// no link that leads elsewhere.
  private func open(_ name: String) throws(FormatError) -> any ByteSource {
    guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(where: { $0 == 0x2F || $0 == 0 }) else {
      throw FormatError(
        .badArgument,
        "the pickle names \(PickleValue.string(name).repr(limit: 80)) as the file of an array, which is no plain name")
    }
    let file = path + name
    guard FileStatus(path: file) != nil else {
      throw FormatError(.notFound, "the pickle has an array in this file, which is not there", file: file)
    }
    guard !SystemCall.isLink(file) else {
      throw FormatError(.badArgument, "the array's file is a link", file: file)
    }
    let source = try FileSource(path: file)
    guard source.isSeekable else { throw FormatError(.wrongKind, "the array's file is no regular file", file: file) }
    return source
  }

  private static func source(
    of object: PickleObject, in folder: JoblibFolder?
  ) throws(FormatError) -> any ByteSource {
    guard let name = object["filename"].flatMap(PickledArray.text) else {
      throw PickledArray.bad("joblib's wrapper names no file")
    }
    guard let folder else {
      throw FormatError(.notFound, "the array lies in the file '\(name)' beside the pickle, whose folder is not known")
    }
    return try folder.open(name)
  }

  /// `NDArrayWrapper`: the array is a `.npy` file.
  static func array(
    _ object: PickleObject, in folder: JoblibFolder?, _ options: PickleReader.Options
  ) throws(FormatError) -> PickleValue {
    .array(try NPYFile(source(of: object, in: folder)).readStored(options: options))
  }

  /// `ZNDArrayWrapper`: the array's bytes are compressed; all else of its state is in the pickle.
  static func compressedArray(_ object: PickleObject, in folder: JoblibFolder?) throws(FormatError) -> PickleValue {
    guard let state = object["state"]?.tuple, state.count == 4, let fortran = state[3].int else {
      throw PickledArray.bad("joblib's wrapper has no state")
    }
    let shape = try PickledArray.shape(state[1])
    let dtype = try DType(pickled: state[2])
    guard !dtype.hasObjects else { throw PickledArray.bad("objects in a compressed file of bytes") }
    let count = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    }
    let compressed = try source(of: object, in: folder)
    guard let source = try CompressedPickle.open(compressed) else {
      throw FormatError(.wrongKind, "the array's file is not compressed as joblib does", file: compressed.name)
    }
    let bytes = try source.readBytes(at: 0, count: count, "the array's data")
    return .array(try PickledArray.array(.bytes(PickleBytes(bytes)), dtype, shape, fortran: fortran != 0))
  }
}
