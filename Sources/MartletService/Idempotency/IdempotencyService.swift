import Crypto
import Logging
import MartletCore
public import MartletStore

/// What POST requests with an `Idempotency-Key` were answered. Publishing has its stamp in the batch itself; every other
/// POST takes its key before it begins and leaves its answer when it is done.
public struct IdempotencyService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// The longest key, in bytes.
    public static let longestKey = 255

    /// The stamp of a request.
    ///
    /// - Throws: where the key is empty, longer than ``longestKey`` or has other than printable ASCII characters.
    public func stamp(
        key: String, method: String, path: String, body: UnsafeRawBufferPointer, by principal: Principal
    ) throws(ServiceError) -> IdempotencyStamp {
        guard (1...Self.longestKey).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("Idempotency-Key", "Give 1 to \(Self.longestKey) printable characters without spaces.")
        }
        var digest = SHA256()
        for text in [method, path, principal.application?.description ?? ""] {
            digest.update(data: Array(text.utf8))
            digest.update(data: [0])
        }
        digest.update(bufferPointer: body)
        return IdempotencyStamp(
            environment: principal.environment, key: key, fingerprint: Array(digest.finalize()),
            expiresAt: context.time.now() + IdempotencyStamp.lifetime)
    }

    /// Takes the key of a request that is about to be carried out. Answers with what the same request was answered
    /// before, where it was.
    public func begin(_ stamp: IdempotencyStamp) async throws(ServiceError) -> [UInt8]? {
        let reservation = try await context.stored { () async throws(StoreError) in
            try await context.store.reserve(stamp, at: context.time.now())
        }
        switch reservation {
        case .reserved: return nil
        case .reused: throw IdempotencyRules.reused
        case .unanswered:
            throw ServiceError(
                .conflict, "idempotency_key_in_use",
                "A request with this Idempotency-Key has begun and has no answer yet. If it was cut short, look "
                    + "whether it took effect, and use a new key to send it again.")
        case .answered(let sealed):
            do throws(SecretVault.WrongKey) {
                return try context.vault.open(sealed, owner: stamp.key)
            } catch {
                throw ServiceError(.unavailable, "wrong_master_key", error.description, retryAfter: .seconds(60))
            }
        }
    }

    /// Leaves the answer to a request that was carried out.
    public func finish(_ stamp: IdempotencyStamp, answer: [UInt8]) async {
        do {
            try await context.store.remember(context.vault.seal(answer, owner: stamp.key), for: stamp)
        } catch {
            context.log.error("an answer could not be remembered", metadata: ["error": "\(error)"])
        }
    }

    /// Gives the key of a request back that changed nothing.
    public func abandon(_ stamp: IdempotencyStamp) async {
        do {
            try await context.store.release(stamp)
        } catch {
            context.log.error("an idempotency key could not be released", metadata: ["error": "\(error)"])
        }
    }
}
