import ByteIO
import NumPyIO
import TestSupport
import Testing

/// Archives of arrays, against what NumPy writes and reads.
@Suite struct NPZArchiveTests {
  let integers: NDArray<Int64>
  let halves: NDArray<Double>

  init() throws {
    integers = try NDArray((0..<60_000).map { Int64($0 * 7 % 100) }, shape: [100, 20, 30])
    halves = try NDArray((0..<5000).map { Double($0) / 2 }, shape: [50, 100])
  }

  private func python(_ program: String, in folder: String) throws -> String {
    let outcome = try Python.run(["-c", "import numpy as np\n" + program], folder: folder)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// What NumPy makes of an archive with both arrays in it.
  private static let comparison = """
    a = np.load('ours.npz')
    assert a.files == ['integers', 'halves', 'arr_0'], a.files
    i = (np.arange(60000) * 7 % 100).reshape(100, 20, 30); h = (np.arange(5000.) / 2).reshape(50, 100)
    for name, wanted in (('integers', i), ('halves', h), ('arr_0', i[::-2, 3])):
        assert a[name].dtype == wanted.dtype and (a[name] == wanted).all(), name
    import zipfile; assert zipfile.ZipFile('ours.npz').testzip() is None
    """

  @Test(arguments: NPZCompression.allCases, [NPZLayout.aligned, .numpy])
  func numpyReadsWhatIsSaved(_ compression: NPZCompression, _ layout: NPZLayout) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/ours.npz"
      let view = integers[.stride(by: -2), 3]
      try NPZArchive.save(
        ["integers": integers, "halves": halves], arrays: [view], to: path, compression: compression,
        layout: layout)
      _ = try python(Self.comparison, in: folder)
      let archive = try NPZArchive(opening: path)
      #expect(archive.names == ["integers", "halves", "arr_0"])
      #expect(archive.count == 3)
      #expect(try archive.array("integers") as NDArray<Int64> == integers)
      #expect(try archive.array("halves.npy") as NDArray<Double> == halves)
      #expect(try archive["arr_0"].bytes == view.untyped.bytes)
      let part = try archive.read("integers", -3, .ellipsis, 4..<9)
      #expect(part.shape == [20, 5] && part.bytes == integers[-3, .ellipsis, 4..<9].untyped.bytes)
      #expect(try archive.arrays().map(\.name) == archive.names)
      #expect(try archive.headers().map(\.header.shape) == [[100, 20, 30], [50, 100], [50, 30]])
      #expect(archive.contains("halves") && archive.contains("halves.npy") && !archive.contains("other"))
      let isStored = compression == .none
      if isStored, layout == .aligned {
        let mapped = try archive.mapped("halves")
        #expect(mapped.isAligned)
        #expect(try NDArray<Double>(mapped) == halves)
      }
      if !isStored { #expect(throws: FormatError(.unsupported, "")) { try archive.mapped("halves") } }
    }
  }

  @Test(arguments: [false, true]) func theBytesAreNumPys(_ isCompressed: Bool) throws {
    try TemporaryFolder.with { folder in
      let save = isCompressed ? "savez_compressed" : "savez"
      _ = try python(
        """
        i = (np.arange(60000) * 7 % 100).reshape(100, 20, 30); h = (np.arange(5000.) / 2).reshape(50, 100)
        np.\(save)('theirs.npz', i, h.T, np.float32(3), **{'a b': h, 'é/ü': i[:0]})
        """, in: folder)
      try NPZArchive.save(
        ["a b": halves, "é/ü": integers[0..<0]],
        arrays: [integers, halves.transposed(), NDArray(scalar: Float(3))], to: folder + "/ours.npz",
        compression: isCompressed ? .zlib : .none, layout: .numpy)
      #expect(try Bytes.read(folder + "/ours.npz") == Bytes.read(folder + "/theirs.npz"))
    }
  }

