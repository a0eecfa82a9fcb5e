/// Parses LZ77 without any search: the only distances are that of one item (or another that is given) and 1.
///
/// Bytes that equal those one item before become matches, the rest literals: run-length encoding at a fixed distance, as
/// zlib's strategy `Z_RLE` has it for distance 1. For integers of few values, slowly changing numbers and numbers with a
/// constant exponent this is most of what there is to find, at the cost of one comparison for every six bytes. Items of four
/// and eight bytes have a faster parser, ``ElementRunParser``.
enum RunParser {
  static func parse(_ input: InputBytes, _ range: Range<Int>, distance: Int, into list: inout SequenceList) {
    let end = range.upperBound - 8
    let slot = DeflateAlphabet.distanceSlot(distance)
    var literalStart = range.lowerBound
    var position = range.lowerBound + distance
    // One byte from the start on: zeros.
    let first = min(DeflateAlphabet.maxMatch, range.count - 1)
    let repeated = first > 0 ? input.matchLength(range.lowerBound + 1, range.lowerBound, limit: first) : 0
    if repeated >= max(distance, DeflateAlphabet.minMatch) {
      list.append(literals: 1, length: repeated, distance: 1, slot: 0)
      position = range.lowerBound + 1 + repeated
      literalStart = position
    }
    while position <= end {
      let difference = input.load64(position) ^ input.load64(position &- distance)
      let equal = WordBytes.zeroBytes(difference)
      let starts = equal & equal &>> 8 & equal &>> 16
      if starts == 0 {
        // The last two bytes may begin a run that goes on. Or is it a run of one byte, such as zeros after an item?
        let word = input.load64(position)
        let same = WordBytes.zeroBytes(word ^ (word &<< 8 | UInt64(input[position &- 1])))
        let repeats = same & same &>> 8 & same &>> 16 & same &>> 24
        if repeats == 0 {
          position &+= 6
          continue
        }
        position &+= repeats.trailingZeroBitCount &>> 3
        let limit = min(DeflateAlphabet.maxMatch, range.upperBound &- position)
        let length = input.matchLength(position, position &- 1, from: 4, limit: limit)
        list.append(literals: position &- literalStart, length: length, distance: 1, slot: 0)
        position &+= length
        literalStart = position
        continue
      }
      position &+= starts.trailingZeroBitCount &>> 3
      let limit = min(DeflateAlphabet.maxMatch, range.upperBound &- position)
      let length = input.matchLength(position, position &- distance, from: 3, limit: limit)
      // As long as can be, and of one byte: most likely there are many of them, and the distance 1 has no extra bits.
      let isOneByte =
        length == DeflateAlphabet.maxMatch && input.matchLength(position, position &- 1, limit: length) == length
      list.append(
        literals: position &- literalStart, length: length, distance: isOneByte ? 1 : distance,
        slot: isOneByte ? 0 : slot)
      position &+= length
      literalStart = position
    }
    list.finish(literals: range.upperBound - literalStart)
  }
}
