import MartletCore
import MartletStore

/// What of a batch's acceptances is to be stored, once everything that could refuse them was looked up and locked.
struct CommitDecision {
    /// One an acceptance.
    var results: [AcceptanceResult] = []
    /// What is stored.
    var entries: [Acceptance.Entry] = []
    /// What stamped requests published.
    var published: [(stamp: IdempotencyStamp, events: [EventID])] = []
    /// The stamps of acceptances that came to nothing after all.
    var unused: [IdempotencyStamp] = []
    /// The chosen ids that were claimed by what is not stored after all.
    var unusedChosen: [(environment: EnvironmentID, chosenID: [UInt8])] = []
    /// The jobs that moved on, as they are now.
    var jobs: [Job] = []
}

extension Writer {
    /// A name as its bytes: texts that Swift takes for the same may be different names.
    fileprivate struct Named: Hashable, Comparable {
        var environment: EnvironmentID
        var name: [UInt8]

        static func < (left: Self, right: Self) -> Bool {
            left.environment != right.environment
                ? left.environment < right.environment : left.name.lexicographicallyPrecedes(right.name)
        }
    }

    fileprivate struct EventPlace: Hashable {
        var environment: EnvironmentID
        var event: EventID
    }

    /// An earlier use of a stamp's key.
    private enum EarlierUse {
        case published(fingerprint: [UInt8], events: [EventID])
        case other
    }

    /// What of a batch is claimed or locked before it is decided.
    struct Claims {
        /// Each key once, in the order of their bytes.
        fileprivate var stamps: [IdempotencyStamp]
        fileprivate var steps: [JobStep]
        /// The events that are to be replayed.
        fileprivate var replayed: [EventPlace]

        init(_ acceptances: [Acceptance]) {
            var stamps: [Named: IdempotencyStamp] = [:]
            var replayed: Set<EventPlace> = []
            for acceptance in acceptances {
                if let stamp = acceptance.stamp, stamps[Named(stamp)] == nil { stamps[Named(stamp)] = stamp }
                for entry in acceptance.entries where entry.isReplay {
                    replayed.insert(EventPlace(environment: entry.event.environment, event: entry.event.id))
                }
            }
            self.stamps = stamps.sorted { $0.key < $1.key }.map(\.value)
            self.replayed = replayed.sorted { $0.event < $1.event }
            steps = acceptances.compactMap(\.step)
        }
    }

    /// Adds the statements that claim and lock.
    func add(_ claims: Claims, to pipeline: borrowing Connection.Pipeline) throws(StoreError) {
        if !claims.stamps.isEmpty { try pipeline.add(Self.claimStamps) { Self.bindClaim(claims.stamps, to: $0) } }
        if !claims.steps.isEmpty { try pipeline.add(Self.lockJobs) { Self.bind(claims.steps, to: $0) } }
        if !claims.replayed.isEmpty { try pipeline.add(Self.lockReplayed) { Self.bind(claims.replayed, to: $0) } }
    }

