import ByteIO
import NDArrays
import NumPyIO
import Testing

@Suite struct TextGenFromTests {
  /// Runs `genfromtxt` in both worlds: the script calls `gen(content, **keywords)`.
  static func compare(_ cases: String) throws {
    let lines = try TextOracle.run(
      """
      folder = tempfile.mkdtemp()
      def gen(content, **k):
          path = os.path.join(folder, "x.txt")
          with open(path, "wb") as f: f.write(content if isinstance(content, bytes) else content.encode())
          mask = ("", "", "")
          try:
              a = np.genfromtxt(path, **k)
              if k.get("usemask"): mask = array(np.array(a.mask)); a = a.data
              a = np.array(a)
              result = ("ok", *array(np.ascontiguousarray(a) if a.ndim else a))
          except Exception as e:
              # A slip of NumPy's own: docs/differences.md.
              if "np.integer" in str(e): return
              result = ("error", str(e), "", "")
          def seq(v): return "none" if v is None else "\\x1f".join(map(str, v))
          d = k.get("dtype", float); d = None if d is None else np.dtype(d)
          delimiter = k.get("delimiter")
          kind = "none" if delimiter is None else "text" if isinstance(delimiter, str) else "width" if isinstance(delimiter, int) else "widths"
          names = k.get("names")
          emit(open(path, "rb").read(), "none" if d is None else repr(d.descr) if d.names else d.str, k.get("comments", "#") or "none", kind,
               seq(delimiter) if kind == "widths" else str(delimiter), k.get("skip_header", 0), k.get("skip_footer", 0),
               seq(k.get("usecols")), "first" if names is True else "none" if names is None else seq(names.split(",") if isinstance(names, str) else names),
               k.get("missing_values", "none"), k.get("filling_values", "none"), int(k.get("autostrip", False)), int(k.get("loose", True)),
               int(k.get("invalid_raise", True)), int(k.get("usemask", False)), k.get("max_rows", "none"), k.get("ndmin", 0), k.get("defaultfmt", "f%i"),
               {True: "kept", "upper": "upper", "lower": "lower", False: "upper"}[k.get("case_sensitive", True)], k.get("deletechars", "none"),
               k.get("replace_space", "_"), seq(k.get("excludelist")), *result, *mask)
      \(cases)
      """)
    #expect(lines.count > 0)
    for line in lines {
      let texts = line[1..<22].map(TextOracle.text)
      var options = GenFromTextOptions(dtype: texts[0] == "none" ? nil : try TextOracle.dtype(line[1]))
      func list(_ text: String) -> [String]? {
        text == "none" ? nil : text.split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)
      }
      options.comments = texts[1] == "none" ? nil : texts[1]
      switch texts[2] {
      case "text": options.delimiter = .text(texts[3])
      case "width": options.delimiter = .width(Int(texts[3]) ?? 0)
      case "widths": options.delimiter = .widths(list(texts[3])?.compactMap { Int($0) } ?? [])
      default: break
      }
      options.skipHeader = Int(texts[4]) ?? 0
      options.skipFooter = Int(texts[5]) ?? 0
      options.useColumns = list(texts[6])?.map { name in Int(name).map { .index($0) } ?? .name(name) }
      options.names = texts[7] == "first" ? .firstLine : list(texts[7]).map { .list($0) }
      options.missingValues = texts[8] == "none" ? nil : .all(texts[8].split(separator: ",").map(String.init))
      options.fillingValues = Int(texts[9]).map { .all(.integer($0)) }
      options.autostrip = texts[10] == "1"
      options.loose = texts[11] == "1"
      options.invalidRaise = texts[12] == "1"
      options.usemask = texts[13] == "1"
      options.maxRows = Int(texts[14])
      options.ndmin = Int(texts[15]) ?? 0
      options.defaultFormat = texts[16]
      options.nameCase = texts[17] == "upper" ? .upper : texts[17] == "lower" ? .lower : .kept
      options.deleteCharacters = texts[18] == "none" ? nil : texts[18]
      options.replaceSpace = texts[19]
      options.excludeList = list(texts[20]) ?? []
      let shown = "\(TextOracle.text(Array(line[0].prefix(60)))) \(texts)"
      let expected = TextOracle.text(line[22])
      switch read(MemorySource(line[0]), options) {
      case .success(let result):
        #expect(expected == "ok", "\(shown): \(result.array.shape) but \(TextOracle.text(line[23]))")
        guard expected == "ok" else { continue }
        let right = try TextOracle.array(line[23..<26])
        #expect(result.array.dtype == right.dtype, "\(shown)")
        #expect(result.array.shape == right.shape, "\(shown)")
        #expect(result.array.bytes == right.bytes, "\(shown)")
        guard let mask = result.mask else { continue }
        let rightMask = try TextOracle.array(line[26..<29])
        #expect(mask.dtype == rightMask.dtype && mask.bytes == rightMask.bytes, "\(shown)")
      case .failure(let error):
        #expect(expected == "error", "\(shown): \(error)")
        guard expected == "error" else { continue }
        #expect(error.message == TextOracle.text(line[23]), "\(shown)")
      }
    }
  }

  private static func read(_ source: any ByteSource, _ options: GenFromTextOptions) -> Result<
    GenFromTextResult, FormatError
  > {
    do throws(FormatError) { return .success(try AnyNDArray.genFromText(from: source, options: options)) } catch {
      return .failure(error)
    }
  }

  @Test func values() throws {
    try TextGenFromTests.compare(
      """
      texts = ["1 2 3\\n4 5 6\\n", "1 2 3\\n4 5\\n", "1\\n", "1 2\\n", "1\\n2\\n", "", "\\n", "# c\\n", "1 x 3\\n", "1.5 2\\n", "1_0 \\uff11\\n", "# c\\n1 2\\n3 4 # d\\n",
               "300\\n", "-1\\n", "99999999999999999999\\n", "True false\\n", "1e400 inf nan\\n", "1 2\\r\\n3 4\\r5 6", "1+2j 3\\n", "a b\\n1 2\\n", "\\t1\\t2 \\n", "1\\n\\n2\\n"]
      for text in texts:
          for dtype in ["f8", "f4", "i8", "i4", "i1", "?", "D", "U3", "S", "U", None]:
              gen(text, dtype=dtype)
              gen(text.replace(" ", ","), dtype=dtype, delimiter=",")
      for text in ["1,,3\\n", ",,\\n", "1, ,3\\n", "1,N/A,3\\n", " 1 , 2 ,x \\n", "1,2,\\n", "True,,False\\n,True,True\\n"]:
          for k in [dict(), dict(loose=False), dict(missing_values="N/A"), dict(missing_values="N/A,1", usemask=True), dict(filling_values=7),
                    dict(autostrip=True), dict(missing_values="N/A", filling_values=-5, loose=False)]:
              for dtype in ["f8", "i8", "i4", None, "U4"]:
                  if dtype == "U4" and "filling_values" in k: continue
                  gen(text, delimiter=",", dtype=dtype, **k)
      """)
  }

  @Test func columnsAndNames() throws {
    try TextGenFromTests.compare(
      """
      gen("1 2.5 abc True 1+2j\\n3 4 de False 5\\n", dtype=None); gen("1 2\\n3 4.5\\n", dtype=None); gen("1 a\\n2 bcd\\n", dtype=None); gen("a b\\nccc d\\n", dtype=None)
      gen("99999999999999999999\\n1\\n", dtype=None); gen("True False\\n", dtype=None); gen("1,True\\n,\\n", dtype=None, delimiter=",")
      for names in [True, "x,y,z", ["x", "x", "x"], ["a b", "file", "d-e"], ["", "f0", ""], "a"]:
          for dtype in ["f8", None, "i4,f8,U2"]:
              for case in [True, "upper", "lower"]:
                  gen("a b c\\n1 2 3\\n4 5 6\\n" if names is True else "1 2 3\\n4 5 6\\n", names=names, dtype=dtype, case_sensitive=case)
      gen("#a b\\n1 2\\n3 4\\n", names=True, dtype=None); gen("# a b\\n1 2\\n3 4\\n", names=True); gen("x\\n# a b\\n1 2\\n", names=True, skip_header=1)
      gen("a,b c,a,a\\n1,2,3,4\\n", names=True, delimiter=","); gen("a,b c,a,a\\n1,2,3,4\\n", names=True, delimiter=",", replace_space="-", deletechars="")
      gen("a b\\n1 2\\n", names=True, excludelist=["a"]); gen("1 2\\n", dtype="i4,f8", defaultfmt="col_%02i"); gen("1 a\\n", dtype=None, defaultfmt="v%i")
      for u in [[0], [2, 0], [-1], [5], [0, 0]]:
          gen("1 2 3\\n4 5 6\\n", usecols=u); gen("1 2 3\\n4 5 6\\n", usecols=u, dtype=None)
      gen("1 2 x\\n  3  4 5\\n", usecols=[1], delimiter=" ", dtype=None, usemask=True); gen("1,-1\\n-1,N/A\\n", delimiter=",", dtype="i4", names="a", usecols=[0], missing_values="N/A", usemask=True)
      gen("1,2\\n,N/A\\n 3, x\\n", delimiter=",", missing_values="N/A", usemask=True, skip_footer=0); gen("1,ab\\n , \\n3,\\n7,y\\n", delimiter=",", dtype=None, usemask=True, skip_footer=1)
      gen("#,a,b\\n1,2\\n3,4\\n", names=True, delimiter=",", dtype=None); gen("", usecols=[0], dtype=None); gen("1 2\\n", usecols=[0], skip_header=3); gen("1 2\\n", usecols=[0], skip_header=1, dtype="i4,f8", names="a,b,c"); gen("1 2\\n3 4.5\\n5 6 7\\n", usecols=[1], dtype=None)
      gen("TRUE a\\n2.5 b\\n", dtype=None, loose=False); gen("1 x\\n2 3\\n", names="a,b,c", dtype="i4", loose=False); gen("1 2\\n3 4\\n", names="a,b,c", dtype="i4", usemask=True)
      gen("1 2\\n3 4\\n99999999999999999999 x\\n", dtype="i8", loose=False); gen("1 2 3\\n4 5\\n6 x 7\\n8.5 8 9\\n", usecols=[2, 0], dtype=None, skip_footer=1, invalid_raise=False)
      gen("1 abc\\n2 de\\n3 longer\\n", dtype=None, skip_footer=1); gen("1 2\\nx y\\n", skip_footer=1, loose=False)
      gen("a b c\\n1 2 3\\n", names=True, usecols=["c", "a"]); gen("1 2 3\\n4 5 6\\n", names="x,y,z", usecols=["z"], dtype=None); gen("1 2 3\\n", usecols=[2, 0], dtype="i4,f8,U2")
      gen("123456\\n789 12\\n", delimiter=3); gen("123456\\n", delimiter=[1, 2, 3]); gen("1  2 3\\n 4 56 \\n", delimiter=[2, 3, 2], dtype=int); gen("é12\\n", delimiter=1, dtype="U1")
      gen("1 2 3\\n4 5\\n7 8 9\\n1\\n", invalid_raise=False); gen("1 2 3\\n4 5\\n7 8 9\\n1\\n"); gen("1 2\\n3 4\\n5\\n", skip_footer=1); gen("1 2\\n3\\n5 6\\nend\\n", skip_footer=1)
      for k in [dict(skip_footer=1), dict(skip_footer=10), dict(max_rows=1), dict(max_rows=0), dict(max_rows=1, skip_footer=1), dict(skip_header=1), dict(skip_header=9),
                dict(ndmin=1), dict(ndmin=2), dict(ndmin=3), dict(skip_header=2, ndmin=2), dict(skip_header=2, ndmin=1), dict(skip_header=2), dict(comments="3"), dict(comments=None)]:
          gen("1 2\\n3 4\\n5 6\\n", **k)
      gen("2020-01-01 2020-02\\n", dtype="M8[D]"); gen("2020-01-01 5\\n", dtype="M8[D],i4"); gen("1 2 3 4\\n", dtype=[("a", "i4", (2,)), ("b", "f8", (2,))]); gen("1 2 3\\n", dtype=[("a", [("x", "i4"), ("y", "f8")]), ("c", "f4")])
      gen("1 // 2\\n3 // x\\n", comments="//"); gen("1, 2, 3\\n4, 5, 6", delimiter=", "); gen("1;;2\\n", delimiter=";;")
      """)
  }

  /// Names beyond the columns fill nothing; records stay as they are laid out, with zeros between their fields, where
  /// NumPy refuses them.
  @Test func namesBeyondTheColumnsAndPaddedRecords() throws {
    var options = GenFromTextOptions(dtype: nil, delimiter: .text(","))
    options.names = .list(["x", "y", "a"])
    options.fillingValues = .columns([.name("a"): .integer(7), .name("y"): .integer(5)])
    let filled = try AnyNDArray.genFromText(from: MemorySource(Array("1,2\n3,\n".utf8)), options: options).array
    #expect(filled.formatted(.repr) == "array([(1, 2), (3, 5)], dtype=[('x', '<i8'), ('y', '<i8')])")
    let padded = try DType(
      parsing: "{'names': ['a', 'b'], 'formats': ['<i2', '<f8'], 'offsets': [4, 16], 'itemsize': 32}")
    for names in [nil, ["p", "q"]] {
      options = GenFromTextOptions(dtype: padded, delimiter: .text(","))
      options.names = names.map { .list($0) }
      let text = "1,2.5\n-3, x\n"
      let array = try AnyNDArray.genFromText(from: MemorySource(Array(text.utf8)), options: options).array
      #expect(array.dtype.itemSize == 32 && array.dtype.fields?.map(\.offset) == [4, 16])
      #expect(array.dtype.fields?.map(\.name) == names ?? ["a", "b"])
      var expected = [UInt8](repeating: 0, count: 64)
      expected.replaceSubrange(4..<6, with: [1, 0])
      expected.replaceSubrange(16..<24, with: unsafe withUnsafeBytes(of: 2.5) { unsafe Array($0) })
      expected.replaceSubrange(36..<38, with: [0xFD, 0xFF])
      expected.replaceSubrange(48..<56, with: unsafe withUnsafeBytes(of: Double.nan) { unsafe Array($0) })
      #expect(array.bytes == expected)
    }
  }

  /// Tables that are read straight into typed memory, and what makes their columns climb on the way. (Text in a column
  /// of integers makes NumPy itself stumble over `np.integer`; so there is none of it here.)
  @Test func largeTables() throws {
    try TextGenFromTests.compare(
      """
      rows = [[str(i - 700), "%.6g" % (i / 7), f"n{i % 300}", str(i)] for i in range(1500)]
      def table(changes={}, mark=",", names=False):
          lines = [mark.join(row) for row in rows]
          for at, line in changes.items(): lines[at] = line
          return "\\n".join((["id,value,label,n"] if names else []) + lines) + "\\n"
      changes = [{}, {1000: "1.5,2,x,4"}, {900: "1,2,alonglonglabel,4", 1100: "1,2," + "w" * 60 + ",4"}, {800: ",2,x,4"}, {800: "1,,x,"},
                 {800: "1,2,,4"}, {800: "# c", 802: "", 803: "   ", 804: "1,2,x,4 # c"}, {800: " 1,2,x,4 "}, {800: "1,2, x ,4"}, {800: "1,2,x"}, {800: "1,2,x,4,5", 900: "1"},
                 {800: "1_0,2,x,\\uff11"}, {800: "1,2,é,4"}, {800: "99999999999999999999,1e400,x,4"},
                 {1499: "1,2,x y z,4"}, {800: "1\\t,2,x\\t,4"}]
      for change in changes:
          t = table(change)
          for k in [dict(), dict(max_rows=1100), dict(autostrip=True), dict(loose=False), dict(skip_header=2), dict(invalid_raise=False), dict(missing_values="5"), dict(filling_values=7),
                    dict(skip_footer=1)]:
              if "filling_values" in k and any(c in changes[3:6] for c in [change]): continue
              gen(t, dtype=None, delimiter=",", **k)
          gen(t, dtype="i4,f8,U5,i8", delimiter=","); gen(t, dtype="f8", delimiter=","); gen(t, dtype="U4", delimiter=",", invalid_raise=False)
          gen(table(change, names=True), dtype=None, delimiter=",", names=True); gen(t, dtype=None, delimiter=",", names="a,b,c,d"); gen(t.replace(",", " "), dtype=None)
      gen("\\n".join("abc,de%d" % i for i in range(300)), dtype=None, delimiter=","); gen("\\n".join("1,%d" % i for i in range(300)), dtype=None, delimiter=",")
      gen("\\n".join("1.5,%d" % i for i in range(300)), dtype=None, delimiter=","); gen("\\n".join("%d" % i for i in range(300)), dtype=None); gen("\\r\\n".join("%d x" % i for i in range(300)), dtype=None)
      """)
  }

  /// Lines of one kind are read without being cut into texts; these come behind them, where only a second look tells.
  @Test func linesAmongManyAlike() throws {
    try TextGenFromTests.compare(
      """
      plain = ["  1  2 ab", " 12 -3cde", "-99 44f"]
      odd = ["", "  1", "1234567890123", "  x  2 ab", "     3 ab", "  1  2 \\u00e9", "  1.5 2 ab", "# c", "  1  2 a#", "1234 5ab", "  1  2a\\x00", "  1  2", "True 2 ab"]
      for end in ["\\n", "\\r\\n", "\\r"]:
          for line in [None] + odd:
              text = end.join(plain * 50 + ([line] if line is not None else []) + plain) + end
              for width in [3, [3, 3, 3], [3, 3, 9], [3, 3]]:
                  for dtype in [None, "f8", "i4,f8,U2", "i8,?,S3"]:
                      gen(text, delimiter=width, dtype=dtype, invalid_raise=False)
              gen(text, delimiter=3, dtype=None, autostrip=True, invalid_raise=False, usemask=True)
              gen(text, delimiter=3, dtype="i8,i8,U3", autostrip=True, invalid_raise=False, usemask=True, missing_values="44,ab")
              gen(text, delimiter=3, dtype=None, usecols=(2, -3), invalid_raise=False)
              gen(text, delimiter=3, dtype="f4", usecols=(1, 0), filling_values=-7, invalid_raise=False)
      plain = ["True,1,1+2j", "false,-2,(3-4j)", "TRUE,3,j"]
      odd = [",,", "1,2,3", "True,2,x", "Truer,1,1j", "True,1.5, 1j", "True,1,1_0j", " True,1,2", "True,1,( 1+2j )", "True,abc,2j", "FALSE,#,1", "tRuE,\\uff11,-j"]
      for line in [None] + odd:
          text = "\\n".join((plain * 50 if line != odd[0] else []) + ([line] if line is not None else []) + plain)
          for dtype in [None, "?,i8,c16", "?,f4,c8", "U5,i2,U9", "f8", "c16"]:
              for k in [dict(), dict(loose=False), dict(usemask=True, missing_values="x,1.0"), dict(names=True), dict(names="a,a,a"), dict(filling_values=5)]:
                  gen(text, delimiter=",", dtype=dtype, **k)
          gen(text.replace(",", "::"), delimiter="::", dtype=None)
      plain = ["1,2,ab", "-3,4,c"]
      for line in ["99999999999999999999,2,ab", "1,300,ab", "1,-9223372036854775809,ab", ",,", "1,,ab", "1e400,1,b", "1,x,y", "1,inf,y", "1,naan,y", "1, ,y", "1,#,y"]:
          for dtype in [None, "i8,i8,U2", "i4,i1,S3", "f4,f8,U2"]:
              for k in [dict(), dict(filling_values=5), dict(loose=False), dict(usecols=(1, 0, 2))]:
                  gen("\\n".join(plain * 60 + [line] + plain), delimiter=",", dtype=dtype, **k)
      for fill in [0, 3]:
          gen("a,,1\\n" * 3, delimiter=",", dtype=None, filling_values=fill)
          gen(",,1\\n" * 3 + ",,x\\n", delimiter=",", dtype=None, filling_values=fill, names="a,b,c")
      gen("\\U0001F600\\n2020-01-02\\n", dtype="M8[D]")
      """)
  }
}
