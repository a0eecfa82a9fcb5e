/// The marks on the machine's stack, each as the number of values below it, and the last of them at hand: every operation that
/// takes a value asks for it. Nearly all pickles have a few at a time, for which there is room without an array.
struct MarkStack {
  private var own = SIMD8<Int>()
  /// The marks above those.
  private var others: [Int] = []
  private(set) var count = 0
  /// How many values lie below the last mark; 0 if there is none.
  private(set) var fence = 0

  private static let ownCount = 8

  @inline(__always)
  mutating func push(_ mark: Int) {
    if count < MarkStack.ownCount { own[count] = mark } else { others.append(mark) }
    count += 1
    fence = mark
  }

  /// Takes the last mark off; `nil` if there is none.
  @inline(__always)
  mutating func pop() -> Int? {
    guard count > 0 else { return nil }
    let mark = fence
    count -= 1
    if count >= MarkStack.ownCount { others.removeLast() }
    fence = count == 0 ? 0 : count <= MarkStack.ownCount ? own[count - 1] : others[count - 1 - MarkStack.ownCount]
    return mark
  }
}
