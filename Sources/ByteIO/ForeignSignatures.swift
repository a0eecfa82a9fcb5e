/// The first bytes by which a kind of file is known, and what to do with such a file.
///
/// From the formats' own descriptions; the ones that are not published as the Library of Congress, or Gary Kessler's table of
/// file signatures, has them.
struct ForeignSignature {
  private let offset: Int
  private let bytes: [UInt8]
  /// Bytes that stand elsewhere, where the first are those of several kinds.
  private let others: [(offset: Int, bytes: [UInt8])]
  private let message: String

  private init(_ bytes: [UInt8], at offset: Int = 0, and others: [(Int, [UInt8])] = [], _ message: String) {
    (self.offset, self.bytes, self.message) = (offset, bytes, message)
    self.others = others.map { (offset: $0.0, bytes: $0.1) }
  }

  private init(_ text: String, at offset: Int = 0, and others: [(Int, String)] = [], _ message: String) {
    self.init(Array(text.utf8), at: offset, and: others.map { ($0.0, Array($0.1.utf8)) }, message)
  }

  private func matches(_ prefix: [UInt8]) -> Bool {
    prefix.dropFirst(offset).starts(with: bytes)
      && others.allSatisfy { prefix.dropFirst($0.offset).starts(with: $0.bytes) }
  }

  /// What a file is and what to do, in one line; `nil` if its first bytes are those of no kind that is known.
  static func message(of prefix: [UInt8]) -> String? {
    if let packed = packedMessage(of: prefix) { return packed }
    for group in [pointers, recodedPickles, data, images, sounds, programs, documents] {
      if let known = group.first(where: { $0.matches(prefix) }) { return known.message }
    }
    return shaped(prefix)
  }

  /// The same of what other files are packed in: compressions and archives.
  static func packedMessage(of prefix: [UInt8]) -> String? {
    if let known = packed.first(where: { $0.matches(prefix) }) { return known.message }
    // compress of Unix: codes of 9 to 16 bits, and no bits that nobody knows.
    let isOfCompress = prefix.count > 3 && prefix[0] == 0x1F && prefix[1] == 0x9D && prefix[2] & 0x60 == 0
    return isOfCompress && (9...16).contains(prefix[2] & 0x1F) ? compressed("compress", "uncompress") : nil
  }

  // MARK: Words

  private static let otherFile = "look for the file that was meant"

  private static func compressed(_ name: String, _ command: String? = nil) -> String {
    "this is compressed with \(name): decompress it first" + (command.map { ", with '\($0)'" } ?? "")
  }

  private static func archive(_ name: String, _ command: String? = nil) -> String {
    "this is \(name): extract its files first" + (command.map { ", with '\($0)'" } ?? "")
  }

  private static func read(_ name: String, _ reader: String, _ what: String = "arrays") -> String {
    "this is \(name): read it with \(reader) and save its \(what) with np.save"
  }

  private static func image(_ format: String) -> String {
    "this is \(format) image: read it with an image library, such as Pillow, and save its array with np.save"
  }

  private static func sound(_ format: String) -> String {
    "this is a recording (\(format)): read it with soundfile and save its array with np.save"
  }

  private static func video(_ format: String) -> String {
    "this is a video (\(format)): read it with PyAV or OpenCV and save its frames with np.save"
  }

  private static func program(_ kind: String) -> String {
    "this is \(kind), not an array: \(otherFile)"
  }

  // MARK: Kinds

  private static let lfs = "this is a Git LFS pointer, not the file itself: run 'git lfs pull'"

  private static let pointers = [
    ForeignSignature("version https://git-lfs.github.com/spec/", lfs),
    ForeignSignature("version https://hawser.github.com/spec/", lfs),
    ForeignSignature("/annex/objects/", "this is a pointer of git-annex, not the file itself: run 'git annex get'"),
    ForeignSignature("outs:\n- ", "this is a pointer of DVC, not the file itself: run 'dvc pull'"),
    ForeignSignature("outs:\r\n- ", "this is a pointer of DVC, not the file itself: run 'dvc pull'"),
  ]

