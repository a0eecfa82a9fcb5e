internal import PythonPickle

/// Which of NumPy's module names a pickle uses.
public enum NumPyModules: Int, Sendable, Hashable {
  /// `numpy.core`: what NumPy 1 writes; every NumPy reads it.
  case numpy1 = 1
  /// `numpy._core`: what NumPy 2 writes.
  case numpy2 = 2

  var core: String { self == .numpy1 ? "numpy.core" : "numpy._core" }

  /// The key of ``PickleWriter/Options/userInfo`` under which a writer is told: a ``NumPyModules``.
  public static let userInfoKey = "NumPyModules"

  init(_ context: PickleContext) {
    self = context.userInfo[NumPyModules.userInfoKey] as? NumPyModules ?? .numpy2
  }
}

extension PickleObject {
  /// Whether the object would be made by a function of NumPy's core, under either of its names. The match is exact:
  /// other functions in NumPy's modules run code.
  package func isNumPyCore(_ module: String, _ name: String) -> Bool {
    isCall("numpy._core.\(module)", name) || isCall("numpy.core.\(module)", name)
  }
}
