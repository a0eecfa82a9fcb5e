import NDArrays
import Testing

@Suite struct PrintingTests {
  @Test("Every array prints, byte for byte, as NumPy 2.4.6 printed it")
  func fixtures() throws {
    var compared = 0
    var failures = 0
    for fixture in try PrintingCase.all() {
      for (style, options, wanted) in fixture.texts {
        let text =
          switch style {
          case .str: fixture.array.formatted(.str, options: options)
          case .repr: fixture.array.formatted(.repr, options: options)
          case .elements: fixture.array.elementText(options: options)
          }
        compared += 1
        guard !text.utf8.elementsEqual(wanted.utf8) else { continue }
        failures += 1
        if failures <= 20 {
          Issue.record(
            "line \(fixture.line), \(fixture.array.dtype), \(style), \(options):\n\(text)\ninstead of\n\(wanted)"
          )
        }
      }
    }
    #expect(failures == 0, "of \(compared)")
    #expect(compared > 10_000)
  }
}
