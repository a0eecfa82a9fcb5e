/// A name as a key. Names are equal if their bytes are: Swift's own strings would hold "é" in one and in two scalars
/// for the same name, which NumPy's keys do not.
package struct NameKey: Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }

  package static func == (left: NameKey, right: NameKey) -> Bool { left.name.utf8.elementsEqual(right.name.utf8) }

  package func hash(into hasher: inout Hasher) {
    let isDone: Void? = unsafe name.utf8.withContiguousStorageIfAvailable { bytes in
      // Safe: the hasher does not keep the bytes beyond the call.
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
    if isDone == nil { hasher.combine(Array(name.utf8)) }
  }
}
