import MartletCore
import MartletStore

extension Writer {
    /// What the `state` of an answer says.
    enum AnswerState: Int64 {
        case reserved = 0
        case answered = 1
        /// The answer is the ids of the events that were published.
        case published = 2
    }

    private struct StoredAnswer {
        var isSameRequest: Bool
        var state: AnswerState
        var answer: [UInt8]
    }

    /// What came of an earlier acceptance under this stamp's key; `nil` where the key is free or forgotten.
    func resultOfEarlierUse(of stamp: IdempotencyStamp) throws(StoreError) -> AcceptanceResult? {
        guard let stored = try answer(for: stamp, at: stamp.presentedAt) else { return nil }
        guard stored.isSameRequest, stored.state == .published else { return .keyReused }
        return .answeredBefore(try IdentifierRecord.decode(stored.answer, of: "the answer to a publishing request"))
    }

    func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) throws(StoreError) -> Reservation {
        try connection.writing { () throws(StoreError) in
            guard let stored = try answer(for: stamp, at: now) else {
                try put(stamp, state: .reserved, answer: nil)
                return .reserved
            }
            guard stored.isSameRequest else { return .reused }
            switch stored.state {
            case .reserved: return .unanswered
            case .answered: return .answered(stored.answer)
            case .published: return .reused
            }
        }
    }

    func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) throws(StoreError) {
        try connection.writing { () throws(StoreError) in try put(stamp, state: .answered, answer: answer) }
    }

    func release(_ stamp: IdempotencyStamp) throws(StoreError) {
        let environment = try number(of: stamp.environment)
        let statement = try connection.cached(
            """
            DELETE FROM answers WHERE environment = ?1 AND key = ?2 AND fingerprint = ?3 AND state = 0
            """)
        statement.bind(1, environment)
        statement.bind(2, stamp.key)
        statement.bind(3, stamp.fingerprint)
        try statement.run()
    }

    func forgetAnswers(expiredBefore now: Timestamp, limit: Int) throws(StoreError) -> Int {
        let statement = try connection.cached(
            """
            DELETE FROM answers WHERE (environment, key) IN (
                SELECT environment, key FROM answers INDEXED BY answers_expiry
                WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)
            """)
        statement.bind(1, now)
        statement.bind(2, Int64(limit))
        try statement.run()
        return connection.changes
    }

    /// Keeps the key, in place of one that expired.
    func put(_ stamp: IdempotencyStamp, state: AnswerState, answer: [UInt8]?) throws(StoreError) {
        let environment = try number(of: stamp.environment)
        let statement = try connection.cached(
            """
            INSERT OR REPLACE INTO answers (environment, key, fingerprint, expires_at, state, answer)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        statement.bind(1, environment)
        statement.bind(2, stamp.key)
        statement.bind(3, stamp.fingerprint)
        statement.bind(4, stamp.expiresAt)
        statement.bind(5, state.rawValue)
        statement.bind(6, answer)
        try statement.run()
    }

    private func answer(for stamp: IdempotencyStamp, at now: Timestamp) throws(StoreError) -> StoredAnswer? {
        let environment = try number(of: stamp.environment)
        let statement = try connection.cached(
            "SELECT fingerprint, state, answer FROM answers WHERE environment = ?1 AND key = ?2 AND expires_at > ?3")
        defer { statement.reset() }
        statement.bind(1, environment)
        statement.bind(2, stamp.key)
        statement.bind(3, now)
        guard try statement.step() else { return nil }
        guard let state = AnswerState(rawValue: statement.integer(1)) else {
            throw .corrupt("\(connection.path) holds an answer in a state that this version does not know.")
        }
        return StoredAnswer(
            isSameRequest: statement.bytes(0) == stamp.fingerprint, state: state, answer: statement.bytes(2))
    }
}
