import ArgumentParser
import ByteIO
import NumPyIO

/// What `convert` does to each array on its way.
struct ArrayOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "The new shape, as 100000,10; -1 once for what is left.")
  var reshape: String?
  @Option(
    parsing: .unconditional,
    help: "The new dtype: anything that np.dtype takes as a string, and bfloat16, float8_e4m3fn, int4 and the like.")
  var astype: String?
  @Option(help: "C or F: which axis runs fastest in the result.")
  var order: MemoryOrder?

  enum MemoryOrder: String, ExpressibleByArgument {
    case c = "C"
    case f = "F"
  }

  /// A shape as people write it.
  static func dimensions(_ text: String) throws -> [Int] {
    let dimensions = text.split(separator: ",", omittingEmptySubsequences: true).map { Int($0.filter { $0 != " " }) }
    guard dimensions.allSatisfy({ $0 != nil }) else {
      throw ValidationError("'\(text)' is not a shape: write integers with commas, as 100000,10")
    }
    return dimensions.compactMap { $0 }
  }

  /// The transforms of the library, in the order in which they are applied.
  func transforms() throws -> [ArrayTransform] {
    var transforms: [ArrayTransform] = []
    if let reshape { transforms.append(.reshape(try ArrayOptions.dimensions(reshape))) }
    if let astype { transforms.append(try ArrayTransform(astype: astype)) }
    if let order { transforms.append(.order(fortran: order == .f)) }
    return transforms
  }
}

extension ArrayTransform {
  /// What `--astype` asks for: a dtype of NumPy's, or a format of ml_dtypes by its name.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for what is neither.
  init(astype text: String) throws(FormatError) {
    if let format = ElementFormat(rawValue: text) {
      self = .encode(format)
      return
    }
    do throws(ArrayError) { self = .cast(try DType(parsing: text)) } catch {
      throw FormatError(.badArgument, error.message)
    }
  }
}
