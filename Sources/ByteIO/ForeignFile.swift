/// What a file is that is not one of NumPy's, recognised by its first bytes.
///
/// Downloads that failed, and files of other programs under the names `x.npy`, `x.npz` and `x.pkl`, would otherwise be
/// taken for damaged pickles, as NumPy takes them. Asked only after reading has failed, so that good files pay nothing.
package struct ForeignFile: Sendable {
  /// What the file is and what to do, in one line.
  package let message: String
  /// Whether it is text that may be a table of numbers.
  package let isTable: Bool
  /// Whether it is JSON.
  package let isJSON: Bool

  /// How many bytes are looked at: the signature of tar ends at byte 262.
  package static let prefixLength = 512

  /// - Returns: `nil` if the bytes have none of the known signatures.
  package init?(_ prefix: [UInt8]) {
    guard let message = ForeignFile.signature(of: prefix) ?? ForeignFile.text(prefix) ?? ForeignFile.other(prefix)
    else { return nil }
    self.message = message
    isTable = message == ForeignFile.table
    isJSON = message == ForeignFile.json
  }

  /// What a file is that has a name of text and is none: it has a known signature, and control characters, as a table that
  /// happens to begin like that has not.
  ///
  /// - Returns: `nil` for what may be text.
  package init?(binary prefix: [UInt8]) {
    guard prefix.contains(where: { $0 < 0x09 || (0x0E..<0x1A).contains($0) }),
      let message = ForeignFile.signature(of: prefix)
    else { return nil }
    self.message = message
    (isTable, isJSON) = (false, false)
  }

  /// What a file is that has a name of text and is no table: an HTML page, XML, an object of JSON, a PDF, or a pointer to
  /// the file that was meant.
  ///
  /// - Returns: `nil` for what may be a table.
  package init?(noTable prefix: [UInt8]) {
    let pointers = ["version https://git-lfs.github.com/spec/", "%PDF-"]
    let known = pointers.contains { prefix.starts(with: $0.utf8) } ? ForeignFile.signature(of: prefix) : nil
    guard let message = known ?? ForeignFile.text(prefix), message != ForeignFile.table else { return nil }
    isJSON = message == ForeignFile.json
    // A bracket may begin the name of a column, or numbers as NumPy prints them.
    if isJSON, !prefix.contains(UInt8(ascii: "{")) || prefix.contains(UInt8(ascii: "[")) { return nil }
    self.message = message
    isTable = false
  }

  private static let json =
    "this is JSON, not an array: look for the file that was meant, or for the error that it reports; --from json reads it"
  private static let table = "this is text: --from txt or --from csv, or the extension .txt or .csv, reads it"

  private struct Signature {
    let offset: Int
    let bytes: [UInt8]
    let message: String

    init(_ text: String, at offset: Int = 0, _ message: String) {
      self.init(Array(text.utf8), at: offset, message)
    }

    init(_ bytes: [UInt8], at offset: Int = 0, _ message: String) {
      (self.offset, self.bytes, self.message) = (offset, bytes, message)
    }

    func matches(_ prefix: [UInt8]) -> Bool { prefix.dropFirst(offset).starts(with: bytes) }
  }

  private static func signature(of prefix: [UInt8]) -> String? {
    signatures.first { $0.matches(prefix) }?.message
  }

  private static let decompress = "decompress it first"
  private static let hdf5 = "this is an HDF5 file: read it with h5py and save its datasets with np.save"

  private static let rData = "this is a file of R's: read it with pyreadr and save its columns with np.save"

  private static let signatures: [Signature] = [
    Signature(
      "version https://git-lfs.github.com/spec/", "this is a Git LFS pointer, not the file itself: run 'git lfs pull'"),
    Signature([0x1F, 0x8B], "this is compressed with gzip: \(decompress)"),
    Signature("BZh", "this is compressed with bzip2: \(decompress)"),
    Signature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "this is compressed with xz: \(decompress)"),
    Signature([0x28, 0xB5, 0x2F, 0xFD], "this is compressed with Zstandard: decompress it first, with 'zstd -d'"),
    Signature([0x04, 0x22, 0x4D, 0x18], "this is compressed with lz4: decompress it first, with 'lz4 -d'"),
    Signature([0x1F, 0x9D], "this is compressed with compress: decompress it first, with 'uncompress'"),
    Signature("LZIP", "this is compressed with lzip: decompress it first, with 'lzip -d'"),
    Signature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "this is a 7-Zip archive: extract its files first"),
    Signature("Rar!\u{1A}\u{07}", "this is a RAR archive: extract its files first"),
    Signature("ustar", at: 257, "this is a tar archive: extract its files first, with 'tar -xf'"),
    Signature(
      "MATLAB 5.0 MAT-file",
      "this is a MATLAB file: read it with scipy.io.loadmat and save its arrays with np.save"),
    Signature(
      "MATLAB 7.3 MAT-file",
      "this is a MATLAB 7.3 file, which is HDF5: read it with h5py and save its arrays with np.save"
    ),
    Signature([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], hdf5),
    Signature("CDF\u{1}", "this is a NetCDF file: read it with scipy.io.netcdf_file and save its arrays with np.save"),
    Signature("CDF\u{2}", "this is a NetCDF file: read it with scipy.io.netcdf_file and save its arrays with np.save"),
    Signature("CDF\u{5}", "this is a NetCDF file: read it with netCDF4 and save its arrays with np.save"),
    Signature([0x0E, 3, 0x13, 1], "this is an HDF4 file: read it with pyhdf and save its datasets with np.save"),
    Signature("SIMPLE  =", "this is a FITS file: read it with astropy.io.fits and save its arrays with np.save"),
    Signature("DICM", at: 128, "this is a DICOM file: read it with pydicom and save its pixel_array with np.save"),
    Signature("RDX2\n", rData), Signature("RDX3\n", rData),
    Signature(
      "RIFF", "this is a RIFF file, such as WAV: read it with scipy.io.wavfile and save its array with np.save"),
    Signature(
      [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
      "this is a file of an old Office, such as .xls: read it with pandas.read_excel, or save it as CSV there"),
    Signature("Obj\u{1}", "this is an Avro file: read it with fastavro and save its columns with np.save"),
    Signature("ORC", "this is an ORC file: read it with pandas.read_orc and save its columns with np.save"),
    Signature("GRIB", "this is a GRIB file: read it with cfgrib and save its arrays with np.save"),
    Signature("ply\n", "this is a PLY file: read it with plyfile and save its elements with np.save"),
    Signature("OggS\0", sound("Ogg")), Signature("fLaC\0", sound("FLAC")),
    Signature("PAR1", "this is a Parquet file: read it with pandas.read_parquet and save its columns with np.save"),
    Signature(
      "ARROW1", "this is an Arrow (Feather) file: read it with pandas.read_feather and save its columns with np.save"),
    Signature("FEA1", "this is a Feather file: read it with pandas.read_feather and save its columns with np.save"),
    Signature("GGUF", "this is a GGUF model, not what was asked for: npy convert makes an .npz archive of it"),
    Signature("%PDF-", "this is a PDF document, not an array: look for the file that was meant"),
    Signature([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], image("PNG")),
    Signature([0xFF, 0xD8, 0xFF], image("JPEG")),
    Signature("GIF8", image("GIF")),
    Signature([0x49, 0x49, 0x2A, 0], image("TIFF")),
    Signature([0x4D, 0x4D, 0, 0x2A], image("TIFF")),
    Signature(
      [0x7F, 0x45, 0x4C, 0x46], "this is a program or library (ELF), not an array: look for the file that was meant"),
    Signature("SQLite format 3\0", "this is an SQLite database: read it with Python's sqlite3"),
  ]

  private static func sound(_ format: String) -> String {
    "this is a recording (\(format)): read it with soundfile and save its array with np.save"
  }

  private static func image(_ format: String) -> String {
    "this is a \(format) image: read it with an image library, such as Pillow, and save its array with np.save"
  }

  /// HTML, XML, JSON and tables begin with characters that begin no pickle.
  private static func text(_ prefix: [UInt8]) -> String? {
    let isMarked = prefix.starts(with: [0xEF, 0xBB, 0xBF])
    let text = String(decoding: prefix.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
    let start = text.drop { $0.isWhitespace }
    let lowercased = start.lowercased()
    if ["<!doctype html", "<html", "<head", "<body", "<!--"].contains(where: lowercased.hasPrefix) {
      return "this is an HTML page, not the file: the download failed; download it again"
    }
    if lowercased.hasPrefix("<?xml") || lowercased.hasPrefix("<error") {
      return lowercased.contains("<error")
        ? "this is a server's error message (XML), not the file: the download failed; download it again"
        : "this is an XML document, not an array: look for the file that was meant"
    }
    if start.first == "{" || start.first == "[" {
      let next = start.dropFirst().first { !$0.isWhitespace }
      guard let next, "\"{}[]-0123456789tfn".contains(next), start.first == "[" || "\"}".contains(next) else {
        return nil
      }
      return json
    }
    // Not opcodes of pickles, but for 0, 1 and 2, which want something on the stack.
    guard let first = start.first, "+-0123456789#".contains(first),
      prefix.allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) })
    else { return nil }
    return table
  }

  private static func other(_ prefix: [UInt8]) -> String? {
    // Safetensors: the length of a header in 8 bytes, and the header, which is JSON
    // (https://github.com/huggingface/safetensors).
    if prefix.count > 9, prefix[5..<8].allSatisfy({ $0 == 0 }), prefix[8] == 0x7B,
      [0x22, 0x7D, 0x20].contains(prefix[9])
    {
      return "this is a safetensors file, not what was asked for: npy convert makes an .npz archive of it"
    }
    if prefix.count >= 8, prefix.allSatisfy({ $0 == 0 }) {
      return "the file begins with zeros, as files do whose copy or download was interrupted: copy it again"
    }
    return nil
  }
}

extension FormatError {
  /// The error of reading a source that turns out to be something else altogether, which says what it is; this error
  /// where the source is not recognised or is not at fault.
  package func explained(by source: any ByteSource) -> FormatError {
    guard [.wrongKind, .malformed, .truncated, .unsupported, .corrupt, .limitExceeded].contains(code),
      let prefix = try? source.readBytes(at: 0, upTo: ForeignFile.prefixLength), let foreign = ForeignFile(prefix)
    else { return self }
    return FormatError(.wrongKind, foreign.message, file: file ?? source.name)
  }
}
