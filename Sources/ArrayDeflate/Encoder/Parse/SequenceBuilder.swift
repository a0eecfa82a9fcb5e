/// Turns what was chosen into sequences: literals so far, and the match after them, which the next one may continue.
struct SequenceBuilder {
  var literals = 0
  var length = 0
  var distance = 0

  @inline(__always) mutating func literal(_ list: inout SequenceList) {
    if length > 0 { flush(&list) }
    literals &+= 1
  }

  @inline(__always) mutating func match(length more: Int, distance at: Int, _ list: inout SequenceList) {
    if length > 0 {
      if distance == at, length &+ more <= DeflateAlphabet.maxMatch {
        length &+= more
        return
      }
      flush(&list)
    }
    length = more
    distance = at
  }

  @inline(__always) mutating func flush(_ list: inout SequenceList) {
    list.append(literals: literals, length: length, distance: distance)
    literals = 0
    length = 0
  }
}