  @Test func membersThatAreNoArrays() throws {
    try TemporaryFolder.with { folder in
      _ = try python(
        """
        import zipfile
        np.savez('a.npz', x=np.arange(3))
        with zipfile.ZipFile('a.npz', 'a', zipfile.ZIP_DEFLATED) as z:
            z.writestr('readme.txt', 'hello'); z.mkdir('folder'); z.writestr('folder/y.npy', open('a.npz','rb').read()[:0])
        """, in: folder)
      let archive = try NPZArchive(opening: folder + "/a.npz")
      #expect(archive.names == ["x", "readme.txt", "folder/y"])
      #expect(archive.count == 3)
      #expect(try String(decoding: archive.data(of: "readme.txt"), as: UTF8.self) == "hello")
      #expect(try archive.headers().map(\.name) == ["x"])
      #expect(throws: FormatError(.wrongKind, "")) { try archive["readme.txt"] }
      #expect(throws: FormatError(.notFound, "")) { try archive["z"] }
    }
  }

  @Test func editingKeepsTheRest() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/ours.npz"
      try NPZArchive.save(["integers": integers], to: path, compression: .default)
      try NPZArchive.append([("gone", halves.untyped), ("old", halves.untyped)], to: path)
      try NPZArchive.append([("arr_0", integers[.stride(by: -2), 3].untyped)], to: path, compression: .fast)
      #expect(throws: FormatError(.alreadyExists, "")) {
        try NPZArchive.append([("old", halves.untyped)], to: path)
      }
      try NPZArchive.remove(["gone"], from: path)
      try NPZArchive.rename("old", to: "halves", in: path)
      _ = try python(Self.comparison, in: folder)
      #expect(try NDArray<Double>(NPZArchive(opening: path).mapped("halves")) == halves)
    }
  }

  @Test func namesThatClash() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npz"
      do throws(FormatError) {
        try NPZArchive.save(["arr_0": halves], arrays: [halves], to: path)
        Issue.record("nothing was thrown")
      } catch { #expect(error.message.hasPrefix("Cannot use un-named variables and keyword arr_0")) }
      #expect(FileStatus(path: path) == nil)
      try NPZArchive.save([:], to: path)
      #expect(try Bytes.read(path).count == 22)
      #expect(try NPZArchive(opening: path).names.isEmpty)
    }
  }

  /// An archive that is replaced while it is open stays the one that was opened.
  @Test func aReplacedArchiveIsStillTheOldOne() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npz"
      try NPZArchive.save(["a": halves], to: path)
      let archive = try NPZArchive(opening: path)
      try NPZArchive.save(["b": integers, "a": NDArray<Double>([1])], to: path)
      #expect(try NDArray<Double>(archive.mapped("a")) == halves)
      #expect(try archive.array("a") as NDArray<Double> == halves)
    }
  }

  @Test func changesAreNoticed() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npz"
      // More than one of the pieces that are read side by side.
      let large = try NDArray<Int64>((0..<900_000).map { Int64($0) }, shape: [900_000])
      try NPZArchive.save(["large": large], to: path)
      #expect(try NPZArchive(opening: path).array("large") as NDArray<Int64> == large)
      var bytes = try Bytes.read(path)
      for place in [1 << 20, 3 << 20, 6 << 20] {
        bytes[place] ^= 1
        try Bytes.write(bytes, to: path)
        #expect(throws: FormatError(.corrupt, "")) { try NPZArchive(opening: path)["large"] }
        bytes[place] ^= 1
      }
      try Bytes.write([UInt8]("#!/bin/sh\n".utf8) + bytes, to: path)
      #expect(try NPZArchive(opening: path).array("large") as NDArray<Int64> == large)
      #expect(try FileKind(of: FileSource(path: path)) == .pickle)
      #expect(try FileKind(of: FileSource(path: path), named: path) == .npz)
    }
  }

  @Test func streamsAreArchivesToo() throws {
    let sink = MemorySink()
    let writer = try NPZWriter(to: sink, compression: .default)
    try writer.add("a", halves)
    try writer.add(file: "note.txt", bytes: Array("hi".utf8))
    try writer.close()
    let archive = try NPZArchive(MemorySource(sink.bytes))
    #expect(try archive.array("a") as NDArray<Double> == halves)
    #expect(throws: FormatError(.unsupported, "")) { try archive.mapped("a") }
  }
}
