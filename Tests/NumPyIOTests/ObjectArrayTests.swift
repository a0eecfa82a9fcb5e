import ByteIO
import Foundation
import NDArrays
import NumPyIO
import TestSupport
import Testing

/// Object arrays in `.npy` and `.npz`: NumPy's own files read, and ours byte for byte as NumPy's.
@Suite struct ObjectArrayTests {
  /// Objects, of records too, in C and Fortran order, saved by NumPy.
  private static let program = """
    import numpy as np, sys
    folder = sys.argv[1]
    def filled(shape, order='C'):
        a = np.empty(shape, object, order)
        for place, index in enumerate(np.ndindex(shape)):
            a[index] = [place, 'text %d' % place, None, [place, place * 0.5]][place % 4]
        return a
    cases = {'flat': filled(5), 'grid': filled((2, 3)), 'fortran': filled((2, 3), 'F'), 'empty': filled((0, 2)),
             'scalar': filled(()), 'records': np.array([(1, 'x'), (2, None)], [('a', '<i4'), ('b', 'O')])}
    for name, a in cases.items(): np.save(folder + '/' + name + '.npy', a, allow_pickle=True)
    np.savez(folder + '/all.npz', numbers=np.arange(6.0), **cases)
    np.savez_compressed(folder + '/small.npz', **cases)
    """
  private static let names = ["flat", "grid", "fortran", "empty", "scalar", "records"]

  private func withFiles(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let outcome = try Python.run(["-c", ObjectArrayTests.program, folder])
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      try body(folder)
    }
  }

  @Test func filesOfNumPy() throws {
    try withFiles { folder in
      for name in ObjectArrayTests.names {
        let array = try NPYFile(opening: "\(folder)/\(name).npy").readObjects()
        let copy = "\(folder)/copy.npy"
        try array.save(to: copy)
        #expect(try Bytes.read(copy) == Bytes.read("\(folder)/\(name).npy"), "\(name)")
      }
      let grid = try NPYFile(opening: "\(folder)/grid.npy").readObjects()
      #expect(grid.shape == [2, 3])
      #expect(grid.items == [0, "text 1", nil, [3, 1.5], 4, "text 5"])
      let records = try NPYFile(opening: "\(folder)/records.npy").readObjects()
      #expect(records.items == [.tuple([1, "x"]), .tuple([2, nil])])
    }
  }

  @Test func archivesOfNumPy() throws {
    try withFiles { folder in
      let archive = try NPZArchive(opening: "\(folder)/all.npz")
      #expect(try archive.objects("flat").items[1] == "text 1")
      #expect(throws: FormatError(.wrongDType, "")) { try archive.objects("numbers") }
      var members: [(name: String, array: StoredArray)] = []
      for name in archive.names { members.append((name, try archive.storedArray(name))) }
      #expect(members[0].array.values != nil && members[1].array.objects != nil)
      let copy = "\(folder)/copy.npz"
      try NPZArchive.save(members, to: copy, layout: .numpy)
      #expect(try Bytes.read(copy) == Bytes.read("\(folder)/all.npz"))
      try NPZArchive.save(Array(members.dropFirst()), to: copy, compression: .zlib, layout: .numpy)
      #expect(try Bytes.read(copy) == Bytes.read("\(folder)/small.npz"))
      // Named and unnamed together, and one by one.
      let flat = try archive.objects("flat")
      try NPZArchive.save(
        ["x": NDArray<Int64>([1, 2]), "names": flat], arrays: [flat], to: copy, compression: .default)
      let again = try NPZArchive(opening: copy)
      #expect(again.names == ["x", "names", "arr_0"])
      #expect(try again.objects("arr_0").items == flat.items)
      #expect(try again.storedArray("x").values?.shape == [2])
    }
  }

  @Test func damagedMembersAreRefused() throws {
    try withFiles { folder in
      var bytes = try Bytes.read("\(folder)/all.npz")
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("text 1".utf8)) })
      bytes[place + 5] = UInt8(ascii: "7")
      let archive = try NPZArchive(MemorySource(bytes))
      #expect(throws: FormatError(.corrupt, "")) { try archive.objects("flat") }
    }
  }
}
