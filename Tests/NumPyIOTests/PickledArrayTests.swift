import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import Testing

/// NumPy's pickles of arrays: their values, their bytes when written back, and our own arrays' pickles.
@Suite struct PickledArrayTests {
  static func lines(_ script: String) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    process.arguments = ["python3", folder.appendingPathComponent("Fixtures/\(script)").path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  static func bytes(_ hex: Substring) -> [UInt8] {
    if hex == "-" { return [] }
    let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  @Test func arraysOfNumPy() throws {
    let lines = try Self.lines("pickle_arrays.py")
    #expect(lines.count > 700)
    var failures: [String] = []
    for line in lines {
      let parts = line.split(separator: " ")
      let version = try #require(Int(parts[0]))
      let shape = parts[3] == "-" ? [] : parts[3].split(separator: "x").compactMap { Int($0) }
      let expected = Self.bytes(parts[4])
      let pickle = Self.bytes(parts[5])
      let place = "protocol \(version) \(parts[1]) \(parts[2]) \(parts[3])"
      do {
        let value = try Pickle.load(bytes: pickle)
        let array = try #require(try value.array(), "\(place)")
        if array.shape != shape || array.bytes != expected || array.dtype.notation != String(parts[2]) {
          failures.append("\(place): read \(array.dtype.notation) \(array.shape)")
        }
        if try Pickle.bytes(of: value, protocol: version) != pickle {
          failures.append("\(place): not written back alike")
        }
        guard parts[1] != "read" else { continue }
        let made = parts[1] == "scalar" ? PickleValue.scalar(array) : .array(array)
        let again = try Pickle.bytes(of: made, protocol: version)
        if again != pickle {
          failures.append(
            "\(place): made \(again.count) bytes, not \(pickle.count), alike up to \(zip(again, pickle).prefix { $0 == $1 }.count)"
          )
        }
      } catch { failures.append("\(place): \(error)") }
    }
    #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(12).joined(separator: "\n"))")
  }

  @Test func outOfBand() throws {
    let array = try AnyNDArray(bytes: Array(0..<24), dtype: .int32, shape: [2, 3])
    final class Buffers { var all: [PickleMemory] = [] }
    let buffers = Buffers()
    var options = PickleWriter.Options(protocolVersion: 5)
    options.keepsOutOfBand = { buffer in
      buffers.all.append(buffer.memory)
      return true
    }
    let data = try Pickle.bytes(of: .array(array), options: options)
    #expect(buffers.all.count == 1)
    #expect(throws: FormatError(.malformed, "")) { try Pickle.load(bytes: data) }
    var reading = PickleReader.Options()
    reading.buffers = buffers.all
    let back = try #require(try Pickle.load(bytes: data, options: reading).array())
    #expect(back.bytes == array.bytes)
    #expect(back.shape == [2, 3])
  }

  @Test func sharedDTypeIsWrittenOnce() throws {
    let a = try AnyNDArray(bytes: [1, 2], dtype: .uint8, shape: [2])
    let value: PickleValue = ["a": .array(a), "b": .array(a)]
    for version in 0...5 {
      let data = try Pickle.bytes(of: value, protocol: version)
      let back = try Pickle.load(bytes: data)
      #expect(try back["b"]?.array()?.bytes == [1, 2])
      #expect(data.split(separator: Array("dtype".utf8)).count == 2)
    }
  }
}

extension PickledArrayTests {
  @Test func objectArrays() throws {
    let array = try ObjectArray(shape: [2, 2], items: [1, "two", nil, [3.5]])
    let data = try Pickle.bytes(of: .array(array), protocol: 4)
    // np.array([[1, 'two'], [None, [3.5]]], dtype=object), dumped by NumPy 2 at protocol 4.
    let program = """
      import numpy as np, pickle, sys
      a = np.empty((2, 2), object)
      a[0, 0] = 1; a[0, 1] = 'two'; a[1, 0] = None; a[1, 1] = [3.5]
      sys.stdout.write(pickle.dumps(a, 4).hex())
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(data == Self.bytes(text[...]))
    guard case .objects(let back)? = try PickledArray(Pickle.load(bytes: data))?.content else {
      Issue.record("no object array")
      return
    }
    #expect(back.shape == [2, 2])
    #expect(back.items == array.items)
  }
}
