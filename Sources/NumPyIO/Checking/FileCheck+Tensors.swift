internal import ArrayBytes
internal import ByteIO
internal import GGUFFiles
internal import NDArrays
internal import SafetensorsFiles

extension FileCheck {
  /// Checks a model's file of one of the kinds that hold tensors.
  mutating func checkModel(_ source: any ByteSource) throws(FormatError) {
    if try FileKind(of: source) == .gguf { return try checkGGUF(source) }
    let file = try SafetensorsFile(source)
    try checkTensors(file, oddities: file.oddities)
  }

  /// Checks a model of llama.cpp's, and what follows its tensors.
  mutating func checkGGUF(_ source: any ByteSource) throws(FormatError) {
    let file = try GGUFFile(source)
    try checkTensors(file)
    try checkFollowing(source, at: file.dataEnd, what: "the tensors", member: nil)
  }

  /// Checks the tensors of a model, all of whose bytes are read; that they fit the header is known.
  mutating func checkTensors(_ file: any TensorFile, oddities: [String] = []) throws(FormatError) {
    for oddity in oddities { note(.warning, FormatError(.malformed, oddity, file: path)) }
    for error in file.failures { note(.error, error.at(file: path)) }
    for tensor in file.tensors where tensor.failure == nil {
      do throws(FormatError) {
        if tensor.elements == .blocks {
          // Nobody here knows what they mean, but they are there.
          for start in stride(from: 0, to: tensor.byteCount, by: 8 << 20) {
            let count = min(8 << 20, tensor.byteCount - start)
            _ = try tensor.source.readBytes(at: tensor.offset + start, count: count, "the tensor")
          }
          continue
        }
        let blocks = try tensor.storedBlocks()
        var isOdd = false
        try blocks.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
          if run.dtype.kind == .bool, !isOdd { isOdd = try hasOddBytes(run, blocks) }
        }
        if isOdd {
          let text = "truth values that are neither 0 nor 1"
          note(.warning, FormatError(.badValue, text, file: path, member: tensor.name, offset: tensor.offset))
        }
      } catch {
        if error.code == .cancelled { throw error }
        note(.error, error.at(file: path, member: tensor.name))
      }
    }
  }

  private func hasOddBytes(_ run: AnyNDArray, _ source: any ArrayBlockSource) throws(FormatError) -> Bool {
    try source.wrapping { () throws(ArrayError) in
      try NDArray<UInt8>(run.viewed(as: .uint8)).elements.contains { $0 > 1 }
    }
  }
}
