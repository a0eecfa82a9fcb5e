internal import ByteIO
public import CNumPyIO
internal import Locks
internal import NDArrays
internal import NumPyIO
internal import NPYFormat
internal import PickledArrays
internal import PythonPickle

/// What a pickle holds, for C: a table of nodes, or a pickle of plain values; each is made when it is asked for.
final class TreeHandle: Handle {
  private let value: PickleValue
  /// Whether there are ids of the pickle's own.
  private let hasIDs: Bool
  private let nodes = Lock<NodeTable?>(nil)
  private let plainArrays = Lock<[AnyNDArray]>([])

  init(_ value: PickleValue, hasIDs: Bool) { (self.value, self.hasIDs) = (value, hasIDs) }

  func table() throws(FormatError) -> NodeTable {
    try nodes.withLock { (known: inout NodeTable?) throws(FormatError) -> NodeTable in
      if let known { return known }
      let made = NodeTable(try TreeBuilder(value))
      known = made
      return made
    }
  }

  func plainPickle() throws(FormatError) -> [UInt8] {
    guard !hasIDs else { throw FormatError(.unsupported, "there are persistent ids") }
    let made = try PlainPickle(value)
    plainArrays.withLock { $0 = made.arrays }
    return made.bytes
  }

  /// An array of the table, or by a negative number, from -1 on, one of the pickle of plain values.
  func array(_ number: Int64) throws(FormatError) -> AnyNDArray {
    let arrays = number < 0 ? plainArrays.withLock { $0 } : try table().arrays
    let place = number < 0 ? ~number : number
    guard place < arrays.count else {
      throw FormatError(.notFound, "there is no array \(number): the pickle has \(arrays.count)")
    }
    return arrays[Int(place)]
  }
}

/// A tree's table of nodes in memory that C can look at.
// Unchecked: nothing is changed after `init`.
@safe final class NodeTable: @unchecked Sendable {
  let arrays: [AnyNDArray]
  private let nodes: UnsafeMutableBufferPointer<npyio_node>
  private let children: UnsafeMutableBufferPointer<Int64>
  private let text: UnsafeMutableBufferPointer<UInt8>

  init(_ tree: TreeBuilder) {
    arrays = tree.arrays
    // Safe: memory of this object's own, initialised at once, and freed in `deinit` only; each text lies within `text`.
    unsafe children = .allocate(capacity: tree.children.count)
    _ = unsafe children.initialize(from: tree.children)
    unsafe text = .allocate(capacity: max(1, tree.text.count))
    _ = unsafe text.initialize(from: tree.text)
    unsafe nodes = .allocate(capacity: tree.rows.count)
    for (place, row) in tree.rows.enumerated() {
      var node = unsafe npyio_node()
      unsafe node.kind = Int64(row.kind)
      unsafe node.integer = Int64(row.integer)
      unsafe node.number = row.number
      unsafe node.imaginary = row.imaginary
      unsafe node.first_child = Int64(row.children.lowerBound)
      unsafe node.child_count = Int64(row.children.count)
      unsafe node.text = UnsafeRawPointer(text.baseAddress.map { unsafe $0 + row.text.lowerBound })?
        .assumingMemoryBound(to: CChar.self)
      unsafe node.text_count = Int64(row.text.count)
      unsafe nodes.initializeElement(at: place, to: node)
    }
  }

  deinit {
    // Safe: allocated in `init`.
    unsafe nodes.deallocate()
    unsafe children.deallocate()
    unsafe text.deallocate()
  }

  func describe(_ out: UnsafeMutablePointer<npyio_nodes>?) throws(FormatError) {
    guard let out = unsafe out else {
      throw .noPlace
    }
    // Safe: the caller's structure; the tables last as long as this object.
    unsafe out.pointee = npyio_nodes(
      nodes: UnsafePointer(nodes.baseAddress), node_count: Int64(nodes.count),
      children: UnsafePointer(children.baseAddress), child_count: Int64(children.count),
      array_count: Int64(arrays.count))
  }
}

extension PickleReader.Options {
  /// - Parameter encoding: That of Python 2's strings.
  fileprivate init(encoding: String?) throws(FormatError) {
    self.init()
    switch encoding?.lowercased() {
    case nil, "ascii": self.encoding = .ascii
    case "latin1", "latin-1": self.encoding = .latin1
    case "bytes": self.encoding = .bytes
    case let other?: throw FormatError(.badArgument, "there is no encoding \(other) of pickles")
    }
  }
}

/// `npyio_tree_read`, which `numpyio.h` describes.
@c @implementation
public func npyio_tree_read(
  _ source: OpaquePointer?, _ encoding: UnsafePointer<CChar>?, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let source = try unsafe Handle.of(source, SourceHandle.self).source
    var options = try unsafe PickleReader.Options(encoding: optionalText(encoding, "the encoding"))
    var hasIDs = false
    options.persistentLoad = { id throws(FormatError) in
      hasIDs = true
      return .persistent(PicklePersistentID(id))
    }
    try unsafe give(out) { () throws(FormatError) in
      // What np.save makes of objects is a pickle, too, behind a header; `PickleFile` alone reads streams.
      let beginning = source.isSeekable ? try source.readBytes(at: 0, upTo: NPYHeader.magic.count) : []
      let value =
        beginning == NPYHeader.magic
        ? PickleValue.array(try NPYFile(source).readObjects(options: options))
        : try PickleFile(source, options: options).value
      return TreeHandle(value, hasIDs: hasIDs)
    }
  }
}

/// `npyio_tree_nodes`, which `numpyio.h` describes.
@c @implementation
public func npyio_tree_nodes(
  _ tree: OpaquePointer?, _ out: UnsafeMutablePointer<npyio_nodes>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in try unsafe Handle.of(tree, TreeHandle.self).table().describe(out) }
}

/// `npyio_tree_array`, which `numpyio.h` describes.
@c @implementation
public func npyio_tree_array(
  _ tree: OpaquePointer?, _ number: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      try ArrayHandle(unsafe Handle.of(tree, TreeHandle.self).array(number))
    }
  }
}

/// `npyio_tree_pickle`, which `numpyio.h` describes.
@c @implementation
public func npyio_tree_pickle(
  _ tree: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      let pickle = try unsafe Handle.of(tree, TreeHandle.self).plainPickle()
      return try ArrayHandle(
        FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
          try AnyNDArray(bytes: pickle, dtype: .uint8, shape: [pickle.count])
        })
    }
  }
}
