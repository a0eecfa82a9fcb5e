package import PickledArrays
package import ArrayBytes
public import ByteIO
public import NDArrays

/// What can be done to an array on its way from one file to another.
public enum ArrayTransform: Sendable, Hashable {
  /// A field of records: NumPy's `array["x"]`.
  case field(String)
  /// The part that NumPy's indexing selects.
  case slice([AxisSelection])
  /// The bytes of the elements seen as something else: NumPy's `view`, or decoded.
  case view(ElementView)
  /// The elements as another type: NumPy's `astype`.
  case cast(DType)
  /// The elements as numbers of a format that NumPy has no dtype for: `astype` with a dtype of ml_dtypes. In memory they are
  /// raw bytes; safetensors have types for them, and text is written of their values.
  case encode(ElementFormat)
  /// Another shape, one of whose lengths may be -1: NumPy's `reshape`.
  case reshape([Int])
  /// Which axis runs fastest: the first (Fortran's order), or the last (C's).
  case order(fortran: Bool)
}

/// An array that has not been read yet: of a file, or what transforms make of it.
///
/// Elements are read when they are asked for, and no more than are needed: ``read()`` brings the array into memory,
/// ``save(to:options:)`` takes it from file to file in bounded memory.
///
/// ```swift
/// let table = try Document(opening: "table.csv.gz").array()
/// try table.applying(.cast(.float32)).save(to: "table.npz")
/// ```
public struct LazyArray {
  /// An array that is read as a whole only: of objects, or of a type that depends on all values.
  struct Deferred {
    let name: String
    let dtype: DType
    let shape: [Int]
    let load: () throws(FormatError) -> StoredArray
  }

  enum Content {
    case blocks(any ArrayBlockSource)
    indirect case deferred(Deferred)
  }

  let content: Content
  package let spool: Spool

  init(_ source: any ArrayBlockSource, spool: Spool) throws(FormatError) {
    try LazyArray.requireJustified(source.descriptor, source.name)
    content = .blocks(source)
    self.spool = spool
  }

  init(_ deferred: Deferred, spool: Spool) {
    content = .deferred(deferred)
    self.spool = spool
  }

  /// An array in memory.
  package init(_ array: StoredArray, name: String, spool: Spool) throws(FormatError) {
    switch array {
    case .values(let values): try self.init(MemoryBlocks(values, name: name), spool: spool)
    case .objects:
      self.init(Deferred(name: name, dtype: array.dtype, shape: array.shape) { array }, spool: spool)
    }
  }

  private static func requireJustified(_ descriptor: ArrayDescriptor, _ name: String) throws(FormatError) {
    guard descriptor.dtype.itemSize == 0, let count = descriptor.count, count > ArrayDescriptor.maxEmptyElements
    else { return }
    throw FormatError(
      .limitExceeded,
      "\(count) elements of zero bytes each: an array without bytes may have \(ArrayDescriptor.maxEmptyElements)",
      file: name)
  }

  /// The type of the elements.
  public var dtype: DType {
    switch content {
    case .blocks(let source): source.descriptor.dtype
    case .deferred(let array): array.dtype
    }
  }

  /// The length of each axis; 0 for that of rows whose number only reading them tells, see ``openAxis``.
  public var shape: [Int] {
    switch content {
    case .blocks(let source): source.descriptor.shape
    case .deferred(let array): array.shape
    }
  }

  /// The axis whose length is not known before all is read: that of the rows of a text.
  public var openAxis: Int? {
    if case .blocks(let source) = content { return source.descriptor.openAxis }
    return nil
  }

  /// How errors name the source.
  package var name: String {
    switch content {
    case .blocks(let source): source.name
    case .deferred(let array): array.name
    }
  }

  /// What it is read from in blocks; `nil` for an array that can only be made whole.
  package var blockSource: (any ArrayBlockSource)? {
    if case .blocks(let source) = content { source } else { nil }
  }

