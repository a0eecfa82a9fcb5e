import ByteIO
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("wieghts", "weights"), ("weight", "weights"), ("Weights", "weights"), ("inof", "info"), ("ary.npy", "arr.npy"),
    ("w", "W"), ("biass", "bias"),
  ])
  func nearNamesAreFound(_ name: String, _ meant: String) {
    #expect(NearestName.of(name, among: ["something", "else", meant, "entirely"]) == meant)
  }

  @Test func nothingIsGuessedOfFarNames() {
    #expect(NearestName.of("weights", among: ["bias", "labels", ""]) == nil)
    #expect(NearestName.of("", among: ["a"]) == nil)
    #expect(NearestName.of("x", among: ["y"]) == nil)
    #expect(NearestName.of("weights", among: ["weights"]) == nil)
    #expect(NearestName.of(String(repeating: "x", count: 10_000), among: ["x"]) == nil)
  }

  @Test func theNearestOfSeveralIsTaken() {
    #expect(NearestName.of("layer_12", among: ["layer_1", "layer_21", "layer_99"]) == "layer_1")
  }
}
