package import PickledArrays
package import ArrayBytes
package import ByteIO
internal import NDArrays

/// What a sink needs to know, and in which order it takes the elements.
package struct SinkNeeds: Sendable {
  /// Whether the first byte depends on the number of elements.
  var count = false
  /// Whether elements are taken in C order only.
  var order = false
  /// Whether elements are taken as numbers, and not as bytes of a format that NumPy has no dtype for.
  var numbers = false

  static let nothing = SinkNeeds()
}

/// Where an array goes: the last stage of every conversion.
package protocol ArraySink {
  var needs: SinkNeeds { get }

  /// Writes an array that is in memory.
  func write(_ array: StoredArray) throws(FormatError)

  /// Writes an array run by run. Its order and count are what the sink ``needs``.
  func write(_ source: any ArrayBlockSource) throws(FormatError)
}

/// Takes an array from a source to a sink.
///
/// There are three carriers. Small arrays and those that have no blocks are taken *whole* in memory. Others are
/// *streamed* run by run. What the sink has to know beforehand, or takes in another order than the source gives, goes
/// through a *spool*. Which of them it is, is decided here and nowhere else.
package enum Conversion {

  package static func run(_ array: LazyArray, into sink: some ArraySink) throws(FormatError) {
    guard case .blocks(let source) = array.content else {
      // What a format cannot hold is the fault of what was read.
      do throws(FormatError) { return try sink.write(array.read()) } catch { throw error.at(file: array.name) }
    }
    // In memory, raw bytes do not say what they are.
    if source.foreignFormat == nil, let size = source.descriptor.byteCount, size <= array.spool.threshold {
      return try sink.write(.values(source.whole()))
    }
    try sink.write(streamable(source, array.spool, sink.needs))
  }

  /// The source as a sink needs it.
  static func streamable(
    _ source: any ArrayBlockSource, _ spool: Spool, _ needs: SinkNeeds
  ) throws(FormatError) -> any ArrayBlockSource {
    var source = source
    if needs.numbers, source.foreignFormat != nil, let encoded = source.encoded { source = try encoded.decoded() }
    if needs.count { source = try spool.countable(source) }
    if needs.order, source.descriptor.isFortranOrder {
      source = try SlicedBlocks(spool.addressable(source), isFortranOrder: false)
    }
    return source
  }
}
