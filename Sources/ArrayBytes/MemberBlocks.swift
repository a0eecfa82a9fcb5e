package import ByteIO
package import NDArrays

/// A source that is one of several in a file, which errors name.
package struct MemberBlocks: WrappedBlocks {
  package let base: any ArrayBlockSource
  private let member: String

  package init(_ base: any ArrayBlockSource, _ member: String) {
    self.base = base
    self.member = member
  }

  package var descriptor: ArrayDescriptor { base.descriptor }

  private func naming<Result>(_ body: () throws(FormatError) -> Result) throws(FormatError) -> Result {
    do throws(FormatError) { return try body() } catch { throw error.at(member: member) }
  }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    try naming { () throws(FormatError) in try base.forEachRun(ofCount: count, body) }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    try naming { () throws(FormatError) in try base.read(slice: slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    try naming { () throws(FormatError) in try base.whole() }
  }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    base.reshaped(shape).map { MemberBlocks($0, member) }
  }
}
