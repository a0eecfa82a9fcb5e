internal import ByteIO

// Columns that are told by their names, or their numbers.
extension CSVReader {
  /// The places of columns that are asked for.
  func places(
    of columns: [GenFromTextOptions.Column], among names: [String], areNamed: Bool
  ) throws(FormatError) -> [Int] {
    var places: [Int] = []
    for column in columns {
      switch column {
      case .name(let name): places.append(try place(of: name, among: names, areNamed: areNamed))
      case .index(let index):
        let place = column.place(among: names, count: names.count)
        guard names.indices.contains(place) else {
          throw FormatError(
            .badArgument, "invalid column index \(index) at row 1 with \(names.count) columns", file: source.name)
        }
        places.append(place)
      }
    }
    return places
  }

  func place(of column: String, among names: [String], areNamed: Bool) throws(FormatError) -> Int {
    if let place = names.firstIndex(of: column) { return place }
    if let place = Int(column), names.indices.contains(place) { return place }
    var error = TextPreparation.unknown(column, among: names, file: source.name)
    if !areNamed { error.commandHint = "--names true reads the names from the first line" }
    throw error
  }
}
