internal import Locks

/// The places of many fields by their names, made when one is first asked for.
final class FieldIndex: Sendable {
  /// No more fields than these are looked through one after the other.
  static let least = 32

  private let places = Lock<[String: Int]?>(nil)

  /// The place of the field of a name or, if there is none, of a title.
  func place(of name: String, in fields: [DType.Field]) -> Int? {
    // Without waiting: in a process that was forked while another thread had the lock, nobody would unlock it.
    let found: Int?? = places.withLockIfAvailable { places in
      let known = places ?? FieldIndex.places(of: fields)
      places = known
      return known[name]
    }
    if let found { return found }
    return fields.firstIndex { $0.name == name } ?? fields.firstIndex { $0.title == name }
  }

  private static func places(of fields: [DType.Field]) -> [String: Int] {
    var places: [String: Int] = [:]
    places.reserveCapacity(fields.count)
    for (place, field) in fields.enumerated() where places[field.name] == nil { places[field.name] = place }
    for (place, field) in fields.enumerated() {
      if let title = field.title, places[title] == nil { places[title] = place }
    }
    return places
  }
}
