public import ByteIO
public import NDArrays
internal import ParallelLoops

/// A model's file: named arrays, each read when it is asked for, whatever the format.
///
/// What NumPy has no dtype for is decoded into one that holds its numbers. May be shared by threads.
public protocol TensorFile: Sendable {
  /// The format's name: `safetensors`.
  var formatName: String { get }
  /// How errors name the file.
  var name: String { get }
  /// The bytes of the file, or of all files; `nil` where only reading to the end would tell.
  var byteCount: Int? { get }
  /// What the file says beside its tensors.
  var metadata: [(key: String, value: String)] { get }
  /// The tensors, in the order in which they lie in the file.
  var index: TensorIndex { get }
}

extension TensorFile {
  /// The tensors, in the order in which they lie in the file.
  public var tensors: [StoredTensor] { index.tensors }

  /// Why tensors of a model in several files cannot be read: an error for each of the files, and for each tensor that is not in its file.
  package var failures: [FormatError] {
    var places: Set<[String?]> = []
    return tensors.compactMap(\.failure).filter { places.insert([$0.file, $0.member]).inserted }
  }

  /// The names of the tensors, in the order of the file.
  public var names: [String] { index.tensors.map(\.name) }

  /// Whether there is a tensor of that name.
  public func contains(_ name: String) -> Bool { index[name] != nil }

  /// The tensor of a name, of which nothing has been read.
  ///
  /// - Throws: ``FormatError`` with code `notFound`.
  public func tensor(_ name: String) throws(FormatError) -> StoredTensor {
    if let found = index[name] { return found }
    let known = names
    let advice: String
    if known.isEmpty {
      advice = "the file is empty"
    } else if let nearest = NearestName.of(name, among: known) {
      advice = "did you mean \(nearest)?"
    } else {
      advice = "the file holds \(known.listed())"
    }
    throw FormatError(.notFound, "there is no such tensor; \(advice)", file: self.name, member: name)
  }

  /// Reads a tensor.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, or what reading the file gives.
  public func array(_ name: String) throws(FormatError) -> AnyNDArray { try tensor(name).blocks().whole() }

  /// Reads a tensor: see ``array(_:)-(String)->AnyNDArray``.
  public subscript(name: String) -> AnyNDArray {
    get throws(FormatError) { try array(name) }
  }

  /// Reads a tensor whose elements are of one Swift type.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if they are of another.
  public func array<Element>(_ name: String) throws(FormatError) -> NDArray<Element> {
    let array: AnyNDArray = try array(name)
    do throws(ArrayError) { return try NDArray(array) } catch {
      throw FormatError(.badArgument, error, file: self.name).at(member: name)
    }
  }

  /// Reads a tensor whose elements are of the type given: `try file.array("x", as: Float.self)`.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if they are of another.
  public func array<Element>(_ name: String, as type: Element.Type) throws(FormatError) -> NDArray<Element> {
    try array(name)
  }

  /// Reads a part of a tensor, and no more bytes than it needs.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the tensor.
  public func read(_ name: String, _ indices: any AxisIndex...) throws(FormatError) -> AnyNDArray {
    try slice(name, indices.map(\.axisSelection))
  }

  /// Reads a part of a tensor: see ``read(_:_:)``.
  ///
  /// - Throws: As ``read(_:_:)``.
  public func slice(_ name: String, _ selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    do throws(FormatError) { return try tensor(name).blocks().read(slice: selections) } catch {
      throw error.at(file: self.name, member: name)
    }
  }

  /// Maps a tensor: nothing is read until it is touched.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for elements that have to be decoded.
  public func mapped(_ name: String, copyOnWrite: Bool = false) throws(FormatError) -> AnyNDArray {
    try tensor(name).mapped(copyOnWrite ? .copyOnWrite : .readOnly)
  }

  /// Reads all tensors, on all cores.
  ///
  /// - Throws: ``FormatError`` naming the first that cannot be read.
  public func arrays() throws(FormatError) -> [(name: String, array: AnyNDArray)] {
    let tensors = tensors
    let arrays = try Parallel.map(tensors.count) { (place: Int) throws(FormatError) -> AnyNDArray in
      try tensors[place].blocks().whole()
    }
    return zip(tensors, arrays).map { ($0.name, $1) }
  }
}

/// Tensors in their order, and by their names.
public struct TensorIndex: Sendable {
  /// The tensors in their order.
  public let tensors: [StoredTensor]
  private let places: [NameKey: Int]

  /// - Throws: ``FormatError`` with code `ambiguous` if a name stands twice.
  package init(_ tensors: [StoredTensor]) throws(FormatError) {
    self.tensors = tensors
    var places: [NameKey: Int] = [:]
    places.reserveCapacity(tensors.count)
    for (place, tensor) in tensors.enumerated() {
      guard places.updateValue(place, forKey: NameKey(tensor.name)) == nil else {
        throw FormatError(.ambiguous, "two tensors have the same name", file: tensor.source.name, member: tensor.name)
      }
    }
    self.places = places
  }

  /// The tensor of a name; `nil` if there is none.
  public subscript(name: String) -> StoredTensor? { places[NameKey(name)].map { tensors[$0] } }
}

extension TensorFile {
  /// The file in a line: `model.safetensors: 2 tensors: weight, bias`.
  public var description: String {
    let names = tensors.lazy.map(\.name)
    return
      "\(name): \(tensors.count) tensor\(tensors.count == 1 ? "" : "s")\(names.isEmpty ? "" : ": " + names.listed())"
  }
}
