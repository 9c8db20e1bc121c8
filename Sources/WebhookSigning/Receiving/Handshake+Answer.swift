extension Handshake {
    /// Whether a request is this handshake.
    func recognises(_ request: WebhookRequest) -> Bool {
        switch self {
        case .slack: isPost(request) && request.field("/type") == "url_verification"
        case .zoom: isPost(request) && request.field("/event") == "endpoint.url_validation"
        case .discord:
            isPost(request) && (request.field("/type") == "0" || request.field("/type") == "1")
                && !request.hasField("/event")
        case .twitch:
            isPost(request)
                && request.values(of: "twitch-eventsub-message-type").first == "webhook_callback_verification"
        case .notion:
            isPost(request) && request.values(of: "x-notion-signature").isEmpty
                && request.field("/verification_token") != nil
        case .eventGrid: isPost(request) && request.values(of: "aeg-event-type").first == "SubscriptionValidation"
        case .meta: isGet(request) && request.queryValue("hub.mode") == "subscribe"
        case .x: isGet(request) && request.queryValue("crc_token") != nil
        case .dropbox: isGet(request) && request.queryValue("challenge") != nil
        case .okta: isGet(request) && !request.values(of: "x-okta-verification-challenge").isEmpty
        case .cloudEvents: request.method == "OPTIONS"
        }
    }

    /// What to answer a request that is this handshake and has passed the checks, where it has to.
    ///
    /// - Parameter secret: The secret in force; `nil` where there is none.
    func answer(
        to request: WebhookRequest, secret: SigningSecret?
    ) throws(VerificationFailure) -> WebhookAnswer {
        switch self {
        case .slack, .twitch:
            return .text(try Self.echo(request.field("/challenge"), of: "the payload's /challenge"))
        case .meta(let verifyToken):
            return .text(try Self.metaChallenge(request, verifyToken))
        case .x:
            let token = try Self.echo(request.queryValue("crc_token"), of: "query parameter crc_token")
            let code = try Self.code(of: token, secret)
            return .json([("response_token", "sha256=" + Base64.encode(code))])
        case .zoom:
            let token = try Self.echo(request.field("/payload/plainToken"), of: "the payload's /payload/plainToken")
            let code = try Self.code(of: token, secret)
            return .json([
                ("plainToken", token),
                (
                    "encryptedToken",
                    String(decoding: code.flatMap { [Hex.digit($0 >> 4), Hex.digit($0 & 15)] }, as: UTF8.self)
                ),
            ])
        case .dropbox:
            return .text(try Self.echo(request.queryValue("challenge"), of: "query parameter challenge"))
        case .okta:
            let values = request.values(of: "x-okta-verification-challenge")
            guard values.count == 1 else {
                throw .headerDuplicated(name: "x-okta-verification-challenge", count: values.count)
            }
            let challenge = try Self.echo(values.first, of: "header x-okta-verification-challenge")
            return .json([("verification", challenge)])
        case .cloudEvents(let origins, let rate): return try Self.permission(request, origins, rate)
        case .discord:
            // Interactions send type 1 and want it back; webhook events send type 0 and want no body.
            guard request.field("/type") == "1" else {
                return WebhookAnswer(status: 204, headers: [("content-type", "application/json")])
            }
            return WebhookAnswer(contentType: "application/json", body: Array(#"{"type":1}"#.utf8))
        case .notion: return WebhookAnswer(status: 200)
        case .eventGrid:
            let code = try Self.echo(
                request.field("/0/data/validationCode"), of: "the payload's /0/data/validationCode")
            return .json([("validationResponse", code)])
        }
    }

    private func isPost(_ request: WebhookRequest) -> Bool { request.method == "POST" }
    private func isGet(_ request: WebhookRequest) -> Bool { request.method == "GET" }

    /// The longest challenge that is answered, in bytes.
    static let longestChallenge = 512

    /// A challenge that may be sent back or signed: letters, digits and what base64, UUIDs and numbers have besides.
    ///
    /// Anybody may ask: a page or a script in a challenge must not come back from our address, and X and Zoom sign it with
    /// the key of their events, so that whoever could choose any text would have any event signed. No JSON object fits.
    private static func echo(_ challenge: String?, of place: String) throws(VerificationFailure) -> String {
        guard let challenge else { throw .handshakeRefused(why: "\(place) is not there.") }
        guard (1...longestChallenge).contains(challenge.utf8.count),
            challenge.utf8.allSatisfy({ byte in
                byte.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "-_.~+/=".utf8.contains(byte)
            })
        else {
            throw .handshakeRefused(
                why: "\(place) is not 1 to \(longestChallenge) letters, digits and -_.~+/= as senders make it.")
        }
        return challenge
    }

    private static func code(of token: String, _ secret: SigningSecret?) throws(VerificationFailure) -> [UInt8] {
        guard let secret else { throw .handshakeRefused(why: "there is no secret to sign the answer with.") }
        return KeyedHash(.sha256, key: secret.bytes).code(of: SignedMessage(head: Array(token.utf8)))
    }

    private static func metaChallenge(
        _ request: WebhookRequest, _ verifyToken: String?
    ) throws(VerificationFailure) -> String {
        guard let verifyToken else {
            throw .handshakeRefused(why: "no verify_token is set here. Set the one that was typed in at the sender.")
        }
        guard let presented = request.queryValue("hub.verify_token") else {
            throw .tokenMissing(place: "query parameter hub.verify_token")
        }
        guard isSameSecret(Array(presented.utf8), Array(verifyToken.utf8)) else {
            throw .wrongToken(place: "query parameter hub.verify_token")
        }
        return try echo(request.queryValue("hub.challenge"), of: "query parameter hub.challenge")
    }

    /// CloudEvents, HTTP 1.1 Web Hooks for Event Delivery 1.0, section 4.
    private static func permission(
        _ request: WebhookRequest, _ origins: [String], _ rate: Int?
    ) throws(VerificationFailure) -> WebhookAnswer {
        let name = "webhook-request-origin"
        let values = request.values(of: name)
        guard let origin = values.first else { throw .headerMissing(name: name) }
        guard values.count == 1 else { throw .headerDuplicated(name: name, count: values.count) }
        guard (1...253).contains(origin.utf8.count),
            origin.utf8.allSatisfy({
                $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                    || "-.:".utf8.contains($0)
            })
        else { throw .headerMalformed(name: name, why: "is not a host name") }
        guard origins.isEmpty || origins.contains(where: { isSameHeaderName($0, origin) }) else {
            throw .handshakeRefused(why: "the origin \(origin) is not among those that are allowed.")
        }
        var headers = [(name: "allow", value: "POST"), (name: "webhook-allowed-origin", value: origin)]
        if let rate {
            headers.append(("webhook-allowed-rate", String(rate)))
        } else if !request.values(of: "webhook-request-rate").isEmpty {
            headers.append(("webhook-allowed-rate", "*"))
        }
        return WebhookAnswer(status: 200, headers: headers)
    }
}

extension WebhookRequest {
    fileprivate func field(_ pointer: JSONPointer) -> String? {
        JSONProbe.string(pointer, in: body)
    }

    fileprivate func hasField(_ pointer: JSONPointer) -> Bool {
        JSONProbe.find(pointer, in: body) != nil
    }

    fileprivate func queryValue(_ name: String) -> String? {
        FormFields((URLParts(url)?.query ?? "").utf8).first(name)
    }
}
