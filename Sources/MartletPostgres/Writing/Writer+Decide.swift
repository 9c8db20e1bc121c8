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

    private struct EventPlace: Hashable {
        var environment: EnvironmentID
        var event: EventID
    }

    /// An earlier use of a stamp's key.
    private enum EarlierUse {
        case published(fingerprint: [UInt8], events: [EventID])
        case other
    }

    /// Looks up and locks what decides over the acceptances, then goes through them in order.
    ///
    /// Keys and chosen ids are claimed by inserting them, in the order of their bytes, so that of two nodes one waits for the
    /// other and then sees what it did. Stamps come first: what they refuse claims no chosen id.
    func decide(
        _ acceptances: [Acceptance], node: NodeNumber, on connection: Connection
    ) throws(StoreError) -> CommitDecision {
        _ = try connection.query(Self.fence) { $0.add(node.rawValue) }
        var answers = try claim(acceptances.compactMap(\.stamp), on: connection)
        var jobs = try lock(acceptances.compactMap(\.step), on: connection)
        var whole = try lockReplayed(acceptances, on: connection)
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

    private func claim(
        _ stamps: [IdempotencyStamp], on connection: Connection
    ) throws(StoreError) -> [Named: EarlierUse] {
        var wanted: [Named: IdempotencyStamp] = [:]
        for stamp in stamps where wanted[Named(stamp)] == nil { wanted[Named(stamp)] = stamp }
        guard !wanted.isEmpty else { return [:] }
        let sorted = wanted.sorted { $0.key < $1.key }.map(\.value)
        for environment in Set(sorted.map(\.environment)) { try connection.check(environment) }
        let bind: (Parameters) -> Void = { parameters in
            parameters.array(.uuid, sorted) { $0.add($1.environment) }
            parameters.array(.bytes, sorted) { $0.add($1.key) }
        }
        let claimed = try connection.query(
            """
            INSERT INTO answers AS a (environment, key, fingerprint, expires_at, state, answer)
            SELECT s.environment, s.key, s.fingerprint, s.expires_at, 2, NULL
            FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bigint[])
                WITH ORDINALITY AS s (environment, key, fingerprint, expires_at, n)
            ORDER BY s.n
            ON CONFLICT (environment, key) DO UPDATE SET
                fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, state = 2, answer = NULL
                WHERE a.expires_at <= excluded.expires_at - \(IdempotencyStamp.lifetime.wholeMilliseconds)
            RETURNING environment, key
            """
        ) { parameters in
            bind(parameters)
            parameters.array(.bytes, sorted) { $0.add($1.fingerprint) }
            parameters.array(.int64, sorted) { $0.add($1.expiresAt) }
        }
        let own = Set(
            try claimed.map { (row) throws(StoreError) in
                Named(environment: try row.identifier(0), name: row.bytes(1))
            })
        var earlier: [Named: EarlierUse] = [:]
        guard own.count < wanted.count else { return earlier }
        let rows = try connection.query(
            """
            SELECT a.environment, a.key, a.fingerprint, a.state, a.answer
            FROM unnest($1::uuid[], $2::bytea[]) AS s (environment, key)
            JOIN answers a ON a.environment = s.environment AND a.key = s.key
            """, bind)
        for (name, use) in try rows.map(Self.earlierUse) where !own.contains(name) { earlier[name] = use }
        return earlier
    }

    private static func earlierUse(_ row: Row) throws(StoreError) -> (Named, EarlierUse) {
        let name = Named(environment: try row.identifier(0), name: row.bytes(1))
        guard row.integer(3) == 2 else { return (name, .other) }
        let events: [EventID] = try IdentifierRecord.decode(row.bytes(4), of: "the answer to a publishing request")
        return (name, .published(fingerprint: row.bytes(2), events: events))
    }

    // MARK: Jobs

    private func lock(_ steps: [JobStep], on connection: Connection) throws(StoreError) -> [JobID: Job] {
        guard !steps.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            SELECT j.environment, j.id, j.application, j.record
            FROM unnest($1::uuid[], $2::uuid[]) AS s (environment, id)
            JOIN jobs j ON j.environment = s.environment AND j.id = s.id
            WHERE j.is_running ORDER BY j.environment, j.id FOR NO KEY UPDATE OF j
            """
        ) { parameters in
            parameters.array(.uuid, steps) { $0.add($1.environment) }
            parameters.array(.uuid, steps) { $0.add($1.job) }
        }
        var jobs: [JobID: Job] = [:]
        for job in try rows.map(JobRow.read) { jobs[job.id] = job }
        return jobs
    }

    // MARK: Replays

    /// The events that are to be replayed and have their payload, which they keep until the transaction has ended.
    private func lockReplayed(
        _ acceptances: [Acceptance], on connection: Connection
    ) throws(StoreError) -> Set<EventPlace> {
        var wanted: Set<EventPlace> = []
        for acceptance in acceptances {
            for entry in acceptance.entries where entry.isReplay {
                wanted.insert(EventPlace(environment: entry.event.environment, event: entry.event.id))
            }
        }
        guard !wanted.isEmpty else { return [] }
        for environment in Set(wanted.map(\.environment)) { try connection.check(environment) }
        let places = Array(wanted)
        let rows = try connection.query(
            """
            SELECT e.environment, e.id FROM unnest($1::uuid[], $2::uuid[]) AS s (environment, id)
            JOIN events e ON e.environment = s.environment AND e.id = s.id
            WHERE e.id >= $3::uuid AND e.id <= $4::uuid AND e.data_end > 0 ORDER BY e.id FOR SHARE OF e
            """
        ) { parameters in
            parameters.array(.uuid, places) { $0.add($1.environment) }
            parameters.array(.uuid, places) { $0.add($1.event) }
            parameters.add(places.map(\.event).min())
            parameters.add(places.map(\.event).max())
        }
        return Set(
            try rows.map { (row) throws(StoreError) in
                EventPlace(environment: try row.identifier(0), event: try row.identifier(1))
            })
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
        for environment in Set(wanted.map(\.name.environment)) { try connection.check(environment) }
        let claims = wanted
        let bind: (Parameters) -> Void = { parameters in
            parameters.array(.uuid, claims) { $0.add($1.name.environment) }
            parameters.array(.bytes, claims) { $0.add($1.name.name) }
        }
        let claimed = try connection.query(
            """
            INSERT INTO chosen_ids (environment, chosen_id, event)
            SELECT s.environment, s.chosen_id, s.event
            FROM unnest($1::uuid[], $2::bytea[], $3::uuid[]) WITH ORDINALITY AS s (environment, chosen_id, event, n)
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
