internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PickledArrays
internal import PythonPickle
internal import TorchFiles

/// Rebuilds all arrays of a pickle, so that what would fail when one of them is asked for is known beforehand.
struct PickleRebuild {
  /// What is wrong, in the order of the walk.
  private(set) var faults: [FormatError] = []
  private var met: Set<ObjectIdentifier> = []
  private var open: [PickleValue] = []
  /// No more faults than these are told.
  private static let mostFaults = 20

  /// Looks at everything that a value holds, each thing once.
  static func faults(in value: PickleValue) -> [FormatError] {
    var rebuild = PickleRebuild()
    rebuild.open = [value]
    while let next = rebuild.open.popLast(), rebuild.faults.count < mostFaults { rebuild.visit(next) }
    if let fault = PickleExpansion.fault(in: value) { rebuild.faults.append(fault) }
    return rebuild.faults
  }

  private mutating func visit(_ value: PickleValue) {
    guard let identity = value.identity, met.insert(identity).inserted else { return }
    if case .object(let object) = value {
      do throws(FormatError) {
        if try isArray(object) { return }
      } catch {
        faults.append(error)
        return
      }
    }
    value.forEachPart { push($0) }
  }

  /// Whether an object is an array, whose parts need not be looked at any further.
  private mutating func isArray(_ object: PickleObject) throws(FormatError) -> Bool {
    let value = PickleValue.object(object)
    let origin = object.origin
    do throws(FormatError) {
      if try TorchTensor.verify(value) {
        guard object.items.isEmpty, object.pairs.isEmpty, object.added.isEmpty else {
          throw FormatError(.malformed, "items are put into a tensor, which PyTorch does not write")
        }
        return true
      }
      if object.isCall("numpy", "dtype") {
        try PickledArray.verifyType(value)
        return true
      }
      if let array = try ArrayRecognizers.numPy.array(in: value) {
        if case .objects(let objects) = array.content { objects.items.forEach { push($0) } }
        return true
      }
      // Of what is computed only contradictions count: what is not known here may be known to its library.
      do throws(FormatError) {
        _ = try SparseArray(value)
        _ = try TorchSparse(value)
        _ = try PandasFrame(value)
      } catch { if error.code == .malformed { throw error } }
      return false
    } catch { throw error.at(file: origin?.file, offset: origin?.offset) }
  }

  private mutating func push(_ value: PickleValue) { if value.identity != nil { open.append(value) } }
}
