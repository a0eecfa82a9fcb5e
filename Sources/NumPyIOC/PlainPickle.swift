internal import ByteIO
internal import NDArrays
internal import NumPyIO
internal import PickledArrays
internal import PythonPickle

/// What a pickle holds as another one, of plain values alone: Python's own reader is by far the fastest way to make many of
/// them, and has nothing to import. Arrays and NumPy's scalars are persistent ids.
struct PlainPickle {
  private(set) var bytes: [UInt8] = []
  /// The arrays. The id of one is twice its place, of a scalar one more.
  private(set) var arrays: [AnyNDArray] = []

  /// - Throws: ``FormatError`` with code `unsupported` if there are objects of other kinds.
  init(_ value: PickleValue) throws(FormatError) {
    let found = Found()
    var options = PickleWriter.Options(protocolVersion: 5)
    options.adapt = { object, _ throws(FormatError) in try found.id(of: object) }
    let sink = MemorySink()
    try PickleWriter(sink, options: options).write(value)
    (bytes, arrays) = (sink.bytes, found.arrays)
  }

  /// What has been met while the pickle is written.
  private final class Found {
    private(set) var arrays: [AnyNDArray] = []
    private var ids: [ObjectIdentifier: Int] = [:]

    func id(of object: PickleObject) throws(FormatError) -> PickleValue {
      let value = PickleValue.object(object)
      if let known = value.identity.flatMap({ ids[$0] }) { return .persistent(PicklePersistentID(.int(known))) }
      guard let array = try PickledArray(value), array.mask == nil, case .values(let values) = array.content else {
        throw FormatError(.unsupported, "there are more than plain values and arrays of them")
      }
      let id = 2 * arrays.count + (array.kind == .scalar ? 1 : 0)
      arrays.append(values)
      if let identity = value.identity { ids[identity] = id }
      return .persistent(PicklePersistentID(.int(id)))
    }
  }
}
