public import ByteIO

/// A Swift type that chooses its own form in a pickle: the counterpart of Python's `__reduce_ex__`.
///
/// ```swift
/// struct Celsius: PickleConvertible {
///   var degrees: Double
///   func pickleValue(in context: PickleContext) -> PickleValue {
///     .object(PickleObject("weather", "Celsius", [.float(degrees)]))
///   }
/// }
/// ```
public protocol PickleConvertible {
  /// The value that represents this one: an object that Python makes by a call, or plain data.
  ///
  /// Called once for each ``PickleObject`` that holds the value, when it is first written.
  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue
}

/// What a type that chooses its own form may know of the pickle that is being written.
public final class PickleContext {
  /// The protocol.
  public let protocolVersion: Int
  /// Settings of the caller, by names of their own.
  public let userInfo: [String: any Sendable]
  private var singletons: [AnyHashable: PickleValue] = [:]

  init(protocolVersion: Int, userInfo: [String: any Sendable]) {
    self.protocolVersion = protocolVersion
    self.userInfo = userInfo
  }

  /// The value of a key within this pickle, made when it is first asked for: for objects that are one in Python,
  /// such as NumPy's builtin dtypes, and thus are written once.
  ///
  /// - Throws: What `make` throws, and nothing else.
  public func singleton<Failure: Error>(
    _ key: some Hashable & Sendable, _ make: () throws(Failure) -> PickleValue
  ) throws(Failure) -> PickleValue {
    if let known = singletons[AnyHashable(key)] { return known }
    let value = try make()
    singletons[AnyHashable(key)] = value
    return value
  }
}

/// A Swift type that makes itself of what a pickle holds: the way back of ``PickleConvertible``, for ``PickleDecoder``.
///
/// ```swift
/// extension Celsius: PickleReconstructible {
///   init(pickleValue value: PickleValue) throws(FormatError) {
///     guard let object = value.object, object.isCall("weather", "Celsius"), let degrees = object.arguments.first?.double
///     else { throw FormatError(.badValue, "a \(value.typeName) is no temperature") }
///     self.init(degrees: degrees)
///   }
/// }
/// ```
public protocol PickleReconstructible {
  /// The value of what a pickle held.
  ///
  /// - Throws: ``FormatError`` if it is something else.
  init(pickleValue value: PickleValue) throws(FormatError)
}
