extension Migration {
    /// Gives deliveries a place in their endpoint's order.
    ///
    /// The two columns stay empty for deliveries without an order, which are not in the new index. What has a turn and
    /// what has none stand apart in the index of what is due, so that a look for one passes over nothing of the other.
    static let order = Migration(
        number: 2, summary: "adds the order of deliveries",
        sql: """
            ALTER TABLE deliveries ADD COLUMN turn_key TEXT;
            ALTER TABLE deliveries ADD COLUMN turn_at INTEGER;
            ALTER TABLE deliveries ADD COLUMN in_turn INTEGER NOT NULL AS (turn_key IS NOT NULL) VIRTUAL;

            DROP INDEX deliveries_due;
            CREATE INDEX deliveries_due ON deliveries (endpoint, in_turn, state_at, id, state) WHERE state = 0;
            -- With what is asked of a key's head, so that going from key to key does not touch the table.
            CREATE INDEX deliveries_in_turn ON deliveries (endpoint, turn_key, turn_at, id, state_at, attempts, state)
                WHERE state = 0 AND turn_key IS NOT NULL;
            """)
}
