import ByteIO
internal import ReusedMemory

/// The pickle machine, for one pickle: a stack, marks on it, a memo. Its rules of when a stack or mark is bad are those of CPython's
/// `Modules/_pickle.c`.
struct PickleMachine: ~Copyable {
  var input: PickleWindow
  /// The name of the file, once a name that was read asks for it: one object for all.
  lazy var fileName = PickleFileName(input.source.name)
  let options: PickleReader.Options
  var stack = ValueStack(capacity: ValueStack.scratchCapacity)
  /// Where strings and bytes go.
  var arena = ByteArena()
  /// Where the items of tuples go.
  var itemArena = ItemArena()
  /// Python has only one tuple without items.
  lazy var emptyTuple = PickleTuple()
  private var recalled = RecalledValues()
  /// The bytes of the text that stands for bytes.
  var latin1: [UInt8] = []
  var marks = MarkStack()
  /// The memo up to the first index that is far beyond it; of those that the plan knows, the ones that are asked for.
  private var memo = ValueStack(capacity: 0)
  /// How many indices that is.
  private var memoEnd = 0
  /// Which of them are asked for, where that is known.
  private var plan: MemoPlan?
  /// Pickles with so many entries are worth a plan.
  private static let plannedSize = 8
  /// Pickles from this size on may hold many objects.
  private static let manyBytes = 1 << 12
  /// After so many operations, of a byte or more each, the memory is looked at.
  private static let checkedOperations = 1 << 16
  /// The indices of the memo that nothing has been stored at.
  private var memoGaps: Set<Int> = []
  /// Memo entries whose index is far beyond the number of entries.
  private var farMemo: [Int: PickleValue] = [:]
  var protocolVersion = 0
  /// Whether operations are run one at a time by another than ``run()``.
  var isStepped = false
  /// Where the operation that is being run began.
  var operationStart = 0
  var bufferIndex = 0
  /// Where the last tuple's operation ended: what comes right after it finds a tuple that no memo holds.
  var tupleEnd = -1
  /// The names of the module `builtins` as they stood before a type and before a function.
  var typesModule: PickleString?
  var functionsModule: PickleString?
  /// The longest frame that claimed more bytes than there are.
  var longFrame: UInt64?
  var totalBytes = 0
  /// Whether a line of text has ended in a carriage return.
  var hasReturns = false
  private var operations = 0
  /// Below the limit of a value, and too short to be looked for before it is read.
  let shortLength: Int
  /// Whether the options have functions that are called with calls.
  let callsAreSeen: Bool
  /// What the values may take; `nil` of pickles that end before it would be looked at, as it costs as much as a hundred of them.
  private let budget: MemoryBudget?
  /// Whether the pickle has 8-bit strings, as only Python 2 writes them.
  var hasOldStrings = false
  /// Whether any of them was not ASCII.
  var hasForeignText = false
  /// The strings of up to one character that were read before the first of these.
  var shortStrings: [PickleString] = []

  init(_ input: consuming PickleWindow, _ options: PickleReader.Options) {
    let left = input.remaining ?? .max
    if left >= PickleMachine.manyBytes { BufferCache.keepSmallBlocks() }
    budget = left < PickleMachine.checkedOperations ? nil : MemoryBudget(of: input.source, options.limits)
    self.input = input
    self.options = options
    callsAreSeen = options.onCall != nil || options.replaceCall != nil
    shortLength = min(1 << 12, options.limits.valueBytes)
  }

  /// Below which values may not be taken: the last mark.
  @inline(__always)
  var fence: Int { marks.fence }

  func error(_ message: String) -> FormatError { FormatError(.malformed, message) }

  var underflow: FormatError {
    marks.count == 0 ? error("unpickling stack underflow") : error("unexpected MARK found")
  }

  var memoCount: Int { memoEnd - memoGaps.count + farMemo.count }

  /// Runs the pickle up to its STOP.
  mutating func run() throws(FormatError) -> PickleValue {
    operationStart = input.position
    guard try input.has(1) else {
      throw FormatError(.empty, "no pickle: there is no data (Ran out of input)")
    }
    while true {
      operationStart = input.position
      let code = try input.byte()
      operations += 1
      guard operations <= options.limits.operations else {
        throw FormatError(.limitExceeded, "the pickle has more than \(options.limits.operations) operations")
      }
      if code == Opcode.stop { break }
      if operations & 0xFFFF == 0 { try checkMemory() }
      // Protocol 1 does not say so; its operations do.
      if protocolVersion == 0, OpcodeInfo.isOfProtocol1(code) { protocolVersion = 1 }
      try execute(code)
    }
    if let longFrame { options.onLongFrame?(longFrame) }
    return try pop()
  }

  /// Counts an operation that is run together with the one before; false if that must not be.
  @inline(__always)
  mutating func noteOperation() -> Bool {
    guard operations < options.limits.operations, operations & 0xFFFF != 0xFFFF else { return false }
    operations += 1
    return true
  }

  /// How many operations that push a value may be run together with the one before.
  @inline(__always)
  var operationsAtOnce: Int {
    max(
      0,
      min(
        options.limits.operations - operations, options.limits.stackDepth - stack.count, 0xFFFF - operations & 0xFFFF))
  }

  /// Counts as many.
  @inline(__always)
  mutating func noteOperations(_ count: Int) { operations += count }

  /// Makes sure that there is memory for the next values, and for what a list or a dictionary of all that wait would take.
  @inline(never)
  private func checkMemory() throws(FormatError) {
    let waiting = stack.count + memoCount + marks.count
    try budget?.check(next: 4 * waiting * MemoryLayout<PickleValue>.stride)
  }

  // MARK: Stack

