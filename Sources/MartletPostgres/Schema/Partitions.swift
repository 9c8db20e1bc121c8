import MartletCore
import MartletStore

/// The days by which events, deliveries and attempts are partitioned. What lies in no day's partition is in the default one.
enum Partitions {
    static let tables = ["events", "deliveries", "attempts"]

    /// A day (UTC) and the identifiers of its instants.
    struct Day: Hashable, Comparable {
        /// Whole days since 1970-01-01.
        var number: Int64

        init(number: Int64) { self.number = number }
        init(of instant: Timestamp) { number = instant.milliseconds / Self.length }

        private static let length: Int64 = 86_400_000

        var start: Timestamp { Timestamp(milliseconds: number * Self.length) }
        var end: Timestamp { Timestamp(milliseconds: (number + 1) * Self.length) }
        /// The smallest identifier of the day.
        var first: EventID { EventID(high: UInt64(start.milliseconds) << 16, low: 0) }
        /// The smallest identifier after the day.
        var next: EventID { EventID(high: UInt64(end.milliseconds) << 16, low: 0) }

        /// `20261121`.
        var name: String { String(start.rfc3339.prefix(10).filter { $0 != "-" }) }

        static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    }

    /// The days that have partitions of their own in all three tables' naming, oldest first.
    static func days(on connection: Connection) throws(StoreError) -> [Day] {
        let rows = try connection.query(
            """
            SELECT DISTINCT (right(c.relname, 8)::date - DATE '1970-01-01')::bigint AS day
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent IN (
                    to_regclass(quote_ident(current_schema()) || '.events'),
                    to_regclass(quote_ident(current_schema()) || '.deliveries'),
                    to_regclass(quote_ident(current_schema()) || '.attempts'))
                AND c.relname ~ '^(events|deliveries|attempts)_[0-9]{8}$'
            ORDER BY day
            """)
        return try rows.map { (row) throws(StoreError) in Day(number: row.integer(0)) }
    }

    /// Makes the partitions of `today` and the `ahead` days after it that are missing.
    ///
    /// A partition is made by itself and then attached, which blocks neither readers nor writers of the others. A day of
    /// which something is in the default partition already stays there.
    static func make(from today: Day, ahead: Int, on connection: Connection) throws(StoreError) {
        let present = Set(try names(on: connection))
        for offset in 0..<max(0, ahead) {
            let day = Day(number: today.number + Int64(offset))
            for table in tables where !present.contains("\(table)_\(day.name)") {
                try make(day, of: table, on: connection)
            }
        }
    }

    private static func names(on connection: Connection) throws(StoreError) -> [String] {
        let rows = try connection.query(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relispartition AND c.relkind = 'r'
            """)
        return try rows.map { (row) throws(StoreError) in row.text(0) }
    }

    private static func make(_ day: Day, of table: String, on connection: Connection) throws(StoreError) {
        let name = "\(table)_\(day.name)"
        let key = table == "attempts" ? "delivery" : "id"
        let bounds = "FROM ('\(text(day.first))') TO ('\(text(day.next))')"
        do throws(StoreError) {
            try connection.transaction { () throws(StoreError) in
                _ = try connection.query(Lock.take(.partitions))
                // Another node may have been quicker.
                let isThere = try connection.query(
                    "SELECT to_regclass(quote_ident(current_schema()) || '.' || $1::text) IS NOT NULL"
                ) { $0.add(name) }
                guard isThere.first?.boolean(0) == false else { return }
                let isInDefault = try connection.query(
                    "SELECT EXISTS (SELECT 1 FROM \(table)_default WHERE \(key) >= $1::uuid AND \(key) < $2::uuid)"
                ) { parameters in
                    parameters.add(day.first)
                    parameters.add(day.next)
                }
                guard isInDefault.first?.boolean(0) == false else { return }
                try connection.execute(
                    """
                    CREATE TABLE \(name) (LIKE \(table) INCLUDING ALL);
                    ALTER TABLE \(table) ATTACH PARTITION \(name) FOR VALUES \(bounds);
                    """)
            }
        } catch {
            // Somebody wrote into the default partition meanwhile, or held it for too long: another time.
            if connection.isLost || error.isCorrupt { throw error }
        }
    }

    /// Drops a day's partition of a table. `false` where somebody held the table for too long.
    static func drop(_ day: Day, of table: String, on connection: Connection) throws(StoreError) -> Bool {
        do throws(StoreError) {
            try connection.transaction { () throws(StoreError) in
                // Whoever comes after this waits behind it: rather try again later than hold everybody up.
                try connection.execute("SET LOCAL lock_timeout = 250; DROP TABLE IF EXISTS \(table)_\(day.name)")
            }
            return true
        } catch {
            if connection.isLost || !error.isUnavailable { throw error }
            return false
        }
    }

    /// An identifier as PostgreSQL writes it.
    static func text(_ id: Identifier<some IdentifierKind>) -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, nibble) in (0..<32).enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            let half = nibble < 16 ? id.high : id.low
            text.append(digits[Int(half >> UInt64(60 - 4 * (nibble % 16)) & 0xF)])
        }
        return text
    }
}
