/// How a sender asks whether a URL is meant, before or while it sends events there.
public enum Handshake: Sendable, Hashable {
    /// Slack's `url_verification`: the challenge of a signed request as text.
    case slack
    /// Meta's `hub.challenge`: a GET with the token that the owner chose.
    case meta(verifyToken: String?)
    /// X's challenge-response check: a GET whose `crc_token` is signed with the secret.
    case x
    /// Zoom's `endpoint.url_validation`: the `plainToken` of a signed request, signed with the secret.
    case zoom
    /// Twitch's `webhook_callback_verification`: the challenge of a signed request as text.
    case twitch
    /// Dropbox's GET with `challenge`, which comes back as text.
    case dropbox
    /// Okta's GET with `x-okta-verification-challenge`, which comes back as JSON.
    case okta
    /// The OPTIONS request of CloudEvents' HTTP webhooks: which origins may send, and how many events a minute.
    case cloudEvents(origins: [String], rate: Int?)
    /// Discord's PING, signed: answered by PONG, or for webhook events by 204.
    case discord
    /// Notion's first request, which is not signed: it brings the `verification_token` that everything later is signed
    /// with, for its owner to read in the log and to give as the secret.
    case notion
    /// Azure Event Grid's `SubscriptionValidation`: the code comes back as JSON.
    case eventGrid

    /// What the sender does and what it is answered, in a phrase.
    public var summary: String {
        switch self {
        case .slack: "`url_verification` (signed): the challenge"
        case .meta: "GET `hub.challenge` with the verify token: the challenge"
        case .x: "GET `crc_token`: its HMAC-SHA256"
        case .zoom: "`endpoint.url_validation` (signed): the HMAC-SHA256 of `plainToken`"
        case .twitch: "`webhook_callback_verification` (signed): the challenge"
        case .dropbox: "GET `challenge`: the challenge"
        case .okta: "GET `x-okta-verification-challenge` (with the secret): the challenge as JSON"
        case .cloudEvents: "OPTIONS `WebHook-Request-Origin`: `WebHook-Allowed-Origin`"
        case .discord: "PING (signed): PONG, or 204 for webhook events"
        case .notion: "`verification_token` (not signed): 200; the token is the secret from then on"
        case .eventGrid: "`SubscriptionValidation` (with the secret): the code as JSON"
        }
    }

    /// Whether the request must pass the preset's checks before it is answered.
    var isChecked: Bool {
        switch self {
        case .slack, .zoom, .twitch, .okta, .discord, .eventGrid: true
        case .meta, .x, .dropbox, .cloudEvents, .notion: false
        }
    }
}