  @inline(__always)
  mutating func push(_ value: consuming PickleValue) throws(FormatError) {
    guard stack.count < options.limits.stackDepth else { throw stackLimit() }
    stack.push(value)
  }

  @inline(never)
  private func stackLimit() -> FormatError {
    FormatError(.limitExceeded, PickleLimits.stackMessage(options.limits.stackDepth))
  }

  mutating func pop() throws(FormatError) -> PickleValue {
    guard stack.count > fence else { throw underflow }
    return stack.pop()
  }

  mutating func popMark() throws(FormatError) -> Int {
    guard let mark = marks.pop() else { throw error("could not find MARK") }
    return mark
  }

  mutating func pushMark() throws(FormatError) {
    guard marks.count < options.limits.stackDepth else { throw stackLimit() }
    marks.push(stack.count)
  }

  mutating func takeTuple(_ count: Int) throws(FormatError) {
    guard stack.count - count >= fence else { throw underflow }
    if count <= 2, try callAtOnce(count) { return }
    let tuple = PickleTuple.of(last: count, of: &stack, in: &itemArena)
    stack.push(.tuple(tuple))
    tupleEnd = input.position
  }

  // MARK: Memo

  @inline(__always)
  mutating func remember(_ index: Int) throws(FormatError) {
    guard stack.count > fence else { throw underflow }
    if index == memoEnd, farMemo.isEmpty, memoEnd < options.limits.memoEntries {
      if plan?.rank(of: index) != nil || plan == nil { memo.push(stack[stack.count - 1]) }
      memoEnd += 1
      if memoEnd == PickleMachine.plannedSize { planAhead() }
    } else {
      try rememberElsewhere(index, stack[stack.count - 1])
    }
  }

  /// How long the operations are that follow, if they call with the tuple that is about to be made, and nothing else ever needs
  /// it: a place in the memo that nobody asks for, and REDUCE.
  @inline(__always)
  var callLength: Int? {
    guard let length = input.lengthBefore(Opcode.reduce, place: memoEnd) else { return nil }
    if length == 1 { return 1 }
    guard memoGaps.isEmpty, farMemo.isEmpty, memoEnd < options.limits.memoEntries, plan != nil,
      plan?.rank(of: memoEnd) == nil
    else { return nil }
    return length
  }

  /// Moves past what ``callLength`` found.
  @inline(__always)
  mutating func skipCall(_ length: Int) {
    if length > 1 { memoEnd += 1 }
    operations += length > 1 ? 2 : 1
    input.skipWindow(length)
  }

  /// Finds out which entries to come are asked for.
  @inline(never)
  private mutating func planAhead() {
    guard options.rawData == nil, memoGaps.isEmpty, memoEnd == memo.count else { return }
    let start = memoEnd
    // Safe: the bytes are read within the closure.
    plan = unsafe input.withWhatIsLeft { bytes in unsafe MemoPlan(bytes, start: start) }
  }

  @inline(never)
  private mutating func rememberElsewhere(_ index: Int, _ value: PickleValue) throws(FormatError) {
    guard memoCount < options.limits.memoEntries else {
      throw FormatError(.limitExceeded, "the memo has more than \(options.limits.memoEntries) entries")
    }
    // Where there is a plan, indices come in order.
    guard plan == nil else { throw error("the memo's index \(index) is out of order") }
    defer { memoEnd = memo.count }
    recalled.forget(index)
    if index < memo.count {
      memo[index] = value
      memoGaps.remove(index)
    } else if index <= memo.count + 1024 {
      // Room for a few that come later; anything further away goes to the table.
      while memo.count < index {
        let known = farMemo.removeValue(forKey: memo.count)
        if known == nil { memoGaps.insert(memo.count) }
        memo.push(known ?? .none)
      }
      farMemo.removeValue(forKey: index)
      memo.push(value)
    } else {
      if index - memo.count > 1 << 22 { options.onFarMemo?(index) }
      farMemo[index] = value
    }
  }

  /// Pushes what the memo has at an index, and whatever it has at the indices that follow: references often come in rows.
  @inline(__always)
  mutating func recall(_ index: Int) throws(FormatError) {
    var index = index
    while true {
      guard stack.count < options.limits.stackDepth else { throw stackLimit() }
      if !recalled.push(index, to: &stack) { try recallFirst(index) }
      guard let next = input.byte(after: Opcode.binGet) else { return }
      if next == index {
        pushRepeated(index)
        return
      }
      guard noteOperation() else { return }
      input.skipWindow(2)
      index = Int(next)
    }
  }

  /// Pushes what the memo has at an index, of which no references are left that have been counted in advance.
  @inline(never)
  private mutating func recallFirst(_ index: Int) throws(FormatError) {
    if let place = memoPlace(of: index) {
      recalled.pushFirst(index, memo, place, to: &stack)
    } else if let value = farMemo[index] {
      stack.push(value)
    } else {
      throw error("Memo value not found at index \(index)")
    }
  }

  /// Pushes what the memo has at an index as often as it is asked for right away.
  @inline(never)
  private mutating func pushRepeated(_ index: Int) {
    guard let place = memoPlace(of: index) else { return }
    let count = input.repeats(of: Opcode.binGet, UInt8(truncatingIfNeeded: index), upTo: operationsAtOnce)
    stack.push(count, of: place, in: memo)
    operations += count
    input.skipWindow(2 * count)
  }

  /// Where in the memo what has an index lies; `nil` if it does not.
  @inline(__always)
  private func memoPlace(of index: Int) -> Int? {
    guard index >= 0, index < memoEnd, memoGaps.isEmpty || !memoGaps.contains(index) else { return nil }
    if index < PickleMachine.plannedSize || plan == nil { return index }
    return plan?.rank(of: index).map { PickleMachine.plannedSize + $0 }
  }
}
