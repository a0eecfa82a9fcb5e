/// The header of an IDX file, which the images and labels of MNIST come in (http://yann.lecun.com/exdb/mnist): two zeros,
/// the type of the elements, the number of axes, and the length of each in four bytes, the first byte the highest.
struct IDXHeader {
  private let dtype: String
  private let shape: [Int]

  /// - Returns: `nil` if the bytes begin otherwise.
  init?(_ prefix: [UInt8]) {
    let types: [UInt8: String] = [8: "u1", 9: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"]
    guard prefix.count >= 8, prefix[0] == 0, prefix[1] == 0, let dtype = types[prefix[2]], (1...8).contains(prefix[3]),
      prefix.count >= 4 + 4 * Int(prefix[3])
    else { return nil }
    self.dtype = dtype
    shape = (0..<Int(prefix[3])).map { axis in
      prefix[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  var message: String {
    "this is an IDX file, as those of MNIST: \(dtype) of shape (\(list)\(shape.count == 1 ? "," : "")) behind a header of "
      + "\(headerSize) bytes"
  }

  var commandHint: String { "--from raw --dtype '\(dtype)' --offset \(headerSize) --shape \(list) reads it" }

  private var headerSize: Int { 4 + 4 * shape.count }
  private var list: String { shape.map(String.init).joined(separator: ",") }
}
