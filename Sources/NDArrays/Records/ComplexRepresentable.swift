internal import ComplexModule

/// A complex number in a record, whatever its precision.
protocol ComplexRepresentable {
  init(realPart: Double, imaginaryPart: Double)
  /// Real and imaginary part.
  var parts: (real: Double, imaginary: Double) { get }
  /// `c8` or `c16`.
  static var complexDType: DType { get }
}

extension Complex: ComplexRepresentable where RealType: ComplexComponent & BinaryFloatingPoint {
  init(realPart: Double, imaginaryPart: Double) { self.init(RealType(realPart), RealType(imaginaryPart)) }
  var parts: (real: Double, imaginary: Double) { (Double(real), Double(imaginary)) }
  static var complexDType: DType { RealType.complexDType }
}
