extension Migration {
    /// Has one index each way of all deliveries with which something was amiss, where there were three.
    ///
    /// A partial index costs even what never enters it: its condition is asked of each row that is written, and of each that
    /// changes. `trouble` is the state of a delivery that failed, was cancelled, or is to be tried again (2, 3 and 0), and
    /// NULL for what is delivered at the first attempt.
    static let trouble = Migration(
        number: 9, summary: "joins the indexes of what failed, was cancelled and is tried again",
        sql: """
            ALTER TABLE deliveries ADD COLUMN trouble INTEGER
                AS (CASE WHEN state = 1 OR state = 0 AND attempts = 0 THEN NULL ELSE state END) VIRTUAL;
            CREATE INDEX deliveries_troubled ON deliveries (environment, trouble, id) WHERE trouble IS NOT NULL;
            CREATE INDEX deliveries_troubled_of_endpoint ON deliveries (endpoint, trouble, environment, id)
                WHERE trouble IS NOT NULL;

            DROP INDEX deliveries_failed;
            DROP INDEX deliveries_failed_of_endpoint;
            DROP INDEX deliveries_cancelled;
            DROP INDEX deliveries_cancelled_of_endpoint;
            DROP INDEX deliveries_retried;
            DROP INDEX deliveries_retried_of_endpoint;
            """)
}
