import MartletCore
import MartletStore

extension Writer {
    func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) throws(StoreError) -> Reservation {
        try transaction { (connection) throws(StoreError) in
            try connection.check(stamp.environment)
            let reserved = try connection.query(
                """
                INSERT INTO answers AS a (environment, key, fingerprint, expires_at, state, answer)
                VALUES ($1::uuid, $2::bytea, $3::bytea, $4::bigint, 0, NULL)
                ON CONFLICT (environment, key) DO UPDATE SET
                    fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, state = 0, answer = NULL
                    WHERE a.expires_at <= $5::bigint
                RETURNING 1
                """
            ) { parameters in
                Self.bind(stamp, to: parameters)
                parameters.add(now)
            }
            if reserved.count == 1 { return .reserved }
            let rows = try connection.query(
                "SELECT fingerprint, state, answer FROM answers WHERE environment = $1::uuid AND key = $2::bytea"
            ) { parameters in
                parameters.add(stamp.environment)
                parameters.add(stamp.key)
            }
            guard let row = rows.first else { return .unanswered }
            guard row.bytes(0) == stamp.fingerprint else { return .reused }
            switch row.integer(1) {
            case 0: return .unanswered
            case 1: return .answered(row.bytes(2))
            case 2: return .reused
            default: throw .corrupt("The store holds an answer in a state that this version does not know.")
            }
        }
    }

    func remember(_ answer: [UInt8], for stamp: IdempotencyStamp) throws(StoreError) {
        _ = try write(
            """
            INSERT INTO answers (environment, key, fingerprint, expires_at, state, answer)
            VALUES ($1::uuid, $2::bytea, $3::bytea, $4::bigint, 1, $5::bytea)
            ON CONFLICT (environment, key) DO UPDATE SET
                fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, state = 1,
                answer = excluded.answer
            """
        ) { parameters in
            Self.bind(stamp, to: parameters)
            parameters.add(answer)
        }
    }

    func release(_ stamp: IdempotencyStamp) throws(StoreError) {
        _ = try write(
            "DELETE FROM answers WHERE environment = $1::uuid AND key = $2::bytea AND fingerprint = $3::bytea AND state = 0"
        ) { parameters in
            parameters.add(stamp.environment)
            parameters.add(stamp.key)
            parameters.add(stamp.fingerprint)
        }
    }

    func forgetAnswers(expiredBefore now: Timestamp, limit: Int) throws(StoreError) -> Int {
        try write(
            """
            DELETE FROM answers WHERE (environment, key) IN (
                SELECT environment, key FROM answers WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint)
            """
        ) { parameters in
            parameters.add(now)
            parameters.add(limit)
        }.affected
    }

    private static func bind(_ stamp: IdempotencyStamp, to parameters: Parameters) {
        parameters.add(stamp.environment)
        parameters.add(stamp.key)
        parameters.add(stamp.fingerprint)
        parameters.add(stamp.expiresAt)
    }
}
