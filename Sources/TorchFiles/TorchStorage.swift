internal import PickledArrays
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// The bytes of a file's storages, found by key and taken into memory (or mapped) when a tensor asks for them.
final class TorchStorages {
  /// A storage's bytes, where they lie.
  struct Bytes {
    let memory: ArrayStorage
    let offset: Int
    let count: Int
  }
  /// Where the file says its numbers are big-endian; nearly no file does.
  let byteOrder: DType.ByteOrder
  private let load: (String) throws(FormatError) -> Bytes
  /// Tensors that share a storage share its memory.
  private var loaded: [String: Bytes] = [:]

  init(byteOrder: DType.ByteOrder, load: @escaping (String) throws(FormatError) -> Bytes) {
    self.byteOrder = byteOrder
    self.load = load
  }

  func bytes(_ key: String) throws(FormatError) -> Bytes {
    if let known = loaded[key] { return known }
    let bytes = try load(key)
    loaded[key] = bytes
    return bytes
  }
}

/// What a tensor is a view of: elements of one type, named by a persistent id
/// `('storage', class, key, location, count)`.
struct TorchStorage: PickleConvertible, DescribedArray {
  let type: TorchScalarType
  let key: String
  /// Where its first element lies in the storage of the key, for views of old files.
  let start: Int
  /// How many elements there are.
  let count: Int
  let storages: TorchStorages

  package var dtype: DType { type.dtype }
  package var shape: [Int] { [count] }

  init(type: TorchScalarType, key: String, start: Int, count: Int, storages: TorchStorages) {
    (self.type, self.key, self.start) = (type, key, start)
    (self.count, self.storages) = (count, storages)
  }

  /// The storage that a persistent id names.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an id that PyTorch would refuse, `unsupported` for a class
  ///   that is not known.
  init(id: PickleValue, storages: TorchStorages) throws(FormatError) {
    func bad(_ what: String) -> FormatError { FormatError(.malformed, "a storage's persistent id \(what)") }
    guard let parts = id.tuple, parts.count >= 5, PickledArray.text(parts[0]) == "storage" else {
      throw bad("is \(id.repr(limit: 80)), no tuple of 'storage', class, key, location and count")
    }
    guard let type = parts[1].global, type.module == "torch" || type.module == "torch.storage",
      let scalar = TorchScalarType(storageClass: type.name)
    else { throw FormatError(.unsupported, "storages of the class \(parts[1].repr(limit: 80)) are not known") }
    guard let key = PickledArray.text(parts[2]) ?? parts[2].int.map(String.init) else { throw bad("has no key") }
    guard let whole = parts[4].int, whole >= 0 else { throw bad("has no count") }
    self.type = scalar
    self.key = key
    self.storages = storages
    if parts.count > 5, let view = parts[5].tuple {
      guard view.count == 3, let start = view[1].int, let count = view[2].int, start >= 0, count >= 0,
        start <= whole, count <= whole - start
      else { throw bad("has a view that does not lie within the storage") }
      self.start = start
      self.count = count
    } else {
      start = 0
      count = whole
    }
  }

  /// The storage that a value is: one that a persistent id has named, or one within a plain pickle of a tensor: bytes
  /// that are a legacy stream of their own. Those stay as they are, so that the pickle is written back as it was.
  init?(of value: PickleValue) throws(FormatError) {
    guard let object = value.object else { return nil }
    if let storage = object.convertible as? TorchStorage {
      self = storage
      return
    }
    guard object.isCall("torch.storage", "_load_from_bytes"), object.arguments.count == 1,
      case .bytes(let bytes) = object.arguments[0]
    else { return nil }
    guard bytes.array.starts(with: TorchStream.magic) else {
      throw FormatError(.unsupported, "the bytes of a storage that are no stream of PyTorch's")
    }
    // Storages within storages are not looked for.
    let inner = try TorchStream.read(
      MemorySource(bytes.array, name: "storage"), PickleReader.Options(), map: nil
    ).value
    guard let storage = inner.object?.convertible as? TorchStorage else {
      throw FormatError(.malformed, "the bytes of a storage that hold a \(inner.typeName)")
    }
    self = storage
  }

  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue { .array(try array()) }

  package func pickledArray() throws(FormatError) -> PickledArray {
    PickledArray(kind: .tensor, content: .values(try array()), mask: nil)
  }

  /// All elements.
  func array() throws(FormatError) -> AnyNDArray {
    try TorchTensor(storage: self, type: type, offset: 0, shape: [count], strides: [1]).array()
  }
}
