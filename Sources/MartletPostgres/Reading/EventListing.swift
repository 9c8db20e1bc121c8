import MartletCore
import MartletStore

/// The queries that list events.
enum EventListing {
    /// A page. Parameters: 1 the environment, 2 the least id, 3 the id before which, 4 the type, 5 the text, 6 the application,
    /// 7 the state, 8 how many rows, 9 the events that were gathered.
    ///
    /// Columns: the event's, whether it is wanted, and whether nobody has looked beyond it. `l` is what the page may look at;
    /// `v` counts it, `t` judges what the event itself tells, `n` counts how many then need a look at their deliveries. What
    /// lies beyond a bound is judged no more. The order in `t` has a body searched once, not wherever its verdict is read, and
    /// nothing sorted.
    static func page(gathered: Bool) -> String {
        """
        SELECT \(EventRow.columns), e.is_wanted, e.is_last FROM (
            SELECT n.*,
                CASE
                    WHEN NOT n.fits OR n.needed > \(EventQuery.deliveryLimit) THEN false
                    WHEN n.needs_delivery THEN EXISTS (
                        SELECT 1 FROM deliveries d
                        JOIN endpoints p ON p.environment = d.environment AND p.id = d.endpoint
                        WHERE d.event = n.id AND d.environment = n.environment
                            AND ($6::uuid IS NULL OR p.application = $6::uuid)
                            AND ($7::smallint IS NULL OR d.state = $7::smallint))
                    ELSE true
                END AS is_wanted,
                n.place >= \(EventQuery.scanLimit) OR n.bytes >= \(EventQuery.textLimit)
                    OR n.needed >= \(EventQuery.deliveryLimit) AS is_last
            FROM (
                SELECT t.*, count(*) FILTER (WHERE t.fits AND t.needs_delivery) OVER counted AS needed
                FROM (
                    SELECT v.*,
                        ($4::text IS NULL OR v.type = $4::text)
                            AND CASE
                                WHEN $5::bytea IS NULL THEN true
                                WHEN v.bytes - octet_length(v.body) >= \(EventQuery.textLimit) THEN false
                                ELSE position($5::bytea IN v.body) > 0
                            END AS fits,
                        $7::smallint IS NOT NULL
                            OR ($6::uuid IS NOT NULL AND v.application IS DISTINCT FROM $6::uuid) AS needs_delivery
                    FROM (
                        SELECT l.*, row_number() OVER looked AS place,
                            CASE WHEN $5::bytea IS NULL THEN 0 ELSE sum(octet_length(l.body)) OVER looked END AS bytes
                        FROM (\(gathered ? those : all)) l
                        WINDOW looked AS (ORDER BY l.id DESC ROWS UNBOUNDED PRECEDING)
                    ) v
                    ORDER BY v.id DESC
                ) t
                WINDOW counted AS (ORDER BY t.id DESC ROWS UNBOUNDED PRECEDING)
            ) n
        ) e
        WHERE e.is_wanted OR e.is_last ORDER BY e.id DESC LIMIT $8::bigint
        """
    }

    private static let all = """
        SELECT * FROM events
        WHERE environment = $1::uuid AND id >= $2::uuid AND id < $3::uuid AND $9::uuid[] IS NULL
        ORDER BY id DESC LIMIT \(EventQuery.scanLimit)
        """

    // LATERAL with a limit: whatever the planner thinks of so many ids, each event is found by its key.
    private static let those = """
        SELECT f.* FROM unnest($9::uuid[]) AS g (id) CROSS JOIN LATERAL (
            SELECT * FROM events s
            WHERE s.environment = $1::uuid AND s.id = g.id AND s.id >= $2::uuid AND s.id < $3::uuid LIMIT 1
        ) f ORDER BY f.id DESC
        """

    /// An application's events that had nobody to go to, of which no delivery tells. Parameters: 1 how many, 2 the application.
    static let unwanted = """
        SELECT id FROM events WHERE application = $2::uuid AND delivery_count = 0 LIMIT $1::bigint
        """

    /// The events of deliveries and how these stand. Parameters: 1 how many, 2 the endpoint or the environment.
    ///
    /// - Parameter status: the state that they are in, for which an endpoint's may be looked through too, and an
    ///   environment's where an index has them.
    static func deliveries(in status: StoredState.Code?, ofEndpoint: Bool) -> String {
        let place = ofEndpoint ? "d.endpoint = $2::uuid" : "d.environment = $2::uuid"
        let (source, state) =
            switch status {
            case .scheduled: ("\(Owners.all) o JOIN deliveries d ON d.owner = o.number", "AND d.state = 0")
            case .failed: ("deliveries d", "AND d.state = 2")
            case .cancelled: ("deliveries d", "AND d.state = 3")
            case .succeeded, nil: ("deliveries d", "")
            }
        return "SELECT d.event, d.state FROM \(source) WHERE \(place) \(state) LIMIT $1::bigint"
    }
}
