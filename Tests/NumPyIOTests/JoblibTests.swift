import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// joblib's own test files, which hold `[np.arange(5), np.arange(5, float64), …]`, and files in its older layouts.
@Suite struct JoblibTests {
  static let corpus = ProcessInfo.processInfo.environment["NPY_CORPUS"]

  @Test(.enabled(if: corpus != nil)) func filesOfJoblib() throws {
    let folder = try #require(Self.corpus) + "/real/joblib+joblib/"
    var options = PickleReader.Options()
    options.encoding = .latin1
    var count = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      // The older ones are not complete, and the companions are no pickles.
      if file.contains("0.9.2_pickle") || file.contains("0.9.4.dev0") || file.contains(".npy") { continue }
      if file.hasSuffix(".lz4") {
        #expect(throws: FormatError(.wrongKind, "")) { try PickleFile(opening: folder + file) }
        continue
      }
      count += 1
      let value = try PickleFile(opening: folder + file, options: options).value
      let first = try #require(try value[0]?.array(), "\(file)")
      #expect(first.dtype == .int64 && first.shape == [5], "\(file)")
      #expect(first.bytes == (0..<5).flatMap { [UInt8($0), 0, 0, 0, 0, 0, 0, 0] }, "\(file)")
      let second = try #require(try value[1]?.array(), "\(file)")
      #expect(try NDArray<Double>(second).elements == [0, 1, 2, 3, 4], "\(file)")
      let third = try #require(value[2], "\(file)")
      #expect(try PickledArray(third)?.content.objects?.items[1] == "abc", "\(file)")
    }
    #expect(count > 30)
  }

  /// The layouts of joblib 0.9 (`NDArrayWrapper`, `ZNDArrayWrapper`, the header `ZF`), without joblib.
  private static let program = """
    import bz2, gzip, lzma, os, pickle, sys, types, zlib
    import numpy as np
    folder = sys.argv[1]
    module = types.ModuleType('joblib.numpy_pickle')
    class Wrapper:
        def __init__(self, **names): self.__dict__.update(names)
    classes = {}
    for name in 'NDArrayWrapper', 'ZNDArrayWrapper':
        classes[name] = type(name, (Wrapper,), {'__module__': 'joblib.numpy_pickle'})
        setattr(module, name, classes[name])
    sys.modules['joblib'] = types.ModuleType('joblib'); sys.modules['joblib.numpy_pickle'] = module
    def zfile(data):
        return b'ZF' + hex(len(data)).encode().ljust(19) + zlib.compress(data)
    x = np.arange(12.0).reshape(3, 4)
    def wrapped(filename): return {'x': classes['NDArrayWrapper'](filename=filename, subclass=np.ndarray, allow_mmap=True)}
    np.save(folder + '/old.pkl_01.npy', x)
    np.save(folder + '/objects.npy', np.array([1, 'two', None], object), allow_pickle=True)
    pickle.dump(wrapped('old.pkl_01.npy'), open(folder + '/old.pkl', 'wb'), 2)
    pickle.dump(wrapped('objects.npy'), open(folder + '/object.pkl', 'wb'), 2)
    function, arguments, state = np.asfortranarray(x).__reduce__()
    open(folder + '/zip.pkl_01.npy.z', 'wb').write(zfile(state[-1]))
    z = classes['ZNDArrayWrapper'](filename='zip.pkl_01.npy.z', init_args=arguments, state=state[:-1])
    open(folder + '/zip.pkl', 'wb').write(zfile(pickle.dumps({'x': z}, 2)))
    for name, pack in [('gz', gzip.compress), ('bz2', bz2.compress), ('xz', lzma.compress), ('zlib', zlib.compress),
                       ('lzma', lambda data: lzma.compress(data, lzma.FORMAT_ALONE))]:
        open(folder + '/packed.' + name, 'wb').write(pack(pickle.dumps({'x': x}, 4)))
    os.mkdir(folder + '/inner')
    os.symlink('../old.pkl_01.npy', folder + '/inner/link.npy')
    for place, name in enumerate(['../old.pkl_01.npy', folder + '/old.pkl_01.npy', '..', '', 'link.npy', 'nothing.npy', 'a\\0b']):
        pickle.dump(wrapped(name), open(folder + '/inner/bad%d.pkl' % place, 'wb'), 2)
    """

  @Test func olderLayouts() throws {
    try TemporaryFolder.with { folder in
      let outcome = try Python.run(["-c", JoblibTests.program, folder])
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      let expected = (0..<12).map { Double($0) }
      for name in ["old.pkl", "zip.pkl", "packed.gz", "packed.bz2", "packed.xz", "packed.lzma", "packed.zlib"] {
        let array = try #require(try PickleFile(opening: "\(folder)/\(name)").value["x"]?.array(), "\(name)")
        #expect(array.shape == [3, 4], "\(name)")
        #expect(try NDArray<Double>(array.contiguous()).elements == expected, "\(name)")
      }
      let value = try #require(try PickleFile(opening: "\(folder)/object.pkl").value["x"])
      let objects = try PickledArray(value)
      #expect(objects?.content.objects?.items == [1, "two", nil])
      // A pickle names files; only plain names in its own folder are opened.
      let codes: [FormatError.Code] = [
        .badArgument, .badArgument, .badArgument, .badArgument, .badArgument, .notFound, .badArgument,
      ]
      for (place, code) in codes.enumerated() {
        #expect(throws: FormatError(code, ""), "\(place)") {
          try PickleFile(opening: "\(folder)/inner/bad\(place).pkl")
        }
      }
    }
  }
}
