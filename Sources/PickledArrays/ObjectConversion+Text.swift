internal import NDArrays
internal import PythonPickle

// Objects to text, raw bytes and records, whose elements have bytes of their own for each object.

extension ObjectConversion {
  /// Python's `str` of each object, cut to the length of the dtype, or as wide as the longest needs.
  func textArray(_ items: [PickleValue]) throws(ArrayError) -> AnyNDArray {
    var texts: [[UInt32]] = []
    texts.reserveCapacity(items.count)
    var width = 1
    for item in items {
      let text = try text(item)
      texts.append(text.points)
      width = max(width, text.width)
    }
    var wanted = dtype
    if dtype.itemSize == 0 {
      wanted = dtype.kind == .bytes ? .bytes(width) : .string(width).withByteOrder(dtype.byteOrder)
    }
    let size = wanted.itemSize
    let isWide = wanted.kind == .string
    let isBig = isWide && wanted.withByteOrder(.big) == wanted
    var bytes = [UInt8](repeating: 0, count: try AnyNDArray.check(shape: [items.count], itemSize: size))
    for (index, text) in texts.enumerated() {
      var place = index * size
      for point in text.prefix(isWide ? size / 4 : size) {
        if isWide {
          for byte in 0..<4 {
            bytes[place + byte] = UInt8(truncatingIfNeeded: point >> UInt32(8 * (isBig ? 3 - byte : byte)))
          }
        } else {
          bytes[place] = UInt8(truncatingIfNeeded: point)
        }
        place += isWide ? 4 : 1
      }
    }
    return try AnyNDArray(bytes: bytes, dtype: wanted, shape: [items.count])
  }

  /// The text of an object, and the characters that an array of such needs.
  private func text(_ value: PickleValue) throws(ArrayError) -> (points: [UInt32], width: Int) {
    switch value {
    case .string(let text): return try encodable(text.codePoints)
    case .bytes(let bytes):
      let points = bytes.array.map { UInt32($0) }
      if dtype.kind == .string, let place = points.firstIndex(where: { $0 >= 0x80 }) {
        let byte = String(points[place], radix: 16)
        throw ArrayError(
          .badValue, "'ascii' codec can't decode byte 0x\(byte) in position \(place): ordinal not in range(128)")
      }
      return (points, points.count)
    default: break
    }
    if let array = try nestedArray(value) {
      guard array.shape.isEmpty, array.dtype.kind != .void else { throw sequence }
      switch array {
      case .objects(let objects): return try text(objects.items.first ?? .none)
      case .values(let scalar) where scalar.dtype.kind == .string || scalar.dtype.kind == .bytes:
        return try text(ObjectArray(scalar).items.first ?? .none)
      case .values(let scalar):
        let points = value.pythonText(recognizers).unicodeScalars.map(\.value)
        // NumPy's scalars take the room that any of their type may need; arrays without axes that of their text.
        let isScalar = (try? recognizers.array(in: value))?.kind == .scalar
        return (points, isScalar ? max(points.count, scalar.dtype.textWidth ?? 0) : points.count)
      }
    }
    if value.isSequence { throw sequence }
    return try encodable(value.pythonText(recognizers).unicodeScalars.map(\.value))
  }

  private var sequence: ArrayError { ArrayError(.badValue, "setting an array element with a sequence") }

  private func encodable(_ points: [UInt32]) throws(ArrayError) -> (points: [UInt32], width: Int) {
    guard dtype.kind == .bytes, let start = points.firstIndex(where: { $0 >= 0x80 }) else {
      return (points, points.count)
    }
    let count = points[start...].prefix { $0 >= 0x80 }.count
    let what =
      count == 1
      ? "character \(ObjectConversion.escape(points[start])) in position \(start)"
      : "characters in position \(start)-\(start + count - 1)"
    throw ArrayError(.badValue, "'ascii' codec can't encode \(what): ordinal not in range(128)")
  }

  /// `'\xe9'`, `'\u3042'`.
  private static func escape(_ point: UInt32) -> String {
    let hex = String(point, radix: 16)
    let (letter, width) = point < 0x100 ? ("x", 2) : point < 0x1_0000 ? ("u", 4) : ("U", 8)
    return "'\\" + letter + String(repeating: "0", count: width - hex.count) + hex + "'"
  }

  // MARK: Raw bytes

  /// Bytes, cut to the length of the dtype or filled up by zeros.
  func rawBytes(_ items: [PickleValue]) throws(ArrayError) -> AnyNDArray {
    guard dtype.subarray == nil else {
      throw ArrayError(.unsupported, "there is no conversion from objects to \(dtype.debugDescription)")
    }
    var all: [[UInt8]] = []
    for item in items { all.append(try rawBytes(item)) }
    let size = dtype.itemSize > 0 ? dtype.itemSize : max(1, all.reduce(0) { max($0, $1.count) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(try AnyNDArray.check(shape: [items.count], itemSize: size))
    for item in all {
      bytes += item.prefix(size)
      bytes += repeatElement(0, count: size - min(size, item.count))
    }
    return try AnyNDArray(bytes: bytes, dtype: .void(size), shape: [items.count])
  }

  private func rawBytes(_ value: PickleValue) throws(ArrayError) -> [UInt8] {
    if let bytes = value.bytes { return bytes }
    switch try nestedArray(value) {
    case .values(let array): return array.bytes
    case .objects(let array) where array.shape.isEmpty: return try rawBytes(array.items.first ?? .none)
    default: throw ArrayError(.badValue, "a bytes-like object is required, not '\(value.qualifiedTypeName)'")
    }
  }

  // MARK: Records

  /// Tuples by their items, field for field; any other object becomes each field.
  func records(_ items: [PickleValue]) throws(ArrayError) -> AnyNDArray {
    let fields = dtype.fields ?? []
    for item in items {
      guard let count = item.tuple?.count, count != fields.count else { continue }
      throw ArrayError(
        .badValue, "could not assign tuple of length \(count) to structure with \(fields.count) fields.")
    }
    let byteCount = try AnyNDArray.check(shape: [items.count], itemSize: dtype.itemSize)
    var bytes = [UInt8](repeating: 0, count: byteCount)
    for (number, field) in fields.enumerated() {
      guard field.dtype.subarray == nil else {
        throw ArrayError(.unsupported, "there is no conversion from objects to \(dtype.debugDescription)")
      }
      var conversion = ObjectConversion(to: field.dtype, recognizers, castsScalars: true)
      let column = try conversion.convert(items.map { $0.tuple?[number] ?? $0 })
      let size = field.dtype.itemSize
      guard column.dtype.itemSize == size else {
        throw ArrayError(.unsupported, "there is no conversion from objects to \(dtype.debugDescription)")
      }
      let values = column.bytes
      for index in 0..<items.count {
        for place in 0..<size { bytes[index * dtype.itemSize + field.offset + place] = values[index * size + place] }
      }
    }
    return try AnyNDArray(bytes: bytes, dtype: dtype, shape: [items.count])
  }
}
