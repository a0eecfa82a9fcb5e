internal import PickledArrays
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// How the integers of a quantized tensor represent real numbers: `(integer - zeroPoint) * scale`.
public indirect enum TorchQuantization {
  /// One scale for all.
  case perTensor(scale: Double, zeroPoint: Int)
  /// Scales and zero points for each index along an axis.
  case perChannel(scales: TorchTensor, zeroPoints: TorchTensor, axis: Int)

  /// The parameters that PyTorch pickles: `(scheme, scale, zero point)` or `(scheme, scales, zero points, axis)`.
  init(_ parameters: [PickleValue], depth: Int) throws(FormatError) {
    let scheme = parameters.first?.global
    if parameters.count == 3, scheme?.matches("torch", "per_tensor_affine") == true,
      let scale = parameters[1].double, let zeroPoint = parameters[2].int
    {
      self = .perTensor(scale: scale, zeroPoint: zeroPoint)
    } else if parameters.count == 4,
      scheme?.matches("torch", "per_channel_affine") == true
        || scheme?.matches("torch", "per_channel_affine_float_qparams") == true,
      let scales = try TorchTensor(of: parameters[1], depth: depth + 8),
      let zeroPoints = try TorchTensor(of: parameters[2], depth: depth + 8),
      let axis = parameters[3].int
    {
      self = .perChannel(scales: scales, zeroPoints: zeroPoints, axis: axis)
    } else {
      throw FormatError(.unsupported, "a tensor quantized in a way that is not known")
    }
  }

  /// The numbers that integers represent, as `float32`.
  func numbers(_ integers: AnyNDArray) throws(FormatError) -> AnyNDArray {
    do throws(ArrayError) {
      let values = try NDArray<Double>(integers.contiguous().asType(.float64, casting: .safe)).elements
      var numbers: [Float] = []
      numbers.reserveCapacity(values.count)
      switch self {
      case .perTensor(let scale, let zeroPoint):
        for value in values { numbers.append(Float(value - Double(zeroPoint)) * Float(scale)) }
      case .perChannel(let scales, let zeroPoints, let axis):
        let scale = try TorchQuantization.doubles(scales)
        let zeroPoint = try TorchQuantization.doubles(zeroPoints)
        guard integers.shape.indices.contains(axis), scale.count == integers.shape[axis],
          zeroPoint.count == scale.count
        else { throw ArrayError(.shapeMismatch, "\(scale.count) scales along the axis \(axis)") }
        let inner = integers.shape[(axis + 1)...].reduce(1, *)
        for (index, value) in values.enumerated() {
          let channel = index / inner % scale.count
          numbers.append(Float(value - zeroPoint[channel]) * Float(scale[channel]))
        }
      }
      return AnyNDArray(try NDArray(numbers, shape: integers.shape))
    } catch { throw FormatError(.malformed, "a quantized tensor: \(error.message)") }
  }

  private static func doubles(_ tensor: TorchTensor) throws(ArrayError) -> [Double] {
    let array: AnyNDArray
    do throws(FormatError) { array = try tensor.array() } catch { throw ArrayError(.badDType, error.message) }
    return try NDArray<Double>(array.asType(.float64, casting: .unsafe)).elements
  }
}
