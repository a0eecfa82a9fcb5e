internal import Synchronization
internal import PlatformC

extension Parallel {
  /// Calls `body` once for every index of every stage, on all cores: a stage begins when the one before is done.
  ///
  /// Threads are woken up once for all of the stages, which a loop for each would do as often.
  ///
  /// - Parameters:
  ///   - counts: How many indices each stage has.
  ///   - body: Gets the stage and the index within it.
  package static func forEachStage(_ counts: [Int], _ body: @Sendable (_ stage: Int, _ index: Int) -> Void) {
    // Indices are numbered through all of the stages; these are the numbers that they begin with.
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    let total = starts[counts.count]
    let threads = min(workers, counts.max() ?? 0)
    if threads <= 1 {
      for stage in counts.indices {
        for index in 0..<counts[stage] { body(stage, index) }
      }
      return
    }
    let next = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let lot = ParkingLot()
    onThreads(threads) { [starts] in
      var stage = 0
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < total else { return }
        while number >= starts[stage + 1] { stage += 1 }
        // Numbers are given out in order, and no stage begins early: so many are done when all before the stage are.
        let before = starts[stage]
        if done.load(ordering: .acquiring) < before { lot.wait { done.load(ordering: .acquiring) >= before } }
        body(stage, number - before)
        // The last one of a stage; of the last stage nobody waits for it here.
        if done.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == starts[stage + 1] { lot.open() }
      }
    }
  }
}
