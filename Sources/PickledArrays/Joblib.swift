internal import ByteIO
internal import NDArrays
public import PythonPickle

/// joblib's files: pickles in which the bytes of an array follow its description within the stream.
public enum Joblib {
  /// Options with which a reader takes up the arrays of an uncompressed joblib file (0.10 and later) as it meets
  /// them. Files of anything else are read as ever.
  public static func options(_ base: PickleReader.Options = PickleReader.Options()) -> PickleReader.Options {
    options(base, folder: nil)
  }

  /// - Parameter folder: Where the files of arrays lie that joblib up to 0.9 wrote beside the pickle.
  package static func options(_ base: PickleReader.Options, folder: JoblibFolder?) -> PickleReader.Options {
    var options = base
    options.rawData = { object, data throws(FormatError) in
      guard let type = object.classGlobal, isModule(type.module) else { return nil }
      switch type.name {
      case "NumpyArrayWrapper": return try array(object, &data, base)
      case "NDArrayWrapper": return try JoblibFolder.array(object, in: folder, base)
      case "ZNDArrayWrapper": return try JoblibFolder.compressedArray(object, in: folder)
      default: return nil
      }
    }
    return options
  }

  /// joblib's module, as it is called since 0.10 for what older releases wrote, and within old scikit-learns.
  private static func isModule(_ name: String) -> Bool {
    switch name {
    case "joblib.numpy_pickle", "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle",
      "sklearn.externals.joblib.numpy_pickle_compat":
      true
    default: false
    }
  }

  private static func array(
    _ object: PickleObject, _ data: inout PickleRawData, _ options: PickleReader.Options
  ) throws(FormatError)
    -> PickleValue
  {
    guard let dtype = object["dtype"], let shape = object["shape"] else {
      throw PickledArray.bad("joblib's wrapper has no dtype or no shape")
    }
    let type = try DType(pickled: dtype)
    // Arrays of objects follow as a pickle of their own.
    if type.hasObjects { return try data.pickle(options: options) }
    let dimensions = try PickledArray.shape(shape)
    let count: Int
    do throws(ArrayError) { count = try AnyNDArray.check(shape: dimensions, itemSize: type.itemSize) } catch {
      throw PickledArray.bad(error.message)
    }
    if let alignment = object["numpy_array_alignment_bytes"], !alignment.isNone {
      let padding = Int(try data.byte())
      _ = try data.bytes(padding)
    }
    let bytes = try data.bytes(count)
    let isFortran = object["order"].flatMap(PickledArray.text) == "F"
    return .array(try PickledArray.array(.bytes(bytes), type, dimensions, fortran: isFortran))
  }
}
