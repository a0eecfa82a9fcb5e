internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NumPyIO
internal import NPYFormat
internal import PickledArrays
internal import PythonPickle

/// What a pickle holds, as a table of nodes for C.
@safe final class TreeHandle: Handle {
  private let arrays: [AnyNDArray]
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

  func array(_ number: Int64) throws(FormatError) -> AnyNDArray {
    guard number >= 0, number < arrays.count else {
      throw FormatError(.notFound, "there is no array \(number): the pickle has \(arrays.count)")
    }
    return arrays[Int(number)]
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
    let options = try unsafe PickleReader.Options(encoding: optionalText(encoding, "the encoding"))
    try unsafe give(out) { () throws(FormatError) in
      // What np.save makes of objects is a pickle, too, behind a header; `PickleFile` alone reads streams.
      let beginning = source.isSeekable ? try source.readBytes(at: 0, upTo: NPYHeader.magic.count) : []
      guard beginning == NPYHeader.magic else {
        return TreeHandle(try TreeBuilder(PickleFile(source, options: options).value))
      }
      return TreeHandle(try TreeBuilder(.array(NPYFile(source).readObjects(options: options))))
    }
  }
}

/// `npyio_tree_nodes`, which `numpyio.h` describes.
@c @implementation
public func npyio_tree_nodes(
  _ tree: OpaquePointer?, _ out: UnsafeMutablePointer<npyio_nodes>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in try unsafe Handle.of(tree, TreeHandle.self).describe(out) }
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
