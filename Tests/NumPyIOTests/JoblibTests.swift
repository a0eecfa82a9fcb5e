import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import Testing

/// joblib's own test files, which hold `[np.arange(5), np.arange(5, float64), ...]`.
@Suite struct JoblibTests {
  static let corpus = ProcessInfo.processInfo.environment["NPY_CORPUS"]

  @Test(.enabled(if: corpus != nil)) func arraysWithinTheStream() throws {
    let folder = try #require(Self.corpus) + "/real/joblib+joblib/"
    for name in ["0.10.0_pickle_py35_np19", "0.11.0_pickle_py36_np111", "0.10.0_pickle_py27_np17"] {
      let value = try Joblib.load(from: FileSource(path: folder + "joblib__test__data__joblib_\(name).pkl"))
      let first = try #require(try value[0]?.array(), "\(name)")
      #expect(first.shape == [5])
      #expect(first.bytes == (0..<5).flatMap { [UInt8($0), 0, 0, 0, 0, 0, 0, 0] })
      #expect(first.dtype == .int64)
    }
  }
}
