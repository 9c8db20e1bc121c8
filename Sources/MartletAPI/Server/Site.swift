public import HummingbirdCore

/// What a server serves beside the API: pages for people, told from the API by their paths.
public struct Site: Sendable {
    let takes: @Sendable (_ path: String) -> Bool
    let respond: @Sendable (Request) async throws -> Response

    /// - Parameters:
    ///   - takes: whether a path is the site's.
    ///   - respond: answers a request for such a path, whatever comes of it.
    public init(
        takes: @escaping @Sendable (_ path: String) -> Bool,
        respond: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.takes = takes
        self.respond = respond
    }
}
