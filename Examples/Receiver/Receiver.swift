import Foundation
import Hummingbird
import WebhookSigning
import WebhookSigningHummingbird

/// Receives webhooks on http://127.0.0.1:3000/webhook, verifies them with `WEBHOOK_SECRET`, and prints each event once.
@main struct Receiver {
    static func main() async throws {
        let secret = try SigningSecret(ProcessInfo.processInfo.environment["WEBHOOK_SECRET"] ?? "")
        let receiver = try WebhookReceiver(preset: .named("standard"), secrets: [secret])
        let router = Router(context: BasicWebhookRequestContext.self)
        router.webhooks("webhook", WebhookMiddleware(receiver)) { request, context in
            let body = try await request.body.collect(upTo: 1 << 20)
            print(context.webhook?.eventID ?? "-", String(buffer: body))
            return HTTPResponse.Status.ok
        }
        let port = ProcessInfo.processInfo.environment["PORT"].flatMap { Int($0) } ?? 3000
        try await Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
        ).runService()
    }
}
