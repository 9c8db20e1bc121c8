import HTTPTypes
public import Hummingbird
public import HummingbirdCore
public import WebhookSigning

extension RouterMethods where Context: WebhookRequestContext {
    /// Receives one sender's webhooks at a path: its events by POST, and by GET and OPTIONS the handshakes of those senders
    /// that ask by these whether the URL is meant.
    ///
    /// - Parameters:
    ///   - path: Where the sender sends to.
    ///   - middleware: Judges the requests.
    ///   - handler: Takes an event. Where it throws, or answers with a status from 300 on, the sender is to try again.
    @discardableResult
    public func webhooks<Store: ReplayStore>(
        _ path: RouterPath, _ middleware: WebhookMiddleware<Context, Store>,
        use handler: @escaping @Sendable (Request, Context) async throws -> some ResponseGenerator
    ) -> Self {
        let group = group(path).add(middleware: middleware)
        group.on("", method: .post, use: handler)
        for method in [HTTPRequest.Method.get, .options] {
            // A handshake does not come so far, and events do not come this way.
            group.on("", method: method) { _, _ in HTTPResponse.Status.methodNotAllowed }
        }
        return self
    }
}