    /// Looks up and locks what decides over the acceptances, then goes through them in order.
    ///
    /// Keys and chosen ids are claimed by inserting them, in the order of their bytes, so that of two nodes one waits for the
    /// other and then sees what it did. Stamps come first: what they refuse claims no chosen id.
    ///
    /// - Parameter rows: what the statements of ``add(_:to:)`` gave.
    func decide(
        _ acceptances: [Acceptance], _ claims: Claims, _ rows: ArraySlice<Rows>, on connection: Connection
    ) throws(StoreError) -> CommitDecision {
        var rows = rows
        var answers = try earlierUses(claims.stamps, claims.stamps.isEmpty ? nil : rows.popFirst(), on: connection)
        var jobs: [JobID: Job] = [:]
        if !claims.steps.isEmpty, let locked = rows.popFirst() {
            for job in try locked.map(JobRow.read) { jobs[job.id] = job }
        }
        var whole: Set<EventPlace> = []
        if !claims.replayed.isEmpty, let locked = rows.popFirst() {
            whole = Set(
                try locked.map { (row) throws(StoreError) in
                    EventPlace(environment: try row.identifier(0), event: try row.identifier(1))
                })
        }
        let live = acceptances.filter { $0.stamp.map { answers[Named($0)] == nil } ?? true }
        var chosen = try claimChosen(live, on: connection)

        var decision = CommitDecision()
        var handled: Set<Named> = []
        for acceptance in acceptances {
            if let stamp = acceptance.stamp, let earlier = answers[Named(stamp)] {
                switch earlier {
                case .published(stamp.fingerprint, let events): decision.results.append(.answeredBefore(events))
                case .published, .other: decision.results.append(.keyReused)
                }
                continue
            }
            if let step = acceptance.step {
                guard let job = jobs[step.job], job.environment == step.environment, job.takes(step) else {
                    decision.results.append(.jobMoved)
                    if let stamp = acceptance.stamp, handled.insert(Named(stamp)).inserted {
                        decision.unused.append(stamp)
                    }
                    continue
                }
            }
            var results: [AcceptanceResult.EntryResult] = []
            results.reserveCapacity(acceptance.entries.count)
            for entry in acceptance.entries {
                let event = entry.event
                let place = EventPlace(environment: event.environment, event: event.id)
                if entry.isReplay {
                    guard whole.contains(place) else {
                        results.append(.missing)
                        continue
                    }
                } else {
                    if let chosenID = event.chosenID {
                        let name = Named(environment: event.environment, name: Array(chosenID.utf8))
                        if let owner = chosen.owners[name], owner != event.id || chosen.stored.contains(name) {
                            results.append(.taken(by: owner))
                            continue
                        }
                        chosen.stored.insert(name)
                    }
                    if !event.body.isDropped { whole.insert(place) }
                }
                decision.entries.append(entry)
                results.append(.stored)
            }
            if let stamp = acceptance.stamp {
                let events = zip(acceptance.entries, results).map { entry, result in
                    if case .taken(let event) = result { event } else { entry.event.id }
                }
                decision.published.append((stamp, events))
                answers[Named(stamp)] = .published(fingerprint: stamp.fingerprint, events: events)
                handled.insert(Named(stamp))
            }
            if let step = acceptance.step, var job = jobs[step.job] {
                let stored = zip(acceptance.entries, results).filter { $1 == .stored }
                job.advance(step, events: stored.count, deliveries: stored.reduce(0) { $0 + $1.0.deliveries.count })
                jobs[step.job] = job
                decision.jobs.removeAll { $0.id == job.id }
                decision.jobs.append(job)
            }
            decision.results.append(.accepted(results))
        }
        decision.unusedChosen = chosen.claimed.filter { !chosen.stored.contains($0) }.map { ($0.environment, $0.name) }
        return decision
    }

    /// What the decision leaves to be written beside events and deliveries.
    func finish(_ decision: CommitDecision, in pipeline: borrowing Connection.Pipeline) throws(StoreError) {
        if !decision.published.isEmpty {
            let published = decision.published
            try pipeline.add(
                """
                UPDATE answers a SET answer = s.answer
                FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS s (environment, key, answer)
                WHERE a.environment = s.environment AND a.key = s.key
                """
            ) { parameters in
                parameters.array(.uuid, published) { $0.add($1.stamp.environment) }
                parameters.array(.bytes, published) { $0.add($1.stamp.key) }
                parameters.array(.bytes, published) { $0.add(IdentifierRecord.encode($1.events)) }
            }
        }
        if !decision.unused.isEmpty {
            let unused = decision.unused
            try pipeline.add(
                """
                DELETE FROM answers a USING unnest($1::uuid[], $2::bytea[]) AS s (environment, key)
                WHERE a.environment = s.environment AND a.key = s.key
                """
            ) { parameters in
                parameters.array(.uuid, unused) { $0.add($1.environment) }
                parameters.array(.bytes, unused) { $0.add($1.key) }
            }
        }
        if !decision.unusedChosen.isEmpty {
            let unused = decision.unusedChosen
            try pipeline.add(
                """
                DELETE FROM chosen_ids c USING unnest($1::uuid[], $2::bytea[]) AS s (environment, chosen_id)
                WHERE c.environment = s.environment AND c.chosen_id = s.chosen_id
                """
            ) { parameters in
                parameters.array(.uuid, unused) { $0.add($1.environment) }
                parameters.array(.bytes, unused) { $0.add($1.chosenID) }
            }
        }
        for job in decision.jobs { try pipeline.add(Self.updateJob) { Self.bind(job, to: $0) } }
    }

