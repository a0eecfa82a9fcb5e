internal import ArrayBytes
internal import NDArrays

/// A type of tensors in GGUF: numbers, or blocks of quantized ones.
struct GGUFType {
  let name: String
  /// How many elements a block has, along the first axis of the file.
  let blockCount: Int
  /// The bytes of a block.
  let blockSize: Int
  /// How the elements lie in the file.
  let elements: StoredTensor.Elements

  private init(_ name: String, _ blockCount: Int, _ blockSize: Int) {
    (self.name, self.blockCount, self.blockSize) = (name, blockCount, blockSize)
    elements = .blocks
  }

  private init(_ name: String, _ dtype: DType) {
    (self.name, blockCount, blockSize) = (name, 1, dtype.itemSize)
    elements = .dtype(dtype)
  }

  private init(_ name: String, _ format: ElementFormat) {
    (self.name, blockCount, blockSize) = (name, 1, format.itemSize)
    elements = .format(format)
  }

  /// The types by their numbers, those of ggml.h.
  static let types: [UInt32: GGUFType] = [
    0: GGUFType("F32", .float32), 1: GGUFType("F16", .float16), 2: GGUFType("Q4_0", 32, 18),
    3: GGUFType("Q4_1", 32, 20), 6: GGUFType("Q5_0", 32, 22), 7: GGUFType("Q5_1", 32, 24),
    8: GGUFType("Q8_0", 32, 34), 9: GGUFType("Q8_1", 32, 40), 10: GGUFType("Q2_K", 256, 84),
    11: GGUFType("Q3_K", 256, 110), 12: GGUFType("Q4_K", 256, 144), 13: GGUFType("Q5_K", 256, 176),
    14: GGUFType("Q6_K", 256, 210), 15: GGUFType("Q8_K", 256, 292), 16: GGUFType("IQ2_XXS", 256, 66),
    17: GGUFType("IQ2_XS", 256, 74), 18: GGUFType("IQ3_XXS", 256, 98), 19: GGUFType("IQ1_S", 256, 50),
    20: GGUFType("IQ4_NL", 32, 18), 21: GGUFType("IQ3_S", 256, 110), 22: GGUFType("IQ2_S", 256, 82),
    23: GGUFType("IQ4_XS", 256, 136), 24: GGUFType("I8", .int8), 25: GGUFType("I16", .int16),
    26: GGUFType("I32", .int32), 27: GGUFType("I64", .int64), 28: GGUFType("F64", .float64),
    29: GGUFType("IQ1_M", 256, 56), 30: GGUFType("BF16", .bfloat16), 34: GGUFType("TQ1_0", 256, 54),
    35: GGUFType("TQ2_0", 256, 66), 39: GGUFType("MXFP4", 32, 17), 40: GGUFType("NVFP4", 64, 36),
    41: GGUFType("Q1_0", 128, 18),
  ]
}
