public import MartletCore

/// Remembers what POST requests with an `Idempotency-Key` were answered, publishing aside, which has its stamp in the
/// batch itself.
public protocol AnswerStore: Sendable {
    /// Takes the key for a request that is about to be carried out, or says what became of the earlier one.
    func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) async throws(StoreError) -> Reservation

    /// Keeps the answer to a reserved request. `answer` may hold a secret, so it comes encrypted.
    func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) async throws(StoreError)

    /// Gives a reserved key back: its request changed nothing.
    func release(_ stamp: IdempotencyStamp) async throws(StoreError)

    /// Forgets up to `limit` keys that expired before `now`. Returns how many it forgot.
    func forgetAnswers(expiredBefore now: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// What a store knows of an `Idempotency-Key`.
public enum Reservation: Sendable, Hashable {
    /// It was free, and is taken now.
    case reserved
    /// The same request was answered with this.
    case answered([UInt8])
    /// The same request was begun and has no answer: it is under way, or was cut short.
    case unanswered
    /// It was used for another request.
    case reused
}
