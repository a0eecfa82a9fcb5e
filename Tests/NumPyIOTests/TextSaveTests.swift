import ByteIO
import NDArrays
import NumPyIO
import Testing

@Suite struct TextSaveTests {
  /// Runs `savetxt` in both worlds: the script yields (array, keyword arguments).
  static func compare(_ cases: String) throws {
    let lines = try TextOracle.run(
      """
      def save(a, **k):
          out = io.BytesIO()
          try:
              np.savetxt(out, a, **k)
              result = ("ok", out.getvalue())
          except Exception as e:
              result = ("error", str(e))
          fmt = k.get("fmt", "%.18e")
          kind = "list" if isinstance(fmt, (list, tuple)) else "one"
          emit(kind, "\\x1f".join(fmt) if kind == "list" else fmt, k.get("delimiter", " "), k.get("newline", "\\n"),
               k.get("header", ""), k.get("footer", ""), k.get("comments", "# "), k.get("encoding", "latin1"),
               *array(np.asarray(a)), *result)
      \(cases)
      """)
    #expect(lines.count > 0)
    for line in lines {
      let texts = line[..<8].map(TextOracle.text)
      let format: TextFormat =
        texts[0] == "list"
        ? .columns(
          texts[1].isEmpty ? [] : texts[1].split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)
        )
        : .single(texts[1])
      let options = SaveTextOptions(
        format: format, delimiter: texts[2], newline: texts[3], header: texts[4], footer: texts[5],
        commentPrefix: texts[6], encoding: try TextEncoding(named: texts[7]))
      let array = try TextOracle.array(line[8..<11])
      let name = "\(array.dtype) \(texts)"
      switch written(array, options) {
      case .success(let bytes):
        #expect(TextOracle.text(line[11]) == "ok", "\(name): \(TextOracle.text(line[12]))")
        #expect(TextOracle.text(bytes) == TextOracle.text(line[12]), "\(name)")
        #expect(bytes == line[12], "\(name)")
      case .failure(let error):
        #expect(TextOracle.text(line[11]) == "error", "\(name): \(error)")
        #expect(error.message == TextOracle.text(line[12]), "\(name)")
      }
    }
  }

  private static func written(_ array: AnyNDArray, _ options: SaveTextOptions) -> Result<[UInt8], FormatError> {
    let sink = MemorySink()
    do throws(FormatError) {
      try array.writeText(to: sink, options: options)
      return .success(sink.bytes)
    } catch { return .failure(error) }
  }

  @Test func numbersUnderEveryConversion() throws {
    try TextSaveTests.compare(
      """
      specs = ["%d", "%i", "%u", "%5d", "%-5d|", "%+d", "% d", "%05d", "%.3d", "%+08.3d", "%x", "%#x", "%X", "%#X", "%o",
               "%#o", "%#08x", "%-#10x|", "%c", "%s", "%r", "%a", "%10s", "%-10.2s|", "%e", "%.3e", "%#.0e", "%E", "%.0e",
               "%f", "%.0f", "%#.0f", "%F", "%10.2f", "%-10.2f|", "%+.1f", "% .1f", "%010.2f", "%g", "%.0g", "%.3g", "%#g",
               "%G", "%.15g", "%.17g", "%.20e", "%.30f", "%.25g", "%ld", "%hd", "%Lf", "%.18e", "%.16e", "%.12f", "%.i"]
      arrays = [np.array([0, 1, -1, 7, 65, 100, 127, -128], "i1"), np.array([0, 1, 200, 255], "u1"),
                np.array([0, -32768, 32767, 300], "i2"), np.array([65535, 9], "u2"),
                np.array([2**31 - 1, -2**31, 12345], "i4"), np.array([2**32 - 1], "u4"),
                np.array([2**63 - 1, -2**63, 10**18, 99, 100, 999], "i8"), np.array([2**64 - 1, 10**19], "u8"),
                np.array([True, False]),
                np.array([0.0, -0.0, 1.5, -2.25, 0.1, 1e-5, 1e-4, 9.99e-5, 1e15, 1e16, 1e17, 1e22, 123456.789, 3e20, 5e-324,
                          1.7976931348623157e308, 0.5, 2.5, 1e100, 999999.5, 100.0]),
                np.array([0.1, 1e-4, 1e-5, 1e7, 9999999.0, 1.5, 3e38, 16777216, 123456.7], "f4"),
                np.array([0.1, 1e-4, 1e3, 999, 9999, 65504, 6e-8, 2.5], "f2"),
                np.array(["1.1", "1e-4", "1e16", "3", "-2.5", "123456789.125", "1e-4940"], "g"),
                np.array([1.5, 2.5, 1e20], ">f8"), np.array([1, -2], ">i4"), np.array([1.5], ">f4")]
      for a in arrays:
          for s in specs:
              save(a, fmt=s)
      for s in specs:
          save(np.array([np.nan]), fmt=s); save(np.array([np.inf]), fmt=s); save(np.array([-np.inf], "f4"), fmt=s)
          save(np.array([np.nan, np.inf], "f2"), fmt=s)
          save(np.array(["inf"], "g"), fmt=s)
          save(np.array([1.5+2j, -1-2j, 0j, 1e20-0.0j]), fmt=s); save(np.array([[1.5+2j, -1-2.5j]], "F"), fmt=s)
      """)
  }

  @Test func textDatesAndRecords() throws {
    try TextSaveTests.compare(
      """
      specs = ["%s", "%r", "%a", "%10s|", "%-10s|", "%.2s", "%5.1s|", "%c", "%d", "%f", "%x", "%e", "%g"]
      units = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s", "2D", "7M"]
      for s in specs:
          save(np.array(["a", "bc", "", "é", "\\u03a9", "😀x", "it's", 'q"', "\\n"]), fmt=s, encoding="utf-8")
          save(np.array(["a", "b"]), fmt=s); save(np.array(["\\u03a9"]), fmt=s); save(np.array(["é\\u03a9\\u03a9"]), fmt=s)
          save(np.array([b"a", b"bc", b"\\xff\\x00x"]), fmt=s)
          if s[-1] not in "dfeg": save(np.array([b"ab", b"\\xab\\x00"]).astype("V2"), fmt=s)
          for u in units:
              save(np.array([0, 5, -5, 1000000, "NaT"], "M8[%s]" % u)[:4], fmt=s)
              save(np.array([0, 5, -5], "m8[%s]" % u), fmt=s)
          save(np.array(["NaT"], "M8[D]"), fmt=s); save(np.array(["NaT"], "m8[s]"), fmt=s)
          save(np.array(["NaT"], "m8[ns]"), fmt=s); save(np.array([3], "m8"), fmt=s); save(np.array(["NaT"], "M8"), fmt=s)
          save(np.array([1, 10**10, -10**10, 10**17], "M8[s]"), fmt=s); save(np.array([-2**63 + 1, 2**63 - 1], "M8[us]"), fmt=s)
          r = np.array([(1, 2.5, "x", b"y", True, 1+2j), (2, -3.5, "zz", b"w", False, -2j)], "i4,f8,U2,S2,?,c16")
          save(r, fmt=s)
          save(np.array([[(1, 2)], [(3, 4)]], "i4,f8"), fmt=s)
          save(np.array([(1, (2.5, 1))], [("a", "i4"), ("b", "f8,i4")]), fmt=s)
          save(np.array([(1,)], [("a", "u2")]), fmt=s)
          save(np.array([([1, 2], 3.5), ([-4, 5], np.nan)], [("a", ">i4", (2,)), ("b", "f8")]), fmt=s)
          save(np.array([((1, [[1.5, 2], [3, 4]]),)], [("z", [("a", "i4"), ("b", "f4", (2, 2))])]), fmt=s)
          save(np.array([(1 + 2j, 3), (2j, 1e20), (np.inf, 5)], ">c8,f8").reshape(1, 3), fmt=s)
      save(r, fmt="%d %f %s %s %d %s"); save(r, fmt=["%d", "%.2f", "%5s", "%s", "%s", "%s"]); save(r)
      save(np.zeros(2, np.dtype("i1,i4,f4", align=True)), fmt="%d|%d|%g")
      save(np.zeros(2, np.dtype(">i2,>f4")), fmt="%d,%g")
      """)
  }

  @Test func formatsShapesAndFrames() throws {
    try TextSaveTests.compare(
      """
      x = np.arange(6.0).reshape(2, 3)
      for k in [dict(), dict(fmt="%d"), dict(fmt="%d,%d,%d"), dict(fmt="%d: %.3f %s"), dict(fmt=["%d", "%.1f", "%s"]),
                dict(fmt=["%d", "%.1f"]), dict(fmt="%d %d"), dict(fmt="abc"), dict(fmt="%"), dict(fmt="%5"), dict(fmt="%.3f%%"),
                dict(fmt=["%d%%", "x", "%d %d"]), dict(fmt=["%d", "%y", "%d"]), dict(fmt=["%d", "%d", "%*d"]),
                dict(fmt="%*d"), dict(fmt="%(a)d"), dict(fmt="%lld"), dict(fmt="%b"), dict(fmt="%é"), dict(fmt="% %"),
                dict(fmt="%99999999999999999999d"), dict(fmt="%.99999999999d"), dict(fmt=["%d", "%d", "x"]),
                dict(fmt=["%d", "%d", "%d %d"]), dict(fmt=[]), dict(fmt="é%d", encoding="utf-8"), dict(fmt="é%d"),
                dict(delimiter=","), dict(delimiter=", "), dict(delimiter=""), dict(newline="\\r\\n"), dict(newline=""),
                dict(newline="END\\n", delimiter="\\t", fmt="%d"), dict(header="a b"), dict(header="a\\nb", footer="c\\nd"),
                dict(header="a\\nb", comments=""), dict(header="h", comments="% "), dict(footer="f", comments="//"),
                dict(delimiter=",", header="é", encoding="utf-8"), dict(fmt="%d", delimiter="%")]:
          save(x, **k); save(x.astype("i8"), **k); save(x[:, :1], **k); save(x[0], **k); save(x.T, **k); save(x + 1j, **k)
      save(np.zeros((2, 0))); save(np.zeros((0, 2))); save(np.zeros(0)); save(np.array(5)); save(np.zeros((2, 2, 2)))
      save(np.zeros((0, 2)), encoding="utf-16"); save(np.zeros(0), encoding="utf-8-sig"); save(np.zeros(0), encoding="utf-16", footer="f")
      save(np.ones(1), encoding="utf-16")
      save(np.zeros((2, 0)), fmt=[]); save(np.zeros((0, 2)), fmt="%y"); save(np.zeros((0, 2)), fmt="%d")
      save(np.array([[1+2j, 3-4j]]), fmt="%.1f %.1f %.1f %.1f"); save(np.array([[1+2j, 3-4j]]), fmt=["%.3e%+.3ej"] * 2)
      save(np.array([1+2j]), fmt=["%s"]); save(np.array([1-2j]), fmt=["a+-b %s %s"])
      save(np.array(["é", "ü"]), fmt="%s", encoding="utf-8"); save(np.array(["é"]), fmt="%s", encoding="ascii")
      big = (np.arange(200000) * 7919 % 100003).reshape(20000, 10)
      save(big, fmt="%d", delimiter="\\t"); save(big / 7); save(big / 7, fmt="%.6g"); save((big / 7).astype("f4"), fmt="%.3f")
      """)
  }

  @Test func filesAndTypedArrays() throws {
    let array = NDArray<Int64>([1, 2, 3, 4])
    let path = "/tmp/npyio-text-\(UInt64.random(in: 0 ... .max)).txt"
    try array.saveText(to: path, format: "%d", header: "one\ntwo")
    let bytes = try FileSource(path: path).readBytes(at: 0, upTo: 100)
    #expect(TextOracle.text(bytes) == "# one\n# two\n1\n2\n3\n4\n")
    let sink = MemorySink()
    try AnyNDArray(array).writeText(to: sink, options: SaveTextOptions(format: "é%d", newline: "\n", encoding: .utf16))
    #expect(sink.bytes.prefix(6) == [0xFF, 0xFE, 0xE9, 0, 0x31, 0])
  }
}