    // MARK: Stamps

    /// What was not free, of the stamps that were claimed.
    private func earlierUses(
        _ stamps: [IdempotencyStamp], _ claimed: Rows?, on connection: Connection
    ) throws(StoreError) -> [Named: EarlierUse] {
        var earlier: [Named: EarlierUse] = [:]
        guard let claimed, claimed.count < stamps.count else { return earlier }
        let own = Set(
            try claimed.map { (row) throws(StoreError) in
                Named(environment: try row.identifier(0), name: row.bytes(1))
            })
        let rows = try connection.query(
            """
            SELECT a.environment, a.key, a.fingerprint, a.state, a.answer
            FROM unnest($1::uuid[], $2::bytea[]) AS s (environment, key)
            JOIN answers a ON a.environment = s.environment AND a.key = s.key
            """
        ) { Self.bind(stamps, to: $0) }
        for (name, use) in try rows.map(Self.earlierUse) where !own.contains(name) { earlier[name] = use }
        return earlier
    }

    // One that has expired by the time the request was presented is free.
    static let claimStamps = """
        INSERT INTO answers AS a (environment, key, fingerprint, expires_at, state, answer)
        SELECT v.id, s.key, s.fingerprint, s.expires_at, 2, NULL
        FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bigint[])
            WITH ORDINALITY AS s (environment, key, fingerprint, expires_at, n)
        LEFT JOIN environments v ON v.id = s.environment
        ORDER BY s.n
        ON CONFLICT (environment, key) DO UPDATE SET
            fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, state = 2, answer = NULL
            WHERE a.expires_at <= (
                SELECT p.presented_at FROM unnest($1::uuid[], $2::bytea[], $5::bigint[]) AS p (environment, key, presented_at)
                WHERE p.environment = a.environment AND p.key = a.key)
        RETURNING environment, key
        """

    private static func bind(_ stamps: [IdempotencyStamp], to parameters: Parameters) {
        parameters.array(.uuid, stamps) { $0.add($1.environment) }
        parameters.array(.bytes, stamps) { $0.add($1.key) }
    }

    private static func bindClaim(_ stamps: [IdempotencyStamp], to parameters: Parameters) {
        bind(stamps, to: parameters)
        parameters.array(.bytes, stamps) { $0.add($1.fingerprint) }
        parameters.array(.int64, stamps) { $0.add($1.expiresAt) }
        parameters.array(.int64, stamps) { $0.add($1.presentedAt) }
    }

    private static func earlierUse(_ row: Row) throws(StoreError) -> (Named, EarlierUse) {
        let name = Named(environment: try row.identifier(0), name: row.bytes(1))
        guard row.integer(3) == 2 else { return (name, .other) }
        let events: [EventID] = try IdentifierRecord.decode(row.bytes(4), of: "the answer to a publishing request")
        return (name, .published(fingerprint: row.bytes(2), events: events))
    }

    // MARK: Jobs and replays

    static let lockJobs = """
        SELECT j.environment, j.id, j.application, j.record
        FROM unnest($1::uuid[], $2::uuid[]) AS s (environment, id)
        JOIN jobs j ON j.environment = s.environment AND j.id = s.id
        WHERE j.is_running ORDER BY j.environment, j.id FOR NO KEY UPDATE OF j
        """

