import ByteIO
import NumPyIO

// What an address names within an opened file.

extension Address {
  /// Opens the file of the address and finds the array that it names, of which no more is read than needed.
  func open(_ options: OpenOptions) throws(FormatError) -> LazyArray {
    try item(of: Document(opening: path, options: options)).array
  }

  /// The array of an opened file that the address names, with its slice, and its name in an archive.
  func item(of document: Document) throws(FormatError) -> (name: String?, array: LazyArray) {
    guard let slice else { return try document.item(member) }
    let (name, array) = try document.limited(to: member == nil ? slice : [.ellipsis]).item(member)
    do throws(FormatError) { return (name, try array.applying(.slice(slice))) } catch {
      throw error.at(file: path, member: member)
    }
  }

  /// The value that the address names in a pickle that was read, if it is not an array; the fields of arrays are none of
  /// its values.
  func value(in document: Document) throws(FormatError) -> PickleValue? {
    guard case .value(let whole, _) = document.content else { return nil }
    do throws(FormatError) {
      // The empty path is the whole.
      let value = try whole.value(at: member ?? "")
      // Not by a conditional expression: there `nil` would be Python's None.
      guard try value.arrayDescription() == nil else { return nil }
      return value
    } catch {
      guard error.code == .notFound, (try? document.item(member)) != nil else { throw error.at(file: path) }
      return nil
    }
  }

  /// The document that the address names as a whole: a file, or what stands at a path of keys in a pickle; `nil` if it
  /// names an array.
  func wholeDocument(_ document: Document) throws(FormatError) -> Document? {
    if member == nil { return document }
    guard case .value = document.content else { return nil }
    guard (try? document.value(at: member)) != nil || (try? document.item(member)) == nil else { return nil }
    return try document.value(at: member)
  }
}
