public import MartletCore
public import MartletStore

extension PostgresStore: AnswerStore {
    public func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) async throws(StoreError) -> Reservation {
        try await control { (writer) throws(StoreError) in try writer.reserve(stamp, at: now) }
    }

    public func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.remember(answer, for: stamp) }
    }

    public func release(_ stamp: IdempotencyStamp) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.release(stamp) }
    }

    public func forgetAnswers(expiredBefore now: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await control { (writer) throws(StoreError) in try writer.forgetAnswers(expiredBefore: now, limit: limit) }
    }
}
