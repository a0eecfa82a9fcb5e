import Testing

@testable import RemoteFiles

/// Values that NIST and AWS have published.
@Suite struct SignatureTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func digestsOfNIST(message: String, digest: String) {
    #expect(SHA256.hexadecimal(SHA256.digest(Array(message.utf8))) == digest)
  }

  @Test func digestOfAMillionLetters() {
    let digest = SHA256.digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(SHA256.hexadecimal(digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// RFC 4231, the second and the sixth case.
  @Test func authenticationCodes() {
    let short = SHA256.authenticationCode(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(SHA256.hexadecimal(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
    let long = SHA256.authenticationCode(message, key: [UInt8](repeating: 0xAA, count: 131))
    #expect(SHA256.hexadecimal(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  /// The examples of the documentation of Signature Version 4 for S3, all of 24 May 2013.
  @Test(arguments: [
    (
      "https://examplebucket.s3.amazonaws.com/test.txt", [HTTPHeader("Range", "bytes=0-9")],
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    ),
    (
      "https://examplebucket.s3.amazonaws.com/?lifecycle", [],
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    ),
    (
      "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", [],
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    ),
  ]) func examplesOfAWS(address: String, headers: [HTTPHeader], signature: String) throws {
    let credentials = AWSCredentials(
      key: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    var request = HTTPRequest(.get, try #require(RemoteURL(address)), headers: headers)
    RequestSignature(credentials: credentials, region: "us-east-1")
      .sign(&request, time: 1_369_353_600, bodyHash: RequestSignature.emptyBodyHash)
    let authorization = try #require(request.headers.first { $0.name == "Authorization" })
    #expect(authorization.value.hasSuffix("Signature=\(signature)"))
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_369_353_600, "20130524T000000Z"),
    (4_107_542_399, "21000228T235959Z"), (1_796_083_199, "20261130T235959Z"),
  ]) func dates(time: Int, text: String) { #expect(UTCTime.compact(time) == text) }
}
