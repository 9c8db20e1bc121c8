import MartletCore
import NIOHTTP1
import WebhookSigning

/// A request as a sink received it.
struct SinkRequest: Sendable {
    let head: HTTPRequestHead
    let body: [UInt8]

    /// The event's type, where the body says one.
    var type: String? { member("type") }

    /// The event's id: the header that every delivery carries, else the body's.
    var id: String? { head.headers.first(name: "webhook-id") ?? member("id") }

    func verified(by verifier: WebhookVerifier, now: Int64) -> VerificationResult {
        verifier.verify(headers: { head.headers[$0] }, body: body, now: now)
    }

    private func member(_ name: String) -> String? {
        body.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            do throws(PayloadRejection) {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    if key == name, try reader.peek() == .string { return try reader.readString() }
                    _ = try reader.skipValue()
                }
                return nil
            } catch {
                return nil
            }
        }
    }
}
