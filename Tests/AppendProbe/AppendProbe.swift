import NumPyIO

/// `AppendProbe FILE.npy ROWS.npy`: appends rows through the library, for tests that let system calls fail on the way.
/// Exit code 1 if it throws.
@main
enum AppendProbe {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { throw FormatError(.badArgument, "usage: AppendProbe FILE.npy ROWS.npy") }
    let rows = try AnyNDArray(contentsOf: arguments[2])
    try NPYFile.append(rows, to: arguments[1], discardingTrailingBytes: true)
  }
}
