extension AnyNDArray {
  /// The parts at places of the first axis, one after the other, in C order.
  func gathering(_ places: [Int]) throws(ArrayError) -> AnyNDArray {
    let source = contiguous()
    let result = try AnyNDArray(uninitialized: [places.count] + shape.dropFirst(), dtype: dtype)
    let size = places.isEmpty ? 0 : result.nbytes / places.count
    // Safe: the places lie within the first axis, of whose parts each has `size` bytes; the result is new.
    let (from, to) = unsafe (source.firstElement, result.storage.baseAddress)
    switch size {
    case 1: unsafe AnyNDArray.copy(UInt8.self, from, to, places) { ($1, $0) }
    case 2: unsafe AnyNDArray.copy(UInt16.self, from, to, places) { ($1, $0) }
    case 4: unsafe AnyNDArray.copy(UInt32.self, from, to, places) { ($1, $0) }
    case 8: unsafe AnyNDArray.copy(UInt64.self, from, to, places) { ($1, $0) }
    default:
      for (index, place) in places.enumerated() {
        unsafe (to + index * size).copyMemory(from: from + place * size, byteCount: size)
      }
    }
    extendLifetime(source.storage)
    return result
  }

  /// Writes values, as many as there are places, over the parts at places of the first axis. The array is in C order and
  /// holds its memory alone.
  mutating func scatter(_ values: AnyNDArray, to places: [Int]) {
    let values = values.contiguous()
    let size = places.isEmpty ? 0 : values.nbytes / places.count
    // Safe: the places lie within the first axis, of whose parts each has `size` bytes, as has each of the values.
    let (from, to) = unsafe (values.firstElement, storage.baseAddress + offset)
    switch size {
    case 1: unsafe AnyNDArray.copy(UInt8.self, from, to, places) { ($0, $1) }
    case 2: unsafe AnyNDArray.copy(UInt16.self, from, to, places) { ($0, $1) }
    case 4: unsafe AnyNDArray.copy(UInt32.self, from, to, places) { ($0, $1) }
    case 8: unsafe AnyNDArray.copy(UInt64.self, from, to, places) { ($0, $1) }
    default:
      for (index, place) in places.enumerated() {
        unsafe (to + place * size).copyMemory(from: from + index * size, byteCount: size)
      }
    }
    extendLifetime(values.storage)
    extendLifetime(storage)
  }

  /// Copies words: `order` says from which to which, of the index of a place and the place.
  @inline(__always)
  private static func copy<Word: BitwiseCopyable>(
    _: Word.Type, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ places: [Int],
    _ order: (Int, Int) -> (from: Int, to: Int)
  ) {
    let size = MemoryLayout<Word>.size
    for index in places.indices {
      let (source, target) = order(index, places[index])
      // Safe: the caller has checked the places, and the words are those of its memory.
      let word = unsafe from.loadUnaligned(fromByteOffset: source * size, as: Word.self)
      unsafe to.storeBytes(of: word, toByteOffset: target * size, as: Word.self)
    }
  }
}
