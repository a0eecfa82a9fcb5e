import ByteIO
import NDArrays
import NumPyIO
import PythonLiterals
import Testing

@Suite struct TextLoadTests {
  /// Runs `loadtxt` in both worlds: the script calls `load(content, **keywords)`.
  static func compare(_ cases: String) throws {
    let lines = try TextOracle.run(
      """
      folder = tempfile.mkdtemp()
      def load(content, **k):
          path = os.path.join(folder, "x.txt")
          data = content if isinstance(content, bytes) else content.encode()
          with open(path, "wb") as f: f.write(data)
          try:
              a = np.loadtxt(path, **k)
              result = ("ok", *array(np.ascontiguousarray(a) if a.ndim else a))
          except Exception as e:
              result = ("error", str(e), "", "")
          def seq(v): return "none" if v is None else "\\x1f".join(map(str, np.atleast_1d(np.array(v, dtype=object))))
          c = k.get("comments", "#")
          d = np.dtype(k.get("dtype", float))
          emit(data, repr(d.descr) if d.names else d.str, "none" if c is None else seq(c), k.get("delimiter") or "none",
               k.get("skiprows", 0), seq(k.get("usecols")), int(k.get("unpack", False)), k.get("ndmin", 0),
               k.get("encoding") or "utf-8", "none" if k.get("max_rows") is None else k["max_rows"],
               k.get("quotechar") or "none", *result)
      \(cases)
      """)
    #expect(lines.count > 0)
    for line in lines {
      let texts = line[1..<11].map(TextOracle.text)
      var options = LoadTextOptions(dtype: try TextOracle.dtype(line[1]))
      func list(_ text: String) -> [String] {
        text.split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)
      }
      options.comments = texts[1] == "none" ? [] : list(texts[1])
      options.delimiter = texts[2] == "none" ? nil : texts[2]
      options.skipRows = Int(texts[3]) ?? 0
      options.useColumns = texts[4] == "none" ? nil : texts[4].isEmpty ? [] : list(texts[4]).compactMap { Int($0) }
      options.unpack = texts[5] == "1"
      options.ndmin = Int(texts[6]) ?? 0
      options.encoding = try TextEncoding(named: texts[7])
      options.maxRows = Int(texts[8])
      options.quoteCharacter = texts[9] == "none" ? nil : texts[9]
      let shown = "\(TextOracle.text(Array(line[0].prefix(60)))) \(texts)"
      let expected = TextOracle.text(line[11])
      switch loaded(MemorySource(line[0]), options) {
      case .success(let array):
        #expect(expected == "ok", "\(shown): \(array.shape) but \(TextOracle.text(line[12]))")
        guard expected == "ok" else { continue }
        let right = try TextOracle.array(line[12..<15])
        #expect(array.dtype == right.dtype, "\(shown)")
        #expect(array.shape == right.shape, "\(shown)")
        #expect(array.bytes == right.bytes, "\(shown)")
      case .failure(let error):
        #expect(expected == "error", "\(shown): \(error)")
        guard expected == "error" else { continue }
        #expect(error.message == TextOracle.text(line[12]), "\(shown)")
      }
    }
  }

  private static func loaded(_ source: any ByteSource, _ options: LoadTextOptions) -> Result<AnyNDArray, FormatError> {
    do throws(FormatError) { return .success(try AnyNDArray.loadText(from: source, options: options)) } catch {
      return .failure(error)
    }
  }

  @Test func numbers() throws {
    try TextLoadTests.compare(
      """
      good = ["1 2 3\\n4 5 6\\n", "1\\t2\\n3 4", "1\\r2\\r3", "1 2\\r\\n3 4\\r\\n", "\\n\\n1 2\\n\\n3 4\\n# c\\n5 6 # x\\n", "7\\n", "1 2 3\\n",
              "1\\n2\\n3\\n", "  1   2  \\n 3 4\\n", "+1 -2\\n", "", "\\n", "# only\\n", "1 2\\n3\\n", "1 x\\n", "1 2\\n3 1_000\\n",
              "0x10\\n", "300 1\\n", "-129\\n", "70000\\n", "5000000000\\n", "99999999999999999999\\n", "-0\\n", "1.5\\n", "1e2\\n",
              "True\\n", "\\uff11\\n", "1\\x1c2\\u00a03\\u20034\\n", "1\\0002\\n", "1.\\n.5\\n", "1e400 -1e400\\n", "inf -inf\\n",
              "nan Infinity\\n", "1e\\n", ".\\n", "1d5\\n", "0x1.8p3\\n", "1e-400 5e-324\\n", "3.4028235e38 1e-45\\n", "'1'\\n",
              "1 2 3", "1 2 #3\\n4 5", "\\n\\n", "1\\n\\n2\\n", "-9223372036854775808 9223372036854775807\\n", "18446744073709551615\\n",
              "1 2\\n3 4\\n\\x01\\u200b 5\\n", "x" * 200 + "\\n", "it's 1\\n", "é 1\\n"]
      for dtype in ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", "F", "D", ">i4", ">f8", ">f4"]:
          for text in good:
              if dtype == "g" and ("0x" in text or "\\0" in text): continue
              load(text, dtype=dtype)
      for text in ["1,2\\n3,4\\n", " 1 , 2 \\n3,4", "1,,2\\n", ",\\n", "1,2,\\n", "1,2\\n\\n3,4\\n", "1, 2\\n \\n", "1,2 # c\\n", "1;2\\n", "1,2\\n3\\n",
                   "1,2\\r\\n3,4\\r\\n", "1,\\u00a02\\n"]:
          for dtype in ["i8", "f8", "f4", "?", "D", "f2"]:
              load(text, dtype=dtype, delimiter=",")
      for d in [";", "|", "\\t", " ", "e", "1", "é", ":", "-", "x", "\\u3000"]:
          load("1.5%s2\\n3%s4\\n" % (d, d), delimiter=d); load("5%s2\\n3%s4\\n" % (d, d), delimiter=d, dtype=int)
      for text in ["1+2j\\n", "(3-4j)\\n", "1e5-2e6j\\n", "nan+infj\\n", "2j\\n", "-j\\n", "1+-2j\\n", "1+\\n", "(1\\n", "1+2j)\\n", "1+2\\n", "(1)\\n",
                   "1++2j\\n", "1J\\n", "1+2j x\\n", "1 + 2j\\n", "( 1+2j )\\n", "1+2j\\u00a0\\n"]:
          load(text, dtype="D", delimiter=","); load(text, dtype="F", delimiter=","); load(text, dtype="D")
      """)
  }

  @Test func textDatesAndRecords() throws {
    try TextLoadTests.compare(
      """
      for dtype in ["U2", "U", "S2", "S", "U5", ">U3", "V2"]:
          for text in ["a bcd\\ne f\\n", "é x\\n", "\\u03a9 x\\n", "😀y 1\\n", "", "\\n", "a # b\\n", "a b\\nc\\n"]:
              if dtype == "S" and "\\u03a9" in text or dtype in "SU" and text.startswith("😀") and dtype == "S": continue
              load(text, dtype=dtype)
          load("a,,b\\n", dtype=dtype, delimiter=","); load(" a , b\\n", dtype=dtype, delimiter=",")
      dates = ["2020", "2020-01", "2020-01-31", "2020-1-1", "20200101", "2020-01-01T", "2020-01-01T05", "2020-01-01T05:06",
               "2020-01-01T05:06:07", "2020-01-01T05:06:07.", "2020-01-01T05:06:07.1234", "2020-01-01T05:06:07.123456789012345678",
               "2020-01-01T05:06:07.1234567890123456789", "2020-01-01T05:06:07Z", "2020-01-01T05:06+01:00", "2020-01-01T05-0130",
               "2020-01-01T24", "2020-02-30", "NaT", "nat", "nan", "+2020", "-2020", "-0001-01-01", "0000", "10000-02-03", "2020/01/01", "x"]
      for text in dates:
          for unit in ["M8[D]", "M8[Y]", "M8[s]", "M8[h]", "M8[25s]", ">M8[M]"]:
              load(text + "\\n", dtype=unit)
      for text in ["5\\n", "-5 7\\n", "NaT 1\\n", "x\\n", "1.5\\n", "1_0\\n"]:
          load(text, dtype="m8[D]"); load(text, dtype="m8[ns]")
      load("2020-01-01T05 2021-02\\n2022 NaT\\n", dtype="M8"); load("5\\n6\\n", dtype="m8"); load("2020-01\\n", dtype="M8")
      r = "i4,f8,U3"
      for text in ["1 2.5 abc\\n3 4 defg\\n", "1 2\\n", "1 2 3 4\\n", "x 2 c\\n", "1 2 c\\n\\n3 4 d\\n5\\n", "", "1 2.5 abc\\n"]:
          load(text, dtype=r)
      load("1,2,3,4\\n6,7,8,9\\n", delimiter=",", dtype=[("a", "u1", 2), ("b", "u1", 2)])
      load("0 1 2 3\\n", dtype=[("a", "u1", (2, 2))])
      load("100,1,2,3,4\\n200,5,6,7,8\\n", delimiter=",", dtype=[("code", "i8"), ("points", [("x", "f8"), ("y", "f8")], (2,))])
      load("1,2,3,4,5,6\\n7,8,9,10,11,12\\n", delimiter=",", dtype=np.dtype("i1,i4,i1,i4,i1,i4"))
      load("1 2 3\\n", dtype="i4,f8", usecols=[2, 0]); load("1 2 3\\n", dtype="i4,f8", usecols=[0])
      """)
  }

  @Test func parameters() throws {
    try TextLoadTests.compare(
      """
      t = "# head\\n1 2 3\\n4 5 6\\n\\n7 8 9\\n"
      for k in [dict(skiprows=1), dict(skiprows=2), dict(skiprows=4), dict(skiprows=100), dict(max_rows=0), dict(max_rows=1),
                dict(max_rows=2), dict(max_rows=3), dict(max_rows=9), dict(usecols=[0]), dict(usecols=0), dict(usecols=[2, 0]),
                dict(usecols=[-1]), dict(usecols=[0, 0, 1]), dict(usecols=[5]), dict(usecols=[-5]), dict(unpack=True),
                dict(ndmin=1), dict(ndmin=2), dict(ndmin=3), dict(ndmin=-1), dict(usecols=[1], ndmin=1), dict(usecols=[1], ndmin=2),
                dict(skiprows=4, ndmin=2), dict(skiprows=4, ndmin=1), dict(comments=None), dict(comments="2"), dict(comments=["#", "8"]),
                dict(comments="5 6"), dict(comments=["//", "#"]), dict(comments="", ), dict(comments=["#", ""]),
                dict(delimiter=" "), dict(delimiter="\\n"), dict(comments="\\n"), dict(quotechar="\\n"), dict(comments=" "),
                dict(quotechar=" "), dict(quotechar="#"), dict(delimiter="#"), dict(delimiter="5", quotechar="5"),
                dict(comments=["#", ","], delimiter=","), dict(comments=["//", "%"], quotechar="'"), dict(skiprows=-1), dict(max_rows=-1),
                dict(usecols=[0, 1], skiprows=100), dict(usecols=[0, 1], skiprows=100, ndmin=2), dict(skiprows=100, ndmin=2),
                dict(skiprows=100, dtype="i4,f8"), dict(skiprows=4, unpack=True, ndmin=2)]:
          load(t, **k)
      load("0 0 X\\n0 X 0 X\\n0 X X 0 X\\n", usecols=[0, -2]); load("0 0 X\\n0\\n0 X X 0 X\\n", usecols=[0, -2])
      for c in ["..", "//", "@-", "this is a comment:"]:
          load("# IGNORE\\n1.5, 2.5# ABC\\n3.0,4.0# XXX\\n5.5,6.0\\n".replace("#", c), delimiter=",", comments=c)
      load("1 2 // x\\n3 4 @ y\\n@ 8\\n5 6", comments=["//", "@"])
      for text in ['"1","2"\\n', '"a""b",""\\n', '"a\\nb",c\\n', '"a\\r\\nb",c\\n', '"a\\nb,c', '""\\n"x"\\n', 'a"b,c\\n', '"a"b,c\\n', '"a,b" ,c\\n']:
          for dtype in ["U5", "f8"]:
              load(text, delimiter=",", quotechar='"', dtype=dtype)
      load('"a"b c\\n "d e" f\\n', quotechar='"', dtype="U5"); load("é1é 2\\n", quotechar="é")
      for e in ["latin1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig", "ascii", "utf-8"]:
          load("1 é\\n2 ü\\n".encode(e, "replace"), encoding=e, dtype="U2")
          load("1 2\\n3 4\\n".encode(e), encoding=e)
      load("1 😀\\n".encode("utf-16"), encoding="utf-16", dtype="U2"); load("1 😀\\n".encode("utf-32"), encoding="utf-32", dtype="U2")
      for b, e in [(b"1\\0\\0\\xdc", "utf-16-le"), (b"\\0\\0\\x11\\0", "utf-32-le"), (b"\\0\\0\\xd8\\0", "utf-32-be")]:
          load(b, encoding=e)
      load(b"1 \\xff2\\n"); load(b"1 2\\n3 \\xe9", encoding="ascii"); load(b"1 \\xe2(\\x82\\n")
      """)
  }

  @Test func largeFiles() throws {
    try TextLoadTests.compare(
      """
      rng = np.random.default_rng(0)
      a = rng.integers(-1000, 1000, (20000, 10))
      out = io.BytesIO(); np.savetxt(out, a, fmt="%d", delimiter="\\t"); t = out.getvalue()
      load(t, dtype="i8", delimiter="\\t"); load(t, dtype="i2"); load(t, dtype="f4", delimiter="\\t"); load(t, max_rows=11234, dtype="i4")
      load(t, dtype="i4", usecols=[3, -1]); load(t.replace(b"\\n", b"\\r\\n"), dtype="i8"); load(t.replace(b"\\n", b"\\r"), dtype="i8")
      lines = t.split(b"\\n"); lines[14000] = b"1\\tx" + lines[14000]; load(b"\\n".join(lines), dtype="i8")
      lines[14000] = b"# c"; lines[100] = b""; lines[17000] = b"7"; load(b"\\n".join(lines), dtype="i8")
      lines[17000] = b" # c"; load(b"\\n".join(lines), dtype="i8")
      out = io.BytesIO(); np.savetxt(out, rng.standard_normal((15000, 8))); load(out.getvalue()); load(out.getvalue(), dtype="f8", delimiter=" ")
      load(b"\\n".join(b"%d abc%d" % (i, i) for i in range(20000)), dtype="U"); load(b"\\n".join(b"%d abc%d" % (i, i) for i in range(20000)), dtype="i4,S9")
      load(b"2012-03\\n" * 20000 + b"2013-01-15", dtype="M8")
      load(b'"1","x\\ny"\\n' * 20000, dtype="U3", quotechar='"', delimiter=",")
      """)
  }

  /// Rows that the fast readers take, and each kind of row that they must not.
  @Test func plainAndOtherRows() throws {
    try TextLoadTests.compare(
      """
      odd = ["1,2.5,ab", " 1 , 2.5 , ab ", "1,2.5,", "1,2.5,ab # c", "1,2.5,abcdefgh", "1,2.5,é", "1,,ab", ",2,ab", "1,2.5", "1,2.5,ab,4", "+1,-.5e3,x y",
             "300,1,\\u00a0x", "-0,-0,-0", "1,2.5,a\\tb", "1\\t,2,x", "1,2e,x", "1,0x1,x", "1,1_0,x", "1,nan,\\x1cx", "1,inf,\\x00", "", "# c", "1,2.5,#", "99999999999,1e400,x"]
      for text in odd:
          for end in ["\\n", "\\r\\n", "\\r"]:
              for dtype in ["i4,f8,U4", "i1,f4,S3", "u2,f2,U2"]:
                  for t in [end.join(["3,4,q", text, "7,8,z", ""]), end.join(["3,4,q", "5,6,t", text])]:
                      load(t, dtype=dtype, delimiter=","); load(t.replace(",", " "), dtype=dtype)
              t = end.join(["3,4,q", text, "7,8,z"])
              for u in [[0], [1], [0, 1], [1, 0], [2], [-1], [1, 1]]:
                  load(t, delimiter=",", usecols=u, dtype="f8"); load(t, delimiter=",", usecols=u, dtype="U3"); load(t.replace(",", " "), usecols=u, dtype="U3")
              load(t, delimiter=",", usecols=[2, 0], dtype="U3,i4"); load(t.replace(",", ", "), delimiter=",", usecols=[2, 0], dtype="U3,i4")
      rng = np.random.default_rng(1)
      r = np.zeros(30000, "i4,f8,U6"); r["f0"] = rng.integers(-9999, 9999, 30000); r["f1"] = rng.standard_normal(30000); r["f2"] = [f"n{i % 700}" for i in range(30000)]
      out = io.BytesIO(); np.savetxt(out, r, ["%d", "%.17g", "%s"], ","); t = out.getvalue()
      load(t, dtype=r.dtype, delimiter=","); load(t, dtype=r.dtype, delimiter=",", max_rows=29999); load(t, dtype="f8", delimiter=",", usecols=[1, 0])
      load(t, dtype="U6", delimiter=",", usecols=[2]); load(t, dtype=r.dtype, delimiter=",", max_rows=12345)
      lines = t.split(b"\\n"); lines[20000] = b"5,6,\\xc3\\xa9"; load(b"\\n".join(lines), dtype=r.dtype, delimiter=",")
      lines[25000] = b"5,x,y"; load(b"\\n".join(lines), dtype=r.dtype, delimiter=",")
      """)
  }

  /// As Python's codecs: which order the bytes have is not guessed.
  @Test func textWithoutByteOrderMark() throws {
    for (encoding, content) in [(TextEncoding.utf16, [0x31, 0, 0x0A, 0]), (.utf32, [0x31, 0, 0, 0])] as [(_, [UInt8])] {
      var options = LoadTextOptions()
      options.encoding = encoding
      let message = "UTF-\(encoding == .utf16 ? 16 : 32) stream does not start with BOM"
      let error = #expect(throws: FormatError.self) {
        try AnyNDArray.loadText(from: MemorySource(content), options: options)
      }
      #expect(error?.message == message)
      #expect(try AnyNDArray.loadText(from: MemorySource([]), options: options).count == 0)
    }
  }

  /// What lies between the fields of an aligned record is zero, whatever memory held before.
  @Test func gapsOfRecordsAreZero() throws {
    let dtype = try DType(
      descr: PythonLiteral(parsing: Array("[('a', '|i1'), ('', '|V7'), ('b', '<f8')]".utf8)))
    let text = String(repeating: "1 2\n", count: 40_000)
    let array = try AnyNDArray.loadText(from: MemorySource(Array(text.utf8)), options: LoadTextOptions(dtype: dtype))
    let bytes = array.bytes
    #expect(bytes.count == 640_000)
    #expect(bytes.indices.allSatisfy { $0 % 16 == 0 || $0 % 16 > 7 || bytes[$0] == 0 })
  }

  @Test func convertersAndColumns() throws {
    var options = LoadTextOptions(dtype: .float64, delimiter: ",")
    options.converters = [-1: { $0 == "XXX" ? .number(.nan) : .text($0) }]
    let array = try AnyNDArray.loadText(from: MemorySource(Array("1.5,2.5\n3.0,XXX\n".utf8)), options: options)
    #expect(array.shape == [2, 2])
    #expect(try NDArray<Double>(array).elements[..<3] == [1.5, 2.5, 3])
    options.dtype = .int32
    options.converters = [0: { _ in .number(1.7) }]
    let integers = try AnyNDArray.loadText(from: MemorySource(Array("1,2\n".utf8)), options: options)
    #expect(try NDArray<Int32>(integers).elements == [1, 2])
    var records = LoadTextOptions(dtype: "i4,f8")
    records.unpack = true
    let columns = try AnyNDArray.loadTextColumns(from: MemorySource(Array("1 2.5\n3 4\n".utf8)), options: records)
    #expect(try NDArray<Int32>(columns[0]).elements == [1, 3])
    #expect(try NDArray<Double>(columns[1]).elements == [2.5, 4])
  }

  @Test func longLinesAreBounded() throws {
    var options = LoadTextOptions()
    options.maxLineBytes = 1 << 16
    let source = MemorySource([UInt8](repeating: 49, count: 1 << 20))
    guard case .failure(let error) = TextLoadTests.loaded(source, options) else {
      Issue.record("a line beyond the limit was read")
      return
    }
    #expect(error.code == .limitExceeded)
  }

  @Test func warnings() throws {
    let path = "/tmp/npyio-empty-\(UInt64.random(in: 0 ... .max)).txt"
    try AnyNDArray(NDArray<Double>(zeros: 0)).saveText(to: path)
    final class Box: @unchecked Sendable { var texts: [FileWarning] = [] }
    let box = Box()
    var options = LoadTextOptions()
    options.onWarning = { box.texts.append($0) }
    #expect(try AnyNDArray.loadText(from: path, options: options).shape == [0])
    #expect(box.texts == ["loadtxt: input contained no data: \"\(path)\""])
  }
}
