extension AnyNDArray {
  /// The parts at places of the first axis, one after the other, in C order.
  func gathering(_ places: [Int]) throws(ArrayError) -> AnyNDArray {
    let source = contiguous()
    let result = try AnyNDArray(uninitialized: [places.count] + shape.dropFirst(), dtype: dtype)
    // Safe: the places lie within the first axis, of whose parts each has as many bytes as one of the result, which is new.
    unsafe AnyNDArray.copy(result.nbytes, source.firstElement, result.storage.baseAddress, places) { ($1, $0) }
    extendLifetime(source.storage)
    return result
  }

  /// Writes values, as many as there are places, over the parts at places of the first axis. The array is in C order and
  /// holds its memory alone.
  mutating func scatter(_ values: AnyNDArray, to places: [Int]) {
    let values = values.contiguous()
    // Safe: the places lie within the first axis, of whose parts each has as many bytes as one of the values.
    unsafe AnyNDArray.copy(values.nbytes, values.firstElement, storage.baseAddress + offset, places) { ($0, $1) }
    extendLifetime(values.storage)
    extendLifetime(storage)
  }

  /// Copies as many parts as there are places, `byteCount` bytes in all: `order` says from which part to which, of the index
  /// of a place and the place.
  @inline(__always)
  private static func copy(
    _ byteCount: Int, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ places: [Int],
    _ order: (Int, Int) -> (from: Int, to: Int)
  ) {
    let size = places.isEmpty ? 0 : byteCount / places.count
    // Safe: the caller has checked the places, and the parts are those of its memory.
    switch size {
    case 1: unsafe copyWords(UInt8.self, from, to, places, order)
    case 2: unsafe copyWords(UInt16.self, from, to, places, order)
    case 4: unsafe copyWords(UInt32.self, from, to, places, order)
    case 8: unsafe copyWords(UInt64.self, from, to, places, order)
    default:
      for index in places.indices {
        let (source, target) = order(index, places[index])
        unsafe (to + target * size).copyMemory(from: from + source * size, byteCount: size)
      }
    }
  }

  /// The same of parts that are words.
  @inline(__always)
  private static func copyWords<Word: BitwiseCopyable>(
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