  private static let packed = [
    ForeignSignature([0x1F, 0x8B], compressed("gzip")),
    ForeignSignature("BZh", compressed("bzip2")),
    ForeignSignature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], compressed("xz")),
    ForeignSignature([0x28, 0xB5, 0x2F, 0xFD], compressed("Zstandard", "zstd -d")),
    ForeignSignature([0x04, 0x22, 0x4D, 0x18], compressed("lz4", "lz4 -d")),
    ForeignSignature("LZIP", compressed("lzip", "lzip -d")),
    ForeignSignature("LRZI", compressed("lrzip", "lrzip -d")),
    ForeignSignature([0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A], compressed("lzop", "lzop -d")),
    // A part of several, by its marker (PKWARE's APPNOTE 6.3.10, 8.5.3).
    ForeignSignature(
      [0x50, 0x4B, 7, 8],
      "this is the first part of a divided zip archive: zip -s 0 LAST.zip --out WHOLE.zip joins them"),
    ForeignSignature([0xFF, 6, 0, 0, 0x73, 0x4E, 0x61, 0x50, 0x70, 0x59], compressed("Snappy")),
    ForeignSignature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], archive("a 7-Zip archive")),
    ForeignSignature("Rar!\u{1A}\u{07}", archive("a RAR archive")),
    ForeignSignature("ustar", at: 257, archive("a tar archive", "tar -xf")),
    ForeignSignature("!<arch>\n", archive("an ar archive", "ar x")),
    ForeignSignature("!<thin>\n", archive("an ar archive", "ar x")),
    ForeignSignature("070701", archive("a cpio archive", "cpio -i")),
    ForeignSignature("070702", archive("a cpio archive", "cpio -i")),
    ForeignSignature("070707", archive("a cpio archive", "cpio -i")),
    ForeignSignature("MSCF\0\0\0\0", archive("a cabinet of Windows")),
    ForeignSignature("MSWIM\0\0\0", archive("an image of Windows")),
    ForeignSignature("xar!\0", archive("a xar archive")),
    ForeignSignature([0xED, 0xAB, 0xEE, 0xDB], archive("an RPM package", "rpm2cpio")),
    ForeignSignature("hsqs", archive("a SquashFS image", "unsquashfs")),
  ]

  static let hdf5 = read("an HDF5 file", "h5py", "datasets")
  private static let rData = read("a file of R's", "pyreadr", "columns")
  private static let stata = read("a Stata file", "pandas.read_stata", "columns")
  private static let spss = read("an SPSS file", "pandas.read_spss", "columns")

  /// What is said of a binary file whose bytes above 127 were written as characters in UTF-8, of Latin-1 or of what stands for
  /// what cannot be decoded.
  static func recoded(_ kind: String) -> String {
    "this was \(kind), whose bytes were changed as if they were text: fetch it again, as a binary file"
  }

  private static let recodedPickles = (UInt8(2)...5).flatMap { version in
    [[0xC2, 0x80], [0xEF, 0xBF, 0xBD]].map { ForeignSignature($0 + [version], recoded("a pickle")) }
  }

  private static let ggml =
    "this is a model of an old llama.cpp (GGML): its scripts convert it to GGUF"

  private static let data = [
    ForeignSignature([0xC2, 0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], recoded("a .npy file")),
    ForeignSignature([0xEF, 0xBF, 0xBD, 0x4E, 0x55, 0x4D, 0x50, 0x59], recoded("a .npy file")),
    ForeignSignature([0x1F, 0xC2, 0x8B, 0x08], recoded("a file compressed with gzip")),
    ForeignSignature([0x1F, 0xEF, 0xBF, 0xBD, 0x08], recoded("a file compressed with gzip")),
    ForeignSignature("MATLAB 5.0 MAT-file", read("a MATLAB file", "scipy.io.loadmat")),
    ForeignSignature("MATLAB 7.3 MAT-file", read("a MATLAB 7.3 file, which is HDF5", "h5py")),
    ForeignSignature([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], hdf5),
    ForeignSignature("CDF\u{1}", read("a NetCDF file", "scipy.io.netcdf_file")),
    ForeignSignature("CDF\u{2}", read("a NetCDF file", "scipy.io.netcdf_file")),
    ForeignSignature("CDF\u{5}", read("a NetCDF file", "netCDF4")),
    ForeignSignature([0xCD, 0xF3, 0, 1], read("a CDF file of NASA's", "cdflib")),
    ForeignSignature([0xCD, 0xF2, 0x60, 2], read("a CDF file of NASA's", "cdflib")),
    ForeignSignature([0x0E, 3, 0x13, 1], read("an HDF4 file", "pyhdf", "datasets")),
    ForeignSignature("SIMPLE  =", read("a FITS file", "astropy.io.fits")),
    ForeignSignature("DICM", at: 128, read("a DICOM file", "pydicom", "pixel_array")),
    ForeignSignature("n+1\0", at: 344, read("a NIfTI image", "nibabel", "array")),
    ForeignSignature("ni1\0", at: 344, read("the header of a NIfTI image", "nibabel", "array")),
    ForeignSignature("NRRD0", read("an NRRD file", "pynrrd", "array")),
    ForeignSignature("ObjectType = Image", read("the header of a MetaImage", "SimpleITK", "array")),
    ForeignSignature("RDX2\n", rData), ForeignSignature("RDX3\n", rData), ForeignSignature("RDA2\n", rData),
    ForeignSignature("RDA3\n", rData), ForeignSignature("X\n\0\0\0\u{2}\0", rData),
    ForeignSignature("X\n\0\0\0\u{3}\0", rData), ForeignSignature("A\n2\n", rData), ForeignSignature("A\n3\n", rData),
    ForeignSignature("<stata_dta>", stata),
    ForeignSignature(
      [0xC2, 0xEA, 0x81, 0x60, 0xB3, 0x14, 0x11, 0xCF, 0xBD, 0x92], at: 12,
      read("a SAS file", "pandas.read_sas", "columns")),
    ForeignSignature("HEADER RECORD*******", read("a SAS transport file", "pandas.read_sas", "columns")),
    ForeignSignature("$FL2", spss), ForeignSignature("$FL3", spss),
    ForeignSignature("Obj\u{1}", read("an Avro file", "fastavro", "columns")),
    ForeignSignature("ORC", read("an ORC file", "pandas.read_orc", "columns")),
    ForeignSignature("GRIB", read("a GRIB file", "cfgrib")),
    ForeignSignature("BUFR", read("a BUFR file", "eccodes")),
    ForeignSignature("ply\n", read("a PLY file", "plyfile", "elements")),
    ForeignSignature("ply\r\n", read("a PLY file", "plyfile", "elements")),
    ForeignSignature("LASF", read("a LAS file", "laspy", "points")),
    ForeignSignature("# vtk DataFile", read("a VTK file", "meshio")),
    ForeignSignature("%%MatrixMarket", read("a Matrix Market file", "scipy.io.mmread", "array")),
    ForeignSignature("PAR1", read("a Parquet file", "pandas.read_parquet", "columns")),
    ForeignSignature("ARROW1", read("an Arrow (Feather) file", "pandas.read_feather", "columns")),
    ForeignSignature("FEA1", read("a Feather file", "pandas.read_feather", "columns")),
    ForeignSignature(
      [0xFF, 0xFF, 0xFF, 0xFF], and: [(6, [0, 0, 0x10, 0])],
      read("a stream of Arrow's", "pyarrow.ipc.open_stream", "columns")),
    ForeignSignature("GGUF", "this is a GGUF model, not what was asked for: npy convert makes an .npz archive of it"),
    ForeignSignature("lmgg", ggml), ForeignSignature("fmgg", ggml), ForeignSignature("tjgg", ggml),
    ForeignSignature("algg", ggml),
    // The same numbers in the other byte order: a version, or a count of words, follows.
    ForeignSignature("ggml", and: [(4, "\0")], ggml), ForeignSignature("ggmf", and: [(4, "\0")], ggml),
    ForeignSignature("ggjt", and: [(4, "\0")], ggml), ForeignSignature("ggla", and: [(4, "\0")], ggml),
    ForeignSignature("TFL3", at: 4, "this is a TensorFlow Lite model: read its tensors with tf.lite.Interpreter"),
    ForeignSignature("SQLite format 3\0", "this is an SQLite database: read it with Python's sqlite3"),
    ForeignSignature("DUCK", at: 8, "this is a DuckDB database: read it with duckdb"),
    ForeignSignature([0xD4, 0xC3, 0xB2, 0xA1], read("a capture of packets (pcap)", "scapy", "packets")),
    ForeignSignature([0xA1, 0xB2, 0xC3, 0xD4], read("a capture of packets (pcap)", "scapy", "packets")),
    ForeignSignature([0x0A, 0x0D, 0x0D, 0x0A], read("a capture of packets (pcapng)", "scapy", "packets")),
  ]

  private static let images = [
    ForeignSignature([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], image("a PNG")),
    ForeignSignature([0xFF, 0xD8, 0xFF], image("a JPEG")), ForeignSignature("GIF8", image("a GIF")),
    ForeignSignature([0x49, 0x49, 0x2A, 0], image("a TIFF")), ForeignSignature([0x4D, 0x4D, 0, 0x2A], image("a TIFF")),
    ForeignSignature([0x49, 0x49, 0x2B, 0], image("a BigTIFF")),
    ForeignSignature([0x4D, 0x4D, 0, 0x2B], image("a BigTIFF")),
    ForeignSignature("BM", and: [(6, "\0\0\0\0"), (15, "\0\0\0")], image("a BMP")),
    ForeignSignature("RIFF", and: [(8, "WEBP")], image("a WebP")),
    ForeignSignature([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20], image("a JPEG 2000")),
    ForeignSignature([0xFF, 0x4F, 0xFF, 0x51], image("a JPEG 2000")),
    ForeignSignature([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20], image("a JPEG XL")),
    ForeignSignature("ftyphei", at: 4, image("a HEIC")), ForeignSignature("ftyphev", at: 4, image("a HEIC")),
    ForeignSignature("ftypmif1", at: 4, image("a HEIC")), ForeignSignature("ftypavif", at: 4, image("an AVIF")),
    ForeignSignature([0, 0, 1, 0], and: [(5, [0])], image("an icon, an")),
    ForeignSignature("8BPS\0", image("a Photoshop")),
    ForeignSignature([0x76, 0x2F, 0x31, 1], image("an OpenEXR")), ForeignSignature("DDS |\0\0\0", image("a DDS")),
    ForeignSignature("gimp xcf", image("a GIMP")), ForeignSignature("qoif", image("a QOI")),
  ]

  private static let sounds = [
    ForeignSignature("RIFF", and: [(8, "AVI ")], video("AVI")),
    ForeignSignature(
      "RIFF", "this is a RIFF file, such as WAV: read it with scipy.io.wavfile and save its array with np.save"),
    ForeignSignature("OggS\0", sound("Ogg")), ForeignSignature("fLaC\0", sound("FLAC")),
    ForeignSignature("ID3", sound("MP3")),
    ForeignSignature("MThd\0\0\0\u{6}", sound("MIDI")), ForeignSignature("FORM", and: [(8, "AIF")], sound("AIFF")),
    ForeignSignature(".snd\0\0", sound("AU")), ForeignSignature("caff\0", sound("CAF")),
    ForeignSignature("#!AMR", sound("AMR")), ForeignSignature("ftypM4A", at: 4, sound("M4A")),
    ForeignSignature("ftyp", at: 4, video("MP4")), ForeignSignature([0x1A, 0x45, 0xDF, 0xA3], video("Matroska")),
    ForeignSignature("FLV\u{1}", video("FLV")), ForeignSignature([0, 0, 1, 0xBA], video("MPEG")),
    ForeignSignature([0, 0, 1, 0xB3], video("MPEG")),
    ForeignSignature([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], video("ASF")),
  ]

  private static let macho = program("a program or library of Apple's")

  private static let programs = [
    ForeignSignature("PACK\0\0\0", "this is a pack of git's objects, not an array: \(otherFile)"),
    ForeignSignature([0x7F, 0x45, 0x4C, 0x46], program("a program or library (ELF)")),
    ForeignSignature([0xCF, 0xFA, 0xED, 0xFE], macho), ForeignSignature([0xCE, 0xFA, 0xED, 0xFE], macho),
    ForeignSignature([0xFE, 0xED, 0xFA, 0xCF], macho), ForeignSignature([0xFE, 0xED, 0xFA, 0xCE], macho),
    ForeignSignature([0xCA, 0xFE, 0xBA, 0xBE], program("a class of Java's, or a program of Apple's")),
    ForeignSignature("\0asm", program("a WebAssembly module")),
    ForeignSignature("dex\n0", program("a program of Android's")),
    ForeignSignature([0x1B, 0x4C, 0x75, 0x61], program("a compiled Lua script")),
    ForeignSignature("#!/", program("a script")), ForeignSignature("wOFF", program("a font")),
    ForeignSignature("wOF2", program("a font")), ForeignSignature("OTTO\0", program("a font")),
    ForeignSignature([0, 1, 0, 0, 0], program("a font")),
  ]

  private static let documents = [
    ForeignSignature("%PDF-", "this is a PDF document, not an array: \(otherFile)"),
    ForeignSignature("%!PS", "this is a PostScript document, not an array: \(otherFile)"),
    ForeignSignature("{\\rtf", "this is a document (RTF), not an array: \(otherFile)"),
    ForeignSignature("-----BEGIN ", "this is a key or a certificate (PEM), not an array: \(otherFile)"),
    ForeignSignature(
      [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
      "this is a file of an old Office, such as .xls: read it with pandas.read_excel, or save it as CSV there"),
  ]

  // MARK: Kinds without a signature

  /// Kinds that are known by what several of their first bytes are.
  private static func shaped(_ prefix: [UInt8]) -> String? {
    guard prefix.count >= 20 else { return isAnymap(prefix) ? image("a Netpbm") : nil }
    func word(_ place: Int) -> UInt32 {
      (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(prefix[place + $1]) }
    }
    if isAnymap(prefix) { return image("a Netpbm") }
    // A frame of MPEG's third layer, twice the bits of which are none that are reserved.
    if prefix[0] == 0xFF, [0xFB, 0xFA, 0xF3, 0xF2].contains(prefix[1]), prefix[2] >> 4 != 15, prefix[2] >> 4 != 0,
      prefix[2] & 0x0C != 0x0C
    {
      return sound("MP3")
    }
    // Compiled Python: a version and CR LF, then flags.
    if prefix[2] == 0x0D, prefix[3] == 0x0A, prefix[1] == 0x0D, word(4) <= 3 { return program("compiled Python") }
    if prefix.starts(with: [0x4D, 0x5A]), prefix[3] == 0 || prefix[3] == 1 { return program("a program of Windows") }
    // Stata before its version 13: the version, the byte order, 1, 0.
    if (0x68...0x73).contains(prefix[0]), [1, 2].contains(prefix[1]), prefix[2] == 1, prefix[3] == 0 { return stata }
    // MATLAB's fourth version: a type, two lengths, whether there is an imaginary part, and how long the name is.
    let named = Int(word(16))
    if word(0) <= 52, word(4) > 0, word(8) > 0, word(4) < 1 << 28, word(8) < 1 << 28, word(12) <= 1,
      (2...64).contains(named),
      prefix.count >= 20 + named, prefix[19 + named] == 0,
      prefix[20..<(19 + named)].allSatisfy({
        ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x5F || (0x30...0x39).contains($0)
      })
    {
      return read("a MATLAB 4 file", "scipy.io.loadmat")
    }
    // ONNX: its version, and then who wrote it, in the fields 1 and 2 of a message.
    if prefix[0] == 8, prefix[1] < 32, prefix[2] == 0x12, (1...64).contains(prefix[3]),
      prefix[4..<min(prefix.count, 4 + Int(prefix[3]))].allSatisfy({ (0x20..<0x7F).contains($0) })
    {
      return read("an ONNX model", "onnx", "tensors (onnx.numpy_helper.to_array)")
    }
    return nil
  }

  /// Whether bytes begin as images of Netpbm: `P1` to `P7`, `PF` or `Pf`, white space, and a number.
  private static func isAnymap(_ prefix: [UInt8]) -> Bool {
    guard prefix.count > 4, prefix[0] == 0x50, prefix[2] == 0x0A || prefix[2] == 0x20 else { return false }
    guard (0x31...0x36).contains(prefix[1]) || prefix[1] | 0x20 == 0x66 else {
      return prefix.starts(with: Array("P7\nWIDTH".utf8))
    }
    return (0x30...0x39).contains(prefix[3]) || prefix[3] == 0x23
  }
}