    private static func bind(_ steps: [JobStep], to parameters: Parameters) {
        parameters.array(.uuid, steps) { $0.add($1.environment) }
        parameters.array(.uuid, steps) { $0.add($1.job) }
    }

    /// The events that have their payload, which they keep until the transaction has ended.
    static let lockReplayed = """
        SELECT e.environment, e.id FROM unnest($1::uuid[], $2::uuid[]) AS s (environment, id)
        JOIN events e ON e.environment = s.environment AND e.id = s.id
        WHERE e.id >= $3::uuid AND e.id <= $4::uuid AND e.data_end > 0 ORDER BY e.id FOR SHARE OF e
        """

    private static func bind(_ places: [EventPlace], to parameters: Parameters) {
        parameters.array(.uuid, places) { $0.add($1.environment) }
        parameters.array(.uuid, places) { $0.add($1.event) }
        parameters.add(places.first?.event)
        parameters.add(places.last?.event)
    }

    // MARK: Chosen ids

    private struct ChosenIDs {
        /// Whose each chosen id is.
        var owners: [Named: EventID] = [:]
        /// Those whose owner is stored: by an earlier batch, or earlier in this one.
        var stored: Set<Named> = []
        /// Those that were free.
        var claimed: [Named] = []
    }

    private func claimChosen(
        _ acceptances: [Acceptance], on connection: Connection
    ) throws(StoreError) -> ChosenIDs {
        var found = ChosenIDs()
        var wanted: [(name: Named, event: EventID)] = []
        // The first that wants an id has it, unless it is somebody's already.
        for acceptance in acceptances {
            for entry in acceptance.entries where !entry.isReplay {
                guard let chosenID = entry.event.chosenID else { continue }
                let name = Named(environment: entry.event.environment, name: Array(chosenID.utf8))
                guard found.owners[name] == nil else { continue }
                found.owners[name] = entry.event.id
                wanted.append((name, entry.event.id))
            }
        }
        guard !wanted.isEmpty else { return found }
        wanted.sort { $0.name < $1.name }
        let claims = wanted
        let bind: (Parameters) -> Void = { parameters in
            parameters.array(.uuid, claims) { $0.add($1.name.environment) }
            parameters.array(.bytes, claims) { $0.add($1.name.name) }
        }
        let claimed = try connection.query(
            """
            INSERT INTO chosen_ids (environment, chosen_id, event)
            SELECT v.id, s.chosen_id, s.event
            FROM unnest($1::uuid[], $2::bytea[], $3::uuid[]) WITH ORDINALITY AS s (environment, chosen_id, event, n)
            LEFT JOIN environments v ON v.id = s.environment
            ORDER BY s.n
            ON CONFLICT DO NOTHING RETURNING event
            """
        ) { parameters in
            bind(parameters)
            parameters.array(.uuid, claims) { $0.add($1.event) }
        }
        let own = Set(try claimed.map { (row) throws(StoreError) in try row.identifier(0, EventKind.self) })
        found.claimed = claims.filter { own.contains($0.event) }.map(\.name)
        guard own.count < claims.count else { return found }
        let rows = try connection.query(
            """
            SELECT c.environment, c.chosen_id, c.event FROM unnest($1::uuid[], $2::bytea[]) AS s (environment, chosen_id)
            JOIN chosen_ids c ON c.environment = s.environment AND c.chosen_id = s.chosen_id
            """, bind)
        let owners = try rows.map { (row) throws(StoreError) in
            (
                name: Named(environment: try row.identifier(0), name: row.bytes(1)),
                event: try row.identifier(2, EventKind.self)
            )
        }
        for owner in owners where !own.contains(owner.event) {
            found.owners[owner.name] = owner.event
            found.stored.insert(owner.name)
        }
        return found
    }
}

extension Writer.Named {
    fileprivate init(_ stamp: IdempotencyStamp) {
        self.init(environment: stamp.environment, name: Array(stamp.key.utf8))
    }
}
