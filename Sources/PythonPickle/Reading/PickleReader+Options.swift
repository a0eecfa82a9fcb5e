public import ByteIO

extension PickleReader {
  /// How pickles are read: by default as `pickle.load` does, but that nothing is run.
  public struct Options {
    /// What has been set. Options are handed on several times for each pickle, and most are as they were at first: a reference to
    /// what never changes costs less than a copy of a dozen functions.
    private struct Settings {
      var encoding: PickleStringEncoding = PickleStringEncoding.ascii
      var limits: PickleLimits = PickleLimits.default
      var fixImports: Bool = true
      var extensions: [Int: (module: String, name: String)] = [:]
      var buffers: [PickleMemory] = []
      var nextBuffer: ((Int) throws(FormatError) -> PickleBuffer?)?
      var onGlobal: ((PickleGlobal) -> Void)?
      var onCall: ((PickleObject) -> Void)?
      var onState: ((PickleObject, PickleValue) -> Void)?
      var onForeignText: (() -> Void)?
      var onFarMemo: ((Int) -> Void)?
      var onGlobalState: ((PickleGlobal, PickleValue) -> Void)?
      var onExtension: ((Int) -> Void)?
      var onLongFrame: ((UInt64) -> Void)?
      var persistentLoad: ((PickleValue) throws(FormatError) -> PickleValue)?
      var replaceCall: ((PickleObject) throws(FormatError) -> PickleValue?)?
      var rawData: ((PickleObject, inout PickleRawData) throws(FormatError) -> PickleValue?)?
    }

    private final class Box {
      let settings: Settings
      init(_ settings: Settings) { self.settings = settings }
    }

    // Safe: never changed; its functions are `nil`.
    private nonisolated(unsafe) static let standard = Box(Settings())
    private var box: Box

    /// The defaults of Python's `pickle.load`.
    public init() {
      // Safe: see `standard`.
      unsafe box = Options.standard
    }

    private mutating func change(_ body: (inout Settings) -> Void) {
      var settings = box.settings
      body(&settings)
      box = Box(settings)
    }

    /// What the 8-bit strings of Python 2 become.
    public var encoding: PickleStringEncoding {
      get { box.settings.encoding }
      set { change { $0.encoding = newValue } }
    }

    /// What a pickle may ask for.
    public var limits: PickleLimits {
      get { box.settings.limits }
      set { change { $0.limits = newValue } }
    }

    /// Whether Python 2's module names become Python 3's, at protocols 0 to 2.
    public var fixImports: Bool {
      get { box.settings.fixImports }
      set { change { $0.fixImports = newValue } }
    }

    /// The global names that extension codes represent (`copyreg.add_extension`).
    public var extensions: [Int: (module: String, name: String)] {
      get { box.settings.extensions }
      set { change { $0.extensions = newValue } }
    }

    /// The buffers that travel beside the pickle (protocol 5), in order.
    public var buffers: [PickleMemory] {
      get { box.settings.buffers }
      set { change { $0.buffers = newValue } }
    }

    /// Called for the buffers beyond ``buffers``, with their index; `nil` if there are no more.
    public var nextBuffer: ((Int) throws(FormatError) -> PickleBuffer?)? {
      get { box.settings.nextBuffer }
      set { change { $0.nextBuffer = newValue } }
    }

    /// Called with every class or function that the pickle names, in order, whatever becomes of it: what Python would
    /// import.
    public var onGlobal: ((PickleGlobal) -> Void)? {
      get { box.settings.onGlobal }
      set { change { $0.onGlobal = newValue } }
    }

    /// Called with each call that Python would make when it loads the pickle, known or not, whatever becomes of it.
    public var onCall: ((PickleObject) -> Void)? {
      get { box.settings.onCall }
      set { change { $0.onCall = newValue } }
    }

    /// Called with each object that gets a state, and the state (`BUILD`).
    public var onState: ((PickleObject, PickleValue) -> Void)? {
      get { box.settings.onState }
      set { change { $0.onState = newValue } }
    }

    /// With it, ``PickleStringEncoding/ascii`` is no more than what is expected: strings of Python 2 that are not ASCII
    /// are read as Latin-1, and this is called at the first.
    public var onForeignText: (() -> Void)? {
      get { box.settings.onForeignText }
      set { change { $0.onForeignText = newValue } }
    }

    /// Called with a memo index that is millions beyond the number of entries: Python takes memory for all of them.
    public var onFarMemo: ((Int) -> Void)? {
      get { box.settings.onFarMemo }
      set { change { $0.onFarMemo = newValue } }
    }

    /// Called where a state is set on a class or function itself, which changes it for the whole program. Reading fails
    /// then.
    public var onGlobalState: ((PickleGlobal, PickleValue) -> Void)? {
      get { box.settings.onGlobalState }
      set { change { $0.onGlobalState = newValue } }
    }

    /// Called with each extension code, of ``extensions`` or not: what Python would look up in its registry.
    public var onExtension: ((Int) -> Void)? {
      get { box.settings.onExtension }
      set { change { $0.onExtension = newValue } }
    }

    /// Called at the end of a pickle with the length of a frame that claimed more bytes than there are, by which Python's
    /// unpickler in C fails. The one in Python reads on, and so does the reader with this.
    public var onLongFrame: ((UInt64) -> Void)? {
      get { box.settings.onLongFrame }
      set { change { $0.onLongFrame = newValue } }
    }

    /// Called for persistent ids (`persistent_load`); without it they stay ``PickleValue/persistent(_:)``.
    public var persistentLoad: ((PickleValue) throws(FormatError) -> PickleValue)? {
      get { box.settings.persistentLoad }
      set { change { $0.persistentLoad = newValue } }
    }

    /// Called with each object that a call would make, before anything refers to it; may give what shall take its
    /// place.
    public var replaceCall: ((PickleObject) throws(FormatError) -> PickleValue?)? {
      get { box.settings.replaceCall }
      set { change { $0.replaceCall = newValue } }
    }

    /// Called when an object has got its state; may read raw bytes that follow within the stream, and give what
    /// shall take the object's place.
    public var rawData: ((PickleObject, inout PickleRawData) throws(FormatError) -> PickleValue?)? {
      get { box.settings.rawData }
      set { change { $0.rawData = newValue } }
    }
  }
}
