import ByteIO
import NumPyIO

/// What is told of several files, of which some may be unreadable: these are reported, and the others are told of all
/// the same.
struct FileReports {
  /// A file that cannot be read.
  struct Failed: Error {
    let json: JSONValue
  }

  private let addresses: [String]
  private let reading: SourceOptions
  private let isJSON: Bool

  init(_ addresses: [String], _ reading: SourceOptions, json: Bool) {
    self.addresses = addresses
    self.reading = reading
    isJSON = json
  }

  /// Calls `body` for each file in order; the errors have been reported unless JSON is printed.
  ///
  /// - Returns: Whether all files, and all members of archives, could be read.
  /// - Throws: The error of a single file.
  func forEach(_ body: (Result<FileDescription, Failed>) throws -> Void) throws -> Bool {
    var isGood = true
    try TextOptionUse.check(reading, ofAll: addresses)
    for address in addresses {
      do {
        let description = try FileDescription(address, reading, isOneOfMany: addresses.count > 1)
        for error in description.memberErrors {
          isGood = false
          _ = try Failure.note(error, asJSON: isJSON)
        }
        try body(.success(description))
      } catch let error as FormatError where addresses.count > 1 {
        isGood = false
        let name = Address.shown(address)
        let json = try Failure.note(error.at(file: name), asJSON: isJSON)
        try body(.failure(Failed(json: .object([("file", .string(name)), ("error", json)]))))
      }
    }
    return isGood
  }
}

/// The members of archives that are left out since they cannot be read; each is reported as it is met.
final class UnreadableMembers {
  private(set) var count = 0

  func note(_ error: FormatError) {
    count += 1
    // An interruption ends the command at its next step.
    _ = try? Failure.note(error, asJSON: false)
  }
}
