import NIOHTTP1

/// Heads of requests to look at without a connection.
enum HeadSample {
    static func head(uri: String) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .POST, uri: uri)
    }
}
