import NDArrays
import PythonLiterals
import PlatformC

/// Runs NumPy and reads what it answers: lines of fields between tabs.
///
/// Each field is the hexadecimal form of UTF-8 text or bytes, so that anything may stand in it. The scripts call
/// `emit(*fields)`.
enum TextOracle {
  struct Trouble: Error { var message: String }

  private static let prelude = """
    import io, os, sys, tempfile, warnings
    import numpy as np
    warnings.simplefilter("ignore")
    def emit(*fields):
        print("\\t".join((f if isinstance(f, bytes) else str(f).encode("utf-8", "surrogatepass")).hex() for f in fields))
    def descr(dtype):
        return "[]" if dtype.names == () else repr(dtype.descr) if dtype.names else dtype.str
    def array(a):
        raw = bytearray(a.tobytes())
        if a.dtype.char in "gG":
            # The six bytes that pad an x87 number are not NumPy's to set.
            for i in range(0, len(raw), 16): raw[i + 10:i + 16] = bytes(6)
        return descr(a.dtype), ",".join(map(str, a.shape)), bytes(raw)

    """

  /// The lines that a script emits.
  static func run(_ script: String) throws -> [[[UInt8]]] {
    let path = "/tmp/npyio-oracle-\(getpid())-\(UInt32.random(in: 0 ... .max)).py"
    guard let file = unsafe fopen(path, "w") else { throw Trouble(message: "cannot write \(path)") }
    unsafe fputs(prelude + script, file)
    unsafe fclose(file)
    defer { unsafe unlink(path) }
    var python = "python3"
    if let name = unsafe getenv("NPY_PYTHON") { python = unsafe String(cString: name) }
    // -P: a file beside the script must not pass for one of Python's own modules.
    guard let pipe = unsafe popen("\(python) -P \(path)", "r") else { throw Trouble(message: "no \(python)") }
    var output: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = unsafe fread(&block, 1, block.count, pipe)
      if got == 0 { break }
      output += block[..<got]
    }
    guard unsafe pclose(pipe) == 0 else { throw Trouble(message: "the script failed") }
    return output.split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { bytes(fromHex: Array($0)) }
    }
  }

  static func bytes(fromHex digits: [UInt8]) -> [UInt8] {
    func value(_ digit: UInt8) -> UInt8 { digit < 58 ? digit - 48 : digit - 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }

  static func text(_ field: [UInt8]) -> String { String(decoding: field, as: UTF8.self) }

  /// The array that `array(a)` emitted in three fields.
  static func array(_ fields: ArraySlice<[UInt8]>) throws -> AnyNDArray {
    let fields = Array(fields)
    return try AnyNDArray(
      bytes: fields[2], dtype: try dtype(fields[0]),
      shape: text(fields[1]).split(separator: ",").compactMap { Int($0) })
  }

  /// A dtype in its notation, or as `dtype.descr`, in which padding is a field without a name.
  static func dtype(_ field: [UInt8]) throws -> DType {
    let isList = field.first == UInt8(ascii: "[")
    return isList ? try DType(descr: PythonLiteral(parsing: field)) : try DType(text(field))
  }
}
