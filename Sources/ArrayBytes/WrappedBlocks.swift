package import ByteIO

/// A source over another one, of which it has all that it does not say otherwise.
package protocol WrappedBlocks: ArrayBlockSource {
  /// The source that is read.
  var base: any ArrayBlockSource { get }
}

extension WrappedBlocks {
  package var name: String { base.name }
  package var seekCost: SeekCost { base.seekCost }
  package var storedItemSize: Int { base.storedItemSize }
  package var reversedAxes: Set<Int> { base.reversedAxes }
  package func verify() throws(FormatError) { try base.verify() }
}
