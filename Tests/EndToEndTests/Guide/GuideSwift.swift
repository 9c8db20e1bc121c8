// What stands below is the guide's own program for Swift, as it prints it for `sharmo`: see GuideReceiverTests.

// Webhook.swift: with the product WebhookSigning of the package martlet, in a server of your choice
import WebhookSigning

struct WebhookCheck {
    let verifier: WebhookVerifier

    /// - Parameter secret: that of the webhook, as the dashboard shows it.
    init(secret: String, profile: SignatureProfile = .sharmo) throws {
        verifier = try WebhookVerifier(profile: profile, secrets: [SigningSecret(secret)])
    }

    /// The status to answer with: call it with the bytes as they came, and parse them when it says 200.
    func status(headers: [(name: String, value: String)], body: [UInt8], now: Int64) -> Int {
        switch verifier.verify(headers: headers, body: body, now: now) {
        case .valid: return 200
        case .invalid(let failure):
            print("Refused: \(failure.description)")  // why, for your log; the caller is told nothing
            return 401
        }
    }
}
