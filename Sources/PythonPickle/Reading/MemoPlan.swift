/// Which places of the memo are asked for: found by a look at the operations ahead, where all of a pickle lies in memory.
///
/// Python's pickler gives a place to every string, tuple and object, and most are never asked for. To hold a value there costs
/// more than to find out.
@safe struct MemoPlan: ~Copyable {
  /// 64 places: which are asked for, and how many of those before them are.
  private struct Word {
    var asked: UInt64 = 0
    var before = 0
  }

  /// The first place that the plan knows of.
  let start: Int
  /// The first places, of which most pickles have no more.
  private let first: UInt64
  /// As many words as hold the places after those up to the last that is asked for; `nil` for none.
  private let words: UnsafeMutablePointer<Word>?
  private let wordCount: Int

  /// Looks ahead.
  ///
  /// - Parameters:
  ///   - bytes: The operations to come, and anything after STOP.
  ///   - start: The next place of the memo. Those before it are held.
  /// - Returns: `nil` where values get places out of order, where places are asked for by text (protocol 0), and where the
  ///   operations end badly: then all are held.
  init?(_ bytes: UnsafeRawBufferPointer, start: Int) {
    var first: UInt64 = 0
    var asked: [UInt64] = []
    // Safe: the bytes are read within the call.
    guard unsafe MemoPlan.scan(bytes, start, &first, &asked) else { return nil }
    self.start = start
    self.first = first
    wordCount = asked.count
    guard !asked.isEmpty else {
      unsafe words = nil
      return
    }
    // Safe: memory of the plan's own, all of it set at once, and given back when the plan ends.
    let words = UnsafeMutablePointer<Word>.allocate(capacity: asked.count)
    var before = first.nonzeroBitCount
    for (index, bits) in asked.enumerated() {
      unsafe (words + index).initialize(to: Word(asked: bits, before: before))
      before += bits.nonzeroBitCount
    }
    unsafe self.words = words
  }

  // Safe: as in `init`.
  deinit { unsafe words?.deallocate() }

  /// How many places before this one are asked for, from ``start`` on; `nil` if this one is not.
  @inline(__always)
  func rank(of place: Int) -> Int? {
    let index = place - start
    let bit = UInt64(1) << UInt64(index & 63)
    if index < 64 { return index < 0 || first & bit == 0 ? nil : (first & (bit - 1)).nonzeroBitCount }
    guard index >> 6 <= wordCount, let words = unsafe words else { return nil }
    // Safe: checked above.
    let word = unsafe words[index >> 6 - 1]
    return word.asked & bit == 0 ? nil : word.before + (word.asked & (bit - 1)).nonzeroBitCount
  }

  // MARK: The look ahead

  /// What follows the byte of an operation: that many bytes, or one of these.
  private enum Argument {
    static let length1: UInt8 = 240
    static let length4: UInt8 = 241
    static let length8: UInt8 = 242
    static let put: UInt8 = 243
    static let get: UInt8 = 244
    static let stop: UInt8 = 245
    /// Text, or no operation.
    static let other: UInt8 = 255
  }

  private static let arguments: [UInt8] = {
    var all = [UInt8](repeating: Argument.other, count: 256)
    for (code, info) in OpcodeInfo.all {
      switch info.argument {
      case .none: all[Int(code)] = 0
      case .number(let size): all[Int(code)] = UInt8(size)
      case .signed: all[Int(code)] = 4
      case .value, .line, .text, .pair: break
      }
    }
    (all[Int(Opcode.binInt1)], all[Int(Opcode.binInt2)], all[Int(Opcode.binInt)]) = (1, 2, 4)
    all[Int(Opcode.binFloat)] = 8
    for code in [Opcode.long1, Opcode.shortBinString, Opcode.shortBinBytes, Opcode.shortBinUnicode] {
      all[Int(code)] = Argument.length1
    }
    for code in [Opcode.long4, Opcode.binString, Opcode.binBytes, Opcode.binUnicode] {
      all[Int(code)] = Argument.length4
    }
    for code in [Opcode.binBytes8, Opcode.binUnicode8, Opcode.byteArray8] { all[Int(code)] = Argument.length8 }
    for code in [Opcode.memoize, Opcode.binPut, Opcode.longBinPut] { all[Int(code)] = Argument.put }
    for code in [Opcode.binGet, Opcode.longBinGet] { all[Int(code)] = Argument.get }
    all[Int(Opcode.stop)] = Argument.stop
    return all
  }()

  /// Notes the places that are asked for up to STOP; false where there can be no plan.
  private static func scan(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ first: inout UInt64, _ asked: inout [UInt64]
  ) -> Bool {
    var place = 0
    var next = start
    // Safe: whatever is read lies before the end, which is checked first.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Int? {
      guard bytes.count - place >= Number.bitWidth / 8 else { return nil }
      let number = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Number.self)
      place += Number.bitWidth / 8
      return Int(exactly: Number(littleEndian: number))
    }
    return unsafe arguments.withUnsafeBufferPointer { arguments in
      while place < bytes.count {
        let code = unsafe bytes[place]
        place += 1
        let argument = unsafe arguments[Int(code)]
        if argument <= 8 {
          place += Int(argument)
          continue
        }
        // The two most frequent.
        if code == Opcode.memoize {
          next += 1
          continue
        }
        if argument == Argument.length1, place < bytes.count {
          place += 1 + Int(unsafe bytes[place])
          continue
        }
        var length: Int?
        switch argument {
        case Argument.length1: length = number(UInt8.self)
        case Argument.length4: length = number(Int32.self)
        case Argument.length8: length = number(UInt64.self)
        case Argument.put:
          let index = code == Opcode.binPut ? number(UInt8.self) : number(UInt32.self)
          guard index == next else { return false }
          next += 1
          continue
        case Argument.get:
          guard let index = code == Opcode.binGet ? number(UInt8.self) : number(UInt32.self), index < next else {
            return false
          }
          if index >= start {
            // The word after the first.
            let (word, bit) = ((index - start) >> 6 - 1, UInt64(1) << UInt64((index - start) & 63))
            if word < 0 {
              first |= bit
              continue
            }
            if word >= asked.count { asked += repeatElement(0, count: word + 1 - asked.count) }
            asked[word] |= bit
          }
          continue
        case Argument.stop: return true
        default: return false
        }
        guard let length, length >= 0, length <= bytes.count - place else { return false }
        place += length
      }
      return false
    }
  }
}
