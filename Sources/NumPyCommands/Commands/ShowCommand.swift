import ArgumentParser
import ArraySummaries
import ByteIO
import NumPyIO
import PythonLiterals

struct ShowCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "show", _superCommandName: "npy",
    abstract: "Print an array as NumPy's str or repr, byte for byte.",
    discussion: """
      The options are those of np.printoptions.

      EXAMPLES
        npy show arr.npy
        npy show --repr --precision 3 'arr.npy[0,:5]'
        npy show --view bfloat16 weights.npz:w
        npy show --json-values 'arr.npy[0]' | jq add
      """)

  @Argument(help: "The array.") var address: String
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print as repr does.") var repr = false
  @Flag(
    help: ArgumentHelp(
      "Print all values as JSON.",
      discussion: "Nested lists; NaN is null, infinity 1e999, complex numbers are pairs, records objects."))
  var jsonValues = false
  @OptionGroup var bare: BareTextOptions
  @OptionGroup var options: PrintingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if jsonValues, repr || bare.array2string {
      throw ValidationError("--json-values prints JSON, which has no other form: leave out --repr and --array2string")
    }
    if jsonValues, options.isGiven {
      throw ValidationError("--json-values prints all values to their last digit: leave out NumPy's print options")
    }
    if repr, bare.array2string { throw ValidationError("--repr and --array2string are two forms: leave out one") }
  }

  func run() throws {
    var address = try Address(address)
    let options = try options.resolved()
    let document = try reading.document(address.path).value(naming: address.member)
    address = address.exact(in: document)
    if let masked = try address.masked(in: document) {
      if jsonValues { return try masked.saveJSON(to: AtomicFile.standardOutput, from: address.path) }
      if let text = try masked.maskedText(repr ? .repr : .str, options: options) { return try Console.print(text) }
    }
    let isSliceOfOnly = address.slice != nil && address.member == nil && (try? address.item(of: document)) != nil
    if let value = isSliceOfOnly ? nil : try address.value(in: document) {
      guard address.slice == nil else { throw address.slicesNothing(value) }
      guard reading.view == nil else {
        let first = (try? value.arrayPaths().first?.path) ?? nil
        let hint = first.map {
          ": name one of those in it, such as \(address.path):\((address.member.map { $0 + "." } ?? "") + $0)"
        }
        throw ValidationError("--view is for the elements of an array\(hint ?? "")")
      }
      if jsonValues, let whole = try address.wholeDocument(document) {
        return try whole.save(to: AtomicFile.standardOutput, options: SaveOptions(format: .json))
      }
      // A frame whose columns are of kinds that are not known is printed as what it is made of.
      if let (rows, shape) = (try? value.frameTable(options)) ?? nil {
        try Console.write(
          TextTable.aligned(rows.map { $0.map(Console.printable) }, rightAligned: Set(0..<rows[0].count)))
        return try Console.print(
          "\n[\(shape[0]) rows" + (shape.count > 1 ? " x \(shape[1]) columns]" : "]"))
      }
      return try Console.print(value.repr(options: options))
    }
    if let member = address.member, let bytes = try document.bytes(of: member) {
      guard address.slice == nil, !jsonValues else {
        throw FormatError(.badArgument, "the member is no array, but bytes", file: address.path, member: member)
      }
      return try Console.print(PythonRepr.bytes(bytes))
    }
    if address.isWhole, !jsonValues, let archive = document.archive, archive.count > 1 {
      return try ArchiveMembers(document, archive).forEach { name, array in
        try Console.print(Console.printable(name) + ":")
        try Console.print(text(of: ArrayEdges(array, options), options))
      }
    }
    let array = try address.item(of: document).array
    if jsonValues {
      try array.save(to: AtomicFile.standardOutput, options: SaveOptions(format: .json))
    } else {
      try Console.print(text(of: ArrayEdges(array, options), options))
    }
    try document.warnOfRestOfStream()
  }

  private func text(of edges: ArrayEdges, _ options: PrintOptions) -> String {
    if let text = bare.text(of: edges.array, options: options, isPart: edges.shape != nil) { return text }
    let style: PrintStyle = repr ? .repr : .str
    guard let shape = edges.shape, let values = edges.array.values else {
      return edges.array.formatted(style, options: options)
    }
    return values.summary(style, ofShape: shape, options: options)
  }
}
