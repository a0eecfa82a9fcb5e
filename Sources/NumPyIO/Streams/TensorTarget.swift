internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import SafetensorsFiles
internal import TorchFiles

/// Writes a model's file, which says before the first tensor what all of them are: their names, dtypes and shapes are
/// gathered, and their elements taken from their sources afterwards.
final class TensorTarget: ArchiveTarget {
  private let sink: any ByteSink
  private let path: String
  /// safetensors, or PyTorch's.
  private let format: FileFormat
  private let options: SaveOptions
  private var arrays: [(name: String, array: LazyArray)] = []
  private var metadata: [(key: String, value: String)] = []
  private var leftOut: [String] = []

  init(_ sink: any ByteSink, _ path: String, _ format: FileFormat, _ options: SaveOptions) {
    self.sink = sink
    self.path = path
    self.format = format
    self.options = options
  }

  var holdsFiles: Bool { false }

  func add(_ name: String, _ array: LazyArray) throws(FormatError) { arrays.append((name, array)) }

  func add(file name: String, bytes: [UInt8]) throws(FormatError) { leftOut.append(name) }

  func add(metadata: [(key: String, value: String)]) throws(FormatError) { self.metadata += metadata }

  func finish() throws(FormatError) {
    if !leftOut.isEmpty { options.onWarning?("left out what is no array: \(leftOut.listed())") }
    var tensors: [(name: String, blocks: any ArrayBlockSource)] = []
    for (name, array) in arrays {
      do throws(FormatError) {
        guard !array.dtype.hasObjects else {
          throw format == .pt ? TorchWriter.unsupported(array.dtype) : SafetensorsWriter.unsupported(array.dtype)
        }
        // The elements as they are stored, if the file has a type for them.
        let blocks = try array.blocks()
        let source = try Conversion.streamable(
          blocks.encoded ?? blocks, array.spool, SinkNeeds(count: true, order: true))
        if format == .safetensors, let encoded = source.encoded, !SafetensorsWriter.hasType(for: encoded.format) {
          options.onWarning?(
            "safetensors have no type \(encoded.format.rawValue): \(name) is written as \(encoded.format.dtype)")
        }
        tensors.append((name, source))
      } catch { throw error.at(member: name) }
    }
    guard format == .safetensors else {
      options.warnOfMetadata(metadata)
      return try TorchWriter.write(tensors, to: sink, path: path)
    }
    try SafetensorsWriter.write(tensors, metadata: metadata.isEmpty ? nil : metadata, to: sink, path: path)
  }
}
