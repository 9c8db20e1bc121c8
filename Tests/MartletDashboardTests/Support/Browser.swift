import HTTPTypes
import Hummingbird
import MartletCore
import NIOCore
import Synchronization
import Testing

@testable import MartletDashboard

/// What a browser does, as far as the dashboard can tell: keeps cookies, follows links, sends forms with the token that
/// the page before had.
final class Browser: Sendable {
    private struct State {
        var cookies: [String: String] = [:]
        var token: String?
    }

    private let dashboard: Dashboard
    private let state = Mutex(State())

    init(_ dashboard: Dashboard) { self.dashboard = dashboard }

    var cookies: [String: String] {
        get { state.withLock(\.cookies) }
        set { state.withLock { $0.cookies = newValue } }
    }

    /// The token of the page that was looked at last.
    var token: String? { state.withLock(\.token) }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> PageSeen {
        try await send(.get, path, headers: headers)
    }

    /// Sends a form with the last page's token.
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String> = [:], headers: HTTPFields = [:]
    ) async throws -> PageSeen {
        let known = fields.map { ($0.key, $0.value) } + (token.map { [("csrf", $0)] } ?? [])
        return try await send(.post, path, form: known, headers: headers)
    }

    /// Sends a form as it is given.
    func send(
        _ method: HTTPRequest.Method, _ path: String, form: [(String, String)]? = nil, headers: HTTPFields = [:]
    ) async throws -> PageSeen {
        var headers = headers
        let cookies = cookies
        if !cookies.isEmpty {
            headers[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(
                separator: "; ")
        }
        var body = ""
        if let form {
            headers[.contentType] = "application/x-www-form-urlencoded"
            body = form.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let response = try await dashboard.respond(to: request)
        for header in response.headers[values: .setCookie] {
            let pair = header.prefix { $0 != ";" }
            let name = String(pair.prefix { $0 != "=" })
            let value = String(pair.dropFirst(name.count + 1))
            state.withLock { $0.cookies[name] = value.isEmpty ? nil : value }
        }
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        let seen = PageSeen(status: response.status.code, headers: response.headers, text: collected.text)
        if let token = seen.value(of: "csrf") { state.withLock { $0.token = token } }
        return seen
    }

    /// Takes what a stream sends until `isEnough` says so, which is asked with all that came at each step.
    func stream(
        _ path: String, until isEnough: @escaping @Sendable (String) async throws -> Bool
    ) async throws -> String {
        let collected = Collected()
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "http", authority: "localhost", path: path,
                headerFields: [
                    .cookie: cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
                ]), body: RequestBody(buffer: ByteBuffer()))
        let response = try await dashboard.respond(to: request)
        do {
            try await response.body.write(Collector(collected: collected, isEnough: isEnough))
        } catch is Enough {}
        return collected.text
    }

    /// Signs in with a key.
    func signIn(_ key: String, next: String? = nil) async throws -> PageSeen {
        _ = try await get("/dashboard/sign-in")
        return try await post("/dashboard/sign-in", next.map { ["key": key, "next": $0] } ?? ["key": key])
    }
}

/// What a browser was shown.
struct PageSeen: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    var location: String? { headers[.location] }

    /// The value of the first hidden field of that name.
    func value(of name: String) -> String? {
        guard let field = text.firstRange(of: "name=\"\(name)\" value=\"") else { return nil }
        return String(text[field.upperBound...].prefix { $0 != "\"" })
    }

    func has(_ part: String) -> Bool { text.contains(part) }
}

private final class Collected: Sendable {
    private let bytes = Mutex(ByteBuffer())

    var text: String { bytes.withLock { String(buffer: $0) } }

    func add(_ buffer: ByteBuffer) { bytes.withLock { _ = $0.writeImmutableBuffer(buffer) } }
}

/// What ends a stream that would go on.
private struct Enough: Error {}

private struct Collector: ResponseBodyWriter {
    let collected: Collected
    var isEnough: @Sendable (String) async throws -> Bool = { _ in false }

    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.add(buffer)
        if try await isEnough(collected.text) { throw Enough() }
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
