public import NDArrays

internal import ByteIO

/// Arrays that NumPy made, by name, from a table `Tests/Fixtures/<folder>/<name>.tsv`: a line each with the name, the
/// dtype, the shape and the bytes in C order as hexadecimal digits. The dtype `error` stands for a call that NumPy
/// refuses.
public struct FixtureTable: Sendable {
  /// What is wrong with a table.
  public struct Trouble: Error {
    /// In one line.
    public var message: String
  }

  private var arrays: [String: AnyNDArray] = [:]
  private var refused: Set<String> = []
  /// The names in the table's order.
  public private(set) var names: [String] = []

  /// Reads a table.
  public init(_ name: String, folder: String = "numerics") throws {
    let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
      separator: "/")
    let source = try FileSource(path: "\(tests)/Fixtures/\(folder)/\(name).tsv")
    let bytes = try source.readBytes(at: 0, upTo: .max)
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard parts.count == 4 else { throw Trouble(message: "a line of \(parts.count) parts") }
      let texts = parts[..<3].map { String(decoding: $0, as: UTF8.self) }
      names.append(texts[0])
      if texts[1] == "error" {
        refused.insert(texts[0])
        continue
      }
      let shape = texts[2].split(separator: ",").compactMap { Int($0) }
      arrays[texts[0]] = try AnyNDArray(
        bytes: FixtureTable.bytes(fromHex: Array(parts[3])), dtype: try DType(texts[1]), shape: shape)
    }
  }

  /// The array of a name.
  public subscript(_ name: String) -> AnyNDArray {
    get throws {
      guard let array = arrays[name] else { throw Trouble(message: "no fixture \(name)") }
      return array
    }
  }

  /// Whether NumPy refuses the call of that name.
  public func isRefused(_ name: String) -> Bool { refused.contains(name) }

  private static func bytes(fromHex digits: [UInt8]) -> [UInt8] {
    func value(_ digit: UInt8) -> UInt8 { digit < 58 ? digit - 48 : digit - 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }
}

/// Whether two arrays have the same dtype, shape and bytes, NaNs and signs of zeros included.
public func areIdentical(_ left: AnyNDArray, _ right: AnyNDArray) -> Bool {
  left.dtype == right.dtype && left.shape == right.shape && left.bytes == right.bytes
}
