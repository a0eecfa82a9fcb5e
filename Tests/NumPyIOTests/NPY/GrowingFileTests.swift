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

  /// One row is taken as it is, by whatever adds rows.
  @Test func singleRows() throws {
    try TemporaryFolder.with { folder in
      let writer = try NPYWriter(path: folder + "/a.npy", dtype: .float64, rowShape: [3])
      try writer.append(NDArray<Double>([1, 2, 3]))
      try writer.append(NDArray<Double>([4, 5, 6], shape: [1, 3]))
      try writer.close()
      let log = try NPYAppender(path: folder + "/a.npy")
      try log.append(NDArray<Double>([7, 8, 9]))
      try log.close()
      try NPYFile.append(NDArray<Double>([10, 11, 12]).untyped, to: folder + "/a.npy")
      let numbers = try NPYAppender(path: folder + "/b.npy", dtype: .int64)
      try numbers.append(NDArray<Int>(scalar: 5))
      try numbers.append(NDArray<Int>([6, 7]))
      #expect(throws: FormatError(.wrongShape, "")) { try numbers.append(NDArray<Int>(zeros: 1, 1)) }
      try numbers.close()
      let program = "import numpy as np; print(np.load('a.npy').tolist(), np.load('b.npy').tolist())"
      let outcome = try Python.run(["-c", program], folder: folder)
      #expect(
        outcome.output
          == "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]] [5, 6, 7]\n", "\(outcome.errors)")
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

  /// Readers find what was flushed, at each moment the file of a save of these rows.
  @Test(arguments: Durability.allCases) func anAppenderKeptOpen(_ durability: Durability) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/log.npy"
      let all = try NPYFileTests.sample([2000, 3])
      let log = try NPYAppender(path: path, dtype: .int64, rowShape: [3], durability: durability)
      #expect(log.rowCount == 0 && log.rowShape == [3])
      var (written, flushed) = (0, 0)
      for count in [1, 0, 8, 1, 90, 900, 1000] {
        try log.append(all[written..<(written + count)])
        written += count
        #expect(try AnyNDArray(contentsOf: path).shape == [flushed, 3])
        #expect(log.pendingRowCount == written - flushed)
        guard count != 8 else { continue }
        try log.flush()
        flushed = written
        #expect(log.rowCount == flushed && log.pendingRowCount == 0)
        #expect(try Bytes.read(path) == all[0..<flushed].untyped.npyBytes())
      }
      #expect(throws: FormatError(.io, "")) { try NPYAppender(path: path) }
      try log.close()
      try log.close()
      #expect(throws: FormatError(.badArgument, "")) { try log.append(all) }
      #expect(throws: FormatError(.badArgument, "")) { try log.flush() }
      try NPYFile.append(all.untyped, to: path)
      #expect(try AnyNDArray(contentsOf: path).shape == [4000, 3])
    }
  }

  @Test func anAppenderThatIsForgottenLeavesWhatWasFlushed() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/log.npy"
      let all = try NPYFileTests.sample([50_000, 3])
      do {
        let log = try NPYAppender(path: path, dtype: .int64, rowShape: [3])
        try log.append(all[0..<2])
        try log.flush()
        try log.append(all)
      }
      #expect(try Bytes.read(path) == all[0..<2].untyped.npyBytes())
      #expect(throws: FormatError(.wrongDType, "")) { try NPYAppender(path: path, dtype: .float64, rowShape: [3]) }
      #expect(throws: FormatError(.wrongShape, "")) { try NPYAppender(path: path, dtype: .int64, rowShape: [2]) }
      let log = try NPYAppender(path: path, dtype: .int64.withByteOrder(.big), rowShape: [3])
      #expect(throws: FormatError(.wrongShape, "")) { try log.append(NDArray<Int64>(zeros: 2, 4)) }
      #expect(throws: FormatError(.wrongDType, "")) { try log.append(NDArray<Double>(zeros: 2, 3)) }
      try log.append(all[2..<4])
      try log.close()
      #expect(try Bytes.read(path) == all[0..<4].untyped.npyBytes())
    }
  }

  /// Where the header has no room the file is written anew, and the log goes on in that.
  @Test func anAppenderGoesOnInARewrittenFile() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/old.npy"
      let all = try NPYFileTests.sample([130, 3])
      let text = "{'descr': '<i8', 'fortran_order': False, 'shape': (9, 3), }\n"
      var bytes: [UInt8] = NPYHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      bytes += try all[0..<9].untyped.npyBytes().dropFirst(128)
      try Bytes.write(bytes, to: path)
      let log = try NPYAppender(path: path)
      for end in [10, 11, 99, 100, 130] {
        try log.append(all[log.rowCount..<end])
        try log.flush()
        #expect(try NDArray<Int64>(contentsOf: path) == all[0..<end])
      }
      try log.close()
      #expect(try Bytes.read(path) == all.untyped.npyBytes())
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
