// What libFuzzer calls: the environment variable FUZZ_TARGET names the parser.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where inputs lie that are read as files: in memory, where the system has such a place.
private let folder: String = {
  var path = Array("/dev/shm/fuzz.XXXXXX".utf8CString)
  if mkdtemp(&path) == nil {
    path = Array("/tmp/fuzz.XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else { fatalError("there is no place for files") }
  }
  return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()

private let target: (name: String, run: @Sendable ([UInt8], String) throws -> Void) = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = Targets.all.first(where: { $0.name == name }) else {
    print("FUZZ_TARGET is one of: " + Targets.all.map(\.name).joined(separator: " "))
    exit(2)
  }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  try? target.run(Array(UnsafeBufferPointer(start: start, count: count)), folder)
  return 0
}
