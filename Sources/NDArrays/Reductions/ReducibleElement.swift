public import ComplexModule

extension Bool: ReducibleElement {
  /// Sums are `Int64`.
  public typealias Total = Int64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Int8: ReducibleElement {
  /// Sums are `Int64`.
  public typealias Total = Int64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Int16: ReducibleElement {
  /// Sums are `Int64`.
  public typealias Total = Int64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Int32: ReducibleElement {
  /// Sums are `Int64`.
  public typealias Total = Int64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Int64: ReducibleElement {
  /// Sums are `Int64`.
  public typealias Total = Int64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Int: ReducibleElement {
  /// Sums are `Int`.
  public typealias Total = Int
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension UInt8: ReducibleElement {
  /// Sums are `UInt64`.
  public typealias Total = UInt64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension UInt16: ReducibleElement {
  /// Sums are `UInt64`.
  public typealias Total = UInt64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension UInt32: ReducibleElement {
  /// Sums are `UInt64`.
  public typealias Total = UInt64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension UInt64: ReducibleElement {
  /// Sums are `UInt64`.
  public typealias Total = UInt64
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension UInt: ReducibleElement {
  /// Sums are `UInt`.
  public typealias Total = UInt
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: ReducibleElement {
    /// Sums are `Float16`.
    public typealias Total = Float16
    /// Means are `Float16`.
    public typealias Average = Float16
    /// Standard deviations are `Float16`.
    public typealias Deviation = Float16
  }
#endif
extension Float: ReducibleElement {
  /// Sums are `Float`.
  public typealias Total = Float
  /// Means are `Float`.
  public typealias Average = Float
  /// Standard deviations are `Float`.
  public typealias Deviation = Float
}
extension Double: ReducibleElement {
  /// Sums are `Double`.
  public typealias Total = Double
  /// Means are `Double`.
  public typealias Average = Double
  /// Standard deviations are `Double`.
  public typealias Deviation = Double
}
extension Complex: ReducibleElement where RealType: ComplexComponent {
  /// Sums are complex.
  public typealias Total = Complex
  /// Means are complex.
  public typealias Average = Complex
  /// Standard deviations are real.
  public typealias Deviation = RealType
}
