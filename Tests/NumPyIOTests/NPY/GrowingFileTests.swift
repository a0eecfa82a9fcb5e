import ByteIO
import Foundation
import NumPyIO
import Testing
import TestSupport

/// Files that grow: row by row while they are written, and by appending.
@Suite struct GrowingFileTests {
  @Test(arguments: [0, 1, 9, 10, 12345])
  func streamedFilesAreThoseOfSave(_ rows: Int) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/grown.npy"
      let writer = try NPYWriter(path: path, dtype: .int64, rowShape: [3])
      var row = 0
      while row < rows {
        let count = min(1000, rows - row)
        try writer.append(NDArray<Int64>((0..<Int64(count * 3)).map { $0 + Int64(row * 3) }, shape: [count, 3]))
        row += count
      }
      #expect(FileStatus(path: path) == nil)
      try writer.close()
      let whole = try NPYFileTests.sample([rows, 3])
      #expect(try Bytes.read(path) == whole.untyped.npyBytes())
    }
  }

  @Test func rowsThatDoNotFitAreRefused() throws {
    try TemporaryFolder.with { folder in
      let writer = try NPYWriter(path: folder + "/a.npy", dtype: .int64, rowShape: [3])
      #expect(throws: FormatError(.wrongShape, "")) { try writer.append(NDArray<Int64>(zeros: 2, 4)) }
      #expect(throws: FormatError(.wrongDType, "")) { try writer.append(NDArray<Double>(zeros: 2, 3)) }
      writer.cancel()
      #expect(SystemCall.names(in: folder).filter { !$0.hasPrefix(".") || $0.contains("npyio") }.isEmpty)
    }
  }

  @Test func noRowsFollowTheEnd() throws {
    try TemporaryFolder.with { folder in
      for isClosed in [true, false] {
        let path = folder + (isClosed ? "/closed.npy" : "/cancelled.npy")
        let writer = try NPYWriter(path: path, dtype: .int64, rowShape: [3])
        try writer.append(NDArray<Int64>(zeros: 2, 3))
        if isClosed { try writer.close() } else { writer.cancel() }
        #expect(throws: FormatError(.badArgument, "")) { try writer.append(NDArray<Int64>(zeros: 1, 3)) }
        #expect(throws: FormatError(.badArgument, "")) { try writer.append(NDArray<Int64>(zeros: 0, 3)) }
        #expect(writer.rowCount == 2)
      }
      #expect(try AnyNDArray(contentsOf: folder + "/closed.npy").shape == [2, 3])
      #expect(FileStatus(path: folder + "/cancelled.npy") == nil)
    }
  }

  @Test func appendedFilesAreThoseOfSave() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      for (before, after) in [(1, 1), (9, 1), (95, 10), (0, 3), (4, 0)] {
        let whole = try NPYFileTests.sample([before + after, 2, 2])
        try whole[0..<before].save(to: path)
        try NPYFile.append(whole[before..<(before + after)].untyped, to: path)
        #expect(try Bytes.read(path) == whole.untyped.npyBytes())
      }
    }
  }

  @Test func appendedRowsTakeTheByteOrderOfTheFile() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      let whole = try NPYFileTests.sample([4, 2])
      let big = try whole.untyped.asType(DType(">i8"), casting: .equiv)
      try big[0..<2].save(to: path)
      try NPYFile.append(whole[2..<4].untyped, to: path)
      #expect(try Bytes.read(path) == big.npyBytes())
    }
  }

  @Test func aHeaderWithoutRoomIsRewritten() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/old.npy"
      // A header as tight as old versions wrote it: no padding behind the dictionary.
      let text = "{'descr': '<i8', 'fortran_order': False, 'shape': (9,), }\n"
      let old = HostileHeaderTests.file(text, data: 0) + NPYFileTests.counting(9)
      try Bytes.write(old, to: path)
      let whole = try NPYFileTests.sample([12])
      try NPYFile.append(whole[9..<12].untyped, to: path)
      #expect(try Bytes.read(path) == whole.untyped.npyBytes())
    }
  }

  @Test func aNumberAcrossTheEndOfASectorIsRewritten() throws {
    var tried: [Bool] = []
    try TemporaryFolder.with { folder in
      let path = folder + "/long.npy"
      // The name is so long that byte 512 of the file falls between the digits of the number of rows.
      for length in 380..<460 {
        let dtype = try DType.structured([("f" + String(repeating: "x", count: length), .int8)])
        let zeros = try AnyNDArray(zeros: [1000], dtype: dtype)
        let digits = try #require(zeros.npyBytes().firstRange(of: Array("1000,".utf8)))
        // "1000" becomes "1999": all digits but the first change.
        guard (507...512).contains(digits.lowerBound) else { continue }
        let isAcross = (digits.lowerBound + 1) / 512 != (digits.lowerBound + 3) / 512
        try zeros.save(to: path)
        let inode = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        try NPYFile.append(AnyNDArray(zeros: [999], dtype: dtype), to: path)
        let after = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        #expect((after != inode) == isAcross, "\(length)")
        #expect(try Bytes.read(path) == AnyNDArray(zeros: [1999], dtype: dtype).npyBytes())
        tried += [isAcross]
      }
    }
    #expect(tried.contains(true) && tried.contains(false))
  }

  @Test func whatCannotBeAppendedToIsRefused() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      let rows = try NPYFileTests.sample([2, 3])
      try rows.untyped.packed(fortran: true).save(to: path)
      #expect(throws: FormatError(.badArgument, "")) { try NPYFile.append(rows.untyped, to: path) }
      try NDArray<Int64>(scalar: 3).save(to: path)
      #expect(throws: FormatError(.badArgument, "")) { try NPYFile.append(rows.untyped, to: path) }
      try rows.save(to: path)
      #expect(throws: FormatError(.wrongShape, "")) {
        try NPYFile.append(NDArray<Int64>(zeros: 2, 4).untyped, to: path)
      }
      // An append that was interrupted leaves rows behind the array: they are not overwritten unasked.
      let interrupted = try Bytes.read(path) + [1, 2, 3]
      try Bytes.write(interrupted, to: path)
      #expect(throws: FormatError(.ambiguous, "")) { try NPYFile.append(rows.untyped, to: path) }
      #expect(try Bytes.read(path) == interrupted)
      try NPYFile.append(rows.untyped, to: path, discardingTrailingBytes: true)
      let twice = try NDArray(rows.elements + rows.elements, shape: [4, 3])
      #expect(try NDArray<Int64>(contentsOf: path).elements == twice.elements)
    }
  }
}
