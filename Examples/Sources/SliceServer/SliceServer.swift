import FlyingFox
import Foundation
import NumPyIOFoundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Serves slices of the `.npy` files of a folder: `GET /frames.npy?slice=10:20,0` answers with those bytes of the file alone,
/// as a `.npy` of its own. Other requests are answered while a large one is read.
@main
enum SliceServer {
  static func main() async throws {
    let folder = URL(
      fileURLWithPath: CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : ".", isDirectory: true)
    let frames = try NDArray<Int32>.arange(0, to: 60_000).reshaped([1000, 20, 3])
    try await frames.save(to: folder.appendingPathComponent("frames.npy"))

    // On a port that the system chooses, for this computer alone.
    let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
    await server.appendRoute("GET /*") { request in await answer(request, from: folder) }
    let serving = Task { try await server.run() }
    try await server.waitUntilListening()
    guard case .ip4(_, let port) = await server.listeningAddress else { return }

    // In Python: np.load(io.BytesIO(urllib.request.urlopen(url).read()))
    for query in ["slice=-2:,0", "slice=::500,:,2", "slice=5000", "slice=a"] {
      let url = URL(string: "http://127.0.0.1:\(port)/frames.npy?\(query)")!
      let (data, response) = try await URLSession.shared.data(from: url)
      if (response as? HTTPURLResponse)?.statusCode == 200 {
        let part = try NDArray<Int32>(npy: data)
        print(query, "->", data.count, "bytes, shape", part.shape, "sum", part.sum())
      } else {
        print(query, "->", String(decoding: data, as: UTF8.self))
      }
    }
    await server.stop(timeout: 1)
    serving.cancel()
  }

  private static func answer(_ request: HTTPRequest, from folder: URL) async -> HTTPResponse {
    // The last part of the path alone: nobody leaves the folder.
    let path = folder.appendingPathComponent(URL(fileURLWithPath: request.path).lastPathComponent).path
    let notation = request.query.first { $0.name == "slice" }?.value ?? "..."
    do {
      let slice = try [AxisSelection](parsing: notation)
      // On threads that are not the server's.
      let data = try await BlockingWork.run { try NPYFile(opening: path).read(slice: slice).npyData() }
      return HTTPResponse(statusCode: .ok, headers: [.contentType: "application/octet-stream"], body: data)
    } catch let error as FormatError where error.code == .notFound {
      return HTTPResponse(statusCode: .notFound)
    } catch {
      // The whole of an error names the file's path, which is none of the client's business.
      let text = (error as? FormatError)?.message ?? (error as? ArrayError)?.message ?? "\(error)"
      return HTTPResponse(statusCode: .badRequest, body: Data(text.utf8))
    }
  }
}
