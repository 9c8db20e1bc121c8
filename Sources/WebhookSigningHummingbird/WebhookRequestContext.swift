public import Hummingbird
public import WebhookSigning

/// A request's context that carries what is known of the webhook that the request is.
public protocol WebhookRequestContext: RequestContext {
    /// Who signed the request, when, and what it is; `nil` until ``WebhookMiddleware`` has accepted it.
    var webhook: Acceptance? { get set }
}

/// A context with nothing but what a webhook needs.
public struct BasicWebhookRequestContext: WebhookRequestContext {
    public var coreContext: CoreRequestContextStorage
    public var webhook: Acceptance?

    /// Makes a context for a request.
    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
