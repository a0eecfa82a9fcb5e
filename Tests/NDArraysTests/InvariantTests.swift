@testable import NDArrays
import Testing

/// The assertions that the tests rely on are compiled in: `make test` and `swift test` build with them.
@Suite struct InvariantTests {
  @Test func assertionsAreOn() {
    var isOn = false
    assert(
      {
        isOn = true; return true
      }())
    #expect(isOn, "the tests must be built with -assert-config Debug")
  }

  #if os(Linux) || os(macOS)
    @Test func aViewBeyondItsStorageStops() async {
      await #expect(processExitsWith: .failure) {
        _ = AnyNDArray(
          uncheckedDType: .int32, shape: [2, 3], strides: [12, 4], offset: 4,
          storage: ArrayStorage(zeroedByteCount: 24))
      }
    }

    @Test func aFieldBeyondItsRecordStops() async {
      await #expect(processExitsWith: .failure) {
        _ = DType(
          .void, itemSize: 8, byteOrder: .notApplicable, alignment: 1,
          structure: DType.Structure(.fields([DType.Field("a", .int64, offset: 1)])))
      }
    }
  #endif
}