  /// The blocks of the array; of one that is read as a whole, it is in memory afterwards.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for objects.
  package func blocks() throws(FormatError) -> any ArrayBlockSource {
    switch content {
    case .blocks(let source): return source
    case .deferred(let array):
      do throws(FormatError) {
        return MemoryBlocks(try array.load().requireValues(), name: array.name)
      } catch { throw error.at(file: array.name) }
    }
  }

  /// The array as one of which parts can be read in any order, and more than once.
  package func addressable() throws(FormatError) -> LazyArray {
    guard case .blocks(let source) = content else { return self }
    return try LazyArray(spool.addressable(source), spool: spool)
  }

  /// The array as one that can be read more than once.
  func rereadable() throws(FormatError) -> LazyArray {
    guard case .blocks(let source) = content, source.seekCost == .impossible else { return self }
    return try addressable()
  }

  /// The blocks of the array as a source that can be read in any order.
  package func addressableBlocks() throws(FormatError) -> any ArrayBlockSource {
    try spool.addressable(blocks())
  }

  /// Holds what is stored against its checksum, where there is one that reading of parts does not compare.
  package func verify() throws(FormatError) {
    if case .blocks(let source) = content { try source.verify() }
  }

  /// Reads the array into memory.
  ///
  /// - Throws: ``FormatError`` if the file cannot be read, with file, member and offset.
  public func read() throws(FormatError) -> StoredArray {
    switch content {
    case .blocks(let source): .values(try source.whole())
    case .deferred(let array): try array.load()
    }
  }

  /// The array with transforms applied, one after the other, when it is read.
  ///
  /// - Throws: ``FormatError`` if a transform does not fit the array: `badArgument`, or `notFound` for a field.
  public func applying(_ transforms: [ArrayTransform]) throws(FormatError) -> LazyArray {
    try applying(transforms, noting: nil)
  }

  /// The same; what casts lose is noted when they are done.
  package func applying(
    _ transforms: [ArrayTransform], noting losses: CastLosses?
  ) throws(FormatError) -> LazyArray {
    var result = self
    for transform in transforms { result = try result.applying(transform, noting: losses) }
    return result
  }

  /// The array with a transform applied when it is read: see ``applying(_:)-([ArrayTransform])``.
  ///
  /// - Throws: As ``applying(_:)-([ArrayTransform])``.
  public func applying(_ transform: ArrayTransform) throws(FormatError) -> LazyArray {
    try applying(transform, noting: nil)
  }

  private func applying(_ transform: ArrayTransform, noting losses: CastLosses?) throws(FormatError) -> LazyArray {
    switch content {
    case .deferred(let array):
      // The values have a dtype of their own only when they are numbers.
      guard case .encode = transform else { return LazyArray(try array.applying(transform), spool: spool) }
      let loaded = try array.load()
      let numbers = try FormatError.wrapping(.badArgument, file: array.name) { () throws(ArrayError) in
        try loaded.asType(.float64)
      }
      return try applying(transform, to: MemoryBlocks(numbers.requireValues(), name: array.name), losses)
    case .blocks(let source):
      // What the bytes are stays with them.
      guard source.foreignFormat != nil, let encoded = source.encoded else {
        return try applying(transform, to: source, losses)
      }
      switch transform {
      case .field, .view: return try applying(transform, to: source, losses)
      case .cast, .encode: return try applying(transform, to: encoded.decoded(), losses)
      case .slice, .reshape, .order:
        let changed = try applying(transform, to: encoded.base, losses).blocks()
        return try LazyArray(EncodedBlocks(changed, encoded.format), spool: spool)
      }
    }
  }
}

