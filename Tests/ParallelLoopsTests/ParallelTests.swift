import Locks
import Synchronization
import Testing

@testable import ParallelLoops

@Suite struct ParallelTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [0, 1, 2, 3, 64, 10_000]) func everyIndexOnce(count: Int) {
    let seen = Lock([Int](repeating: 0, count: count))
    Parallel.forEach(count) { index in seen.withLock { $0[index] += 1 } }
    #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test func nothingForNegativeCounts() {
    let calls = Atomic<Int>(0)
    Parallel.forEach(-1) { _ in calls.wrappingAdd(1, ordering: .relaxed) }
    Parallel.forEachRange(of: -5, grain: 1) { _ in calls.wrappingAdd(1, ordering: .relaxed) }
    let results = Parallel.map(-1) { index in
      calls.wrappingAdd(1, ordering: .relaxed)
      return index
    }
    #expect(results == [])
    #expect(calls.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [0, 1, 2, 1000]) func mapKeepsTheOrder(count: Int) {
    #expect(Parallel.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
    #expect(Parallel.map(count) { $0 % 2 == 0 ? $0 : nil } == (0..<count).map { $0 % 2 == 0 ? $0 : nil })
    #expect(throws: Failure(index: 0)) {
      try Parallel.map(count + 1) { (index: Int) throws(Failure) -> Int in throw Failure(index: index) }
    }
  }

  @Test(arguments: [1, 2, 7, 100, 99_991]) func rangesCoverEverythingOnce(count: Int) {
    for grain in [0, 1, 3, 50, 1_000_000] {
      let ranges = Lock<[Range<Int>]>([])
      Parallel.forEachRange(of: count, grain: grain) { range in ranges.withLock { $0.append(range) } }
      let sorted = ranges.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
      #expect(sorted.first?.lowerBound == 0)
      #expect(sorted.last?.upperBound == count)
      #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(sorted.allSatisfy { $0.count >= min(grain, count) })
    }
  }

  @Test func theErrorOfTheLowestIndexWins() {
    for _ in 0..<50 {
      do throws(Failure) {
        try Parallel.forEach(1000) { (index: Int) throws(Failure) in
          if index % 10 == 3 { throw Failure(index: index) }
        }
        Issue.record("no error")
      } catch {
        // Others may have failed as well; none below it has been left out.
        #expect(error.index == 3)
      }
    }
  }

  @Test func whatComesAfterAnErrorIsLeftOut() {
    let calls = Atomic<Int>(0)
    #expect(throws: Failure.self) {
      try Parallel.forEach(1_000_000) { (index: Int) throws(Failure) in
        calls.wrappingAdd(1, ordering: .relaxed)
        if index == 0 { throw Failure(index: 0) }
      }
    }
    #expect(calls.load(ordering: .relaxed) < 1_000_000)
  }

  @Test(arguments: [0, 1, 2, 5, 1000]) func resultsComeInOrder(count: Int) {
    let taken = Lock<[Int]>([])
    Parallel.ordered(count) { (index: Int) -> Int? in
      index * index
    } consume: { index, value in
      #expect(value == index * index)
      taken.withLock { $0.append(index) }
    }
    #expect(taken.withLock { $0 } == Array(0..<count))
  }

  @Test func theProducerMayKnowTheEnd() {
    for end in [0, 1, 2, 17, 500] {
      let taken = Lock<[Int]>([])
      Parallel.ordered(.max) { (index: Int) -> Int? in
        index < end ? index : nil
      } consume: { index, _ in
        taken.withLock { $0.append(index) }
      }
      #expect(taken.withLock { $0 } == Array(0..<end))
    }
  }

  @Test func errorsOfBothSidesStopTheLoop() {
    for place in [0, 1, 10, 199] {
      for failsWhenConsumed in [false, true] {
        let taken = Lock<[Int]>([])
        #expect(throws: Failure(index: place)) {
          try Parallel.ordered(200) { (index: Int) throws(Failure) -> Int? in
            if index == place, !failsWhenConsumed { throw Failure(index: index) }
            return index
          } consume: { (index: Int, _: Int) throws(Failure) in
            if index == place, failsWhenConsumed { throw Failure(index: index) }
            taken.withLock { $0.append(index) }
          }
        }
        #expect(taken.withLock { $0 } == Array(0..<place))
      }
    }
  }

  @Test func fewResultsWait() {
    let waiting = Lock((now: 0, most: 0))
    Parallel.ordered(300) { (index: Int) -> Int? in
      waiting.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      return index
    } consume: { _, _ in
      waiting.withLock { $0.now -= 1 }
    }
    #expect(waiting.withLock { $0.most } <= 2 * Parallel.workers)
    #expect(Parallel.workers >= 1)
  }

  /// Jobs that wait for jobs of their own, more deeply than there are threads.
  @Test(.timeLimit(.minutes(1))) func jobsMayWaitForJobs() {
    @Sendable func sum(_ depth: Int) -> Int {
      guard depth > 0 else { return 1 }
      let jobs = (0..<3).map { _ in BackgroundJob { sum(depth - 1) } }
      return jobs.reduce(0) { $0 + ($1.take() ?? 0) }
    }
    #expect(sum(6) == 729)
    let job = BackgroundJob { 7 }
    #expect(job.take() == 7)
    #expect(job.take() == nil)
  }

  /// Loops within loops, and side by side, on threads that have other work.
  @Test(.timeLimit(.minutes(1))) func loopsWithinLoops() {
    let total = Atomic<Int>(0)
    Parallel.forEach(8) { _ in
      Parallel.forEach(8) { _ in
        Parallel.forEachRange(of: 100, grain: 1) { range in
          total.wrappingAdd(range.count, ordering: .relaxed)
        }
      }
    }
    #expect(total.load(ordering: .relaxed) == 6400)
  }
}
