extension Migration {
    /// What listings narrowed to a state or a kind are read along.
    ///
    /// The indexes of deliveries have those alone that were cancelled, or that failed and are to be tried again: what is
    /// delivered at the first attempt never enters them. That of events has those alone that nobody wanted.
    static let listings = Migration(
        number: 8, summary: "adds indexes of what was cancelled and what is tried again",
        sql: """
            CREATE INDEX deliveries_cancelled ON deliveries (environment, id) WHERE state = 3;
            CREATE INDEX deliveries_cancelled_of_endpoint ON deliveries (endpoint) WHERE state = 3;
            CREATE INDEX deliveries_retried ON deliveries (environment, id) WHERE state = 0 AND attempts > 0;
            CREATE INDEX deliveries_retried_of_endpoint ON deliveries (endpoint) WHERE state = 0 AND attempts > 0;
            CREATE INDEX events_unwanted ON events (application, id)
                WHERE delivery_count = 0 AND application IS NOT NULL;
            CREATE INDEX operational_events_of_kind ON operational_events (environment, kind, id);
            """)
}