extension LazyArray {
  private func applying(
    _ transform: ArrayTransform, to source: any ArrayBlockSource, _ losses: CastLosses?
  ) throws(FormatError) -> LazyArray {
    switch transform {
    case .field(let name):
      var field = try FieldBlocks(source, name)
      if source.readsInOrder, !field.keepsOrder { field = try FieldBlocks(spool.addressable(source), name) }
      return try LazyArray(field, spool: spool)
    case .slice(let selections): return try LazyArray(sliced(source, selections), spool: spool)
    case .view(let view):
      // Where the elements have another size the shape is to be known.
      let keepsShape = source.descriptor.dtype.itemSize == view.itemSize
      return try LazyArray(ViewBlocks(keepsShape ? source : spool.countable(source), as: view), spool: spool)
    case .cast(let dtype):
      if let cast = CastBlocks(source.inMemoryOrder, to: dtype, noting: losses) {
        return try LazyArray(cast, spool: spool)
      }
      return LazyArray(
        Deferred(name: name, dtype: dtype, shape: shape) { () throws(FormatError) in
          let whole = try source.inMemoryOrder.whole()
          return try source.wrapping { () throws(ArrayError) in try StoredArray.values(whole).asType(dtype) }
        }, spool: spool)
    case .encode(let format):
      // Elements that are no numbers are refused before anything is read.
      _ = try source.wrapping { () throws(ArrayError) in
        try AnyNDArray(zeros: [0], dtype: source.descriptor.dtype).encoded(as: format)
      }
      return try LazyArray(EncodingBlocks(source.inMemoryOrder, as: format), spool: spool)
    case .reshape(let shape):
      let source = try spool.countable(source)
      let count = source.descriptor.count ?? .max
      let completed = try source.wrapping { () throws(ArrayError) in try Layout.completing(shape, count: count) }
      // NumPy's reshape takes the elements in C order, unless no more changes than axes of length 1.
      if source.descriptor.isFortranOrder, let same = ReshapedBlocks(source, to: completed) {
        return try LazyArray(same, spool: spool)
      }
      let ordered = source.descriptor.isFortranOrder ? try turned(source, isFortranOrder: false) : source
      guard let result = ordered.reshaped(completed) ?? ReshapedBlocks(ordered, to: completed) else {
        throw FormatError(.unsupported, "the array cannot be reshaped", file: name)
      }
      return try LazyArray(result, spool: spool)
    case .order(let isFortran):
      let source = try spool.countable(source)
      let isLine = source.descriptor.shape.count { $0 != 1 } <= 1
      if isLine || source.descriptor.isFortranOrder == isFortran { return try LazyArray(source, spool: spool) }
      return try LazyArray(turned(source, isFortranOrder: isFortran), spool: spool)
    }
  }

  /// The elements of a source in the other order, which takes each of its parts once for every stripe of the result.
  private func turned(
    _ source: any ArrayBlockSource, isFortranOrder: Bool
  ) throws(FormatError) -> any ArrayBlockSource {
    try SlicedBlocks(spool.freelyAddressable(source), isFortranOrder: isFortranOrder)
  }

  /// A part of a source; of one that has to be read in order, if its blocks follow each other there.
  private func sliced(
    _ source: any ArrayBlockSource, _ selections: [AxisSelection]
  ) throws(FormatError) -> any ArrayBlockSource {
    let source = try spool.countable(source)
    let part = try SlicedBlocks(source, selections)
    if !source.readsInOrder || part.isInOrderOfBase { return part }
    return try SlicedBlocks(spool.addressable(source), selections)
  }
}

extension LazyArray.Deferred {
  fileprivate func applying(_ transform: ArrayTransform) throws(FormatError) -> LazyArray.Deferred {
    // What is read as a whole only is read now: what a transform makes of it depends on the values.
    let loaded = try load()
    let made = try FormatError.wrapping(.badArgument, file: name) { () throws(ArrayError) in
      try loaded.applying(transform)
    }
    return LazyArray.Deferred(name: name, dtype: made.dtype, shape: made.shape) { made }
  }
}

extension LazyArray: CustomStringConvertible {
  /// Dtype and shape, as nothing is read: `float64 (100, 3)`.
  public var description: String { "\(dtype.name) \(Layout.describe(shape))" }
}
