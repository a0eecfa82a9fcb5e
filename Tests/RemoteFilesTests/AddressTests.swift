import Testing

@testable import RemoteFiles

@Suite struct AddressTests {
  @Test(arguments: [
    ("https://example.org", "https://example.org/", "https://example.org/"),
    ("HTTP://Example.ORG:80/A/b?c=d#e", "http://example.org/A/b?c=d", "http://example.org/A/b"),
    ("http://[::1]:8080/x.npy", "http://[::1]:8080/x.npy", "http://[::1]:8080/x.npy"),
    ("https://user:secret@host:8443/a b/ü", "https://host:8443/a%20b/%C3%BC", "https://host:8443/a%20b/%C3%BC"),
    ("https://host/a\r\nX: y", "https://host/a%0D%0AX:%20y", "https://host/a%0D%0AX:%20y"),
    ("https://host?q=1", "https://host/?q=1", "https://host/"),
  ]) func areTakenApart(given: String, sent: String, shown: String) throws {
    let url = try #require(RemoteURL(given))
    #expect(url.text == sent)
    #expect(url.printable == shown)
  }

  @Test(arguments: [
    "ftp://host/x", "https://", "https:///x", "https://host:0/x", "https://host:99999/x", "https://ho st/x",
    "https://host\r\n/x", "x.npy", "https://[::1/x",
  ]) func areRefused(given: String) { #expect(RemoteURL(given) == nil) }

  @Test(arguments: [
    ("/c", "https://host/c"), ("c?d", "https://host/a/c?d"), ("//other/c", "https://other/c"),
    ("http://other/c", "http://other/c"),
  ]) func locationsAreFollowed(location: String, expected: String) throws {
    #expect(try #require(RemoteURL("https://host/a/b?q")).following(location)?.text == expected)
  }

  @Test(
    arguments: [
      ("bytes 0-9/100", 0..<10, 100), ("bytes 5-5/*", 5..<6, nil), ("bytes */0", nil, 0), ("BYTES 1-2/3", 1..<3, 3),
    ] as [(String, Range<Int>?, Int?)]) func rangesAreRead(text: String, range: Range<Int>?, total: Int?) throws
  {
    let found = try #require(ContentRange(text))
    #expect(found.range == range)
    #expect(found.total == total)
  }

  @Test(arguments: [
    "", "bytes", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "bytes -5/100", "items 0-9/100",
    "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*", "bytes a-b/c", "bytes 0-9/-1",
  ]) func rangesThatMeanNothing(text: String) { #expect(ContentRange(text) == nil) }

  @Test(arguments: [
    ("A: b", "A", "b"), ("A:b", "A", "b"), ("X-Y:  c d ", "X-Y", "c d "),
  ]) func headersAreRead(line: String, name: String, value: String) throws {
    let header = try #require(HTTPHeader(line: line))
    #expect(header == HTTPHeader(name, value))
  }

  @Test(arguments: ["", "A", ": b", "A b: c", "A: b\r\nC: d", "A: b\u{0}"]) func headersAreRefused(line: String) {
    #expect(HTTPHeader(line: line) == nil)
  }
}
