public import MartletCore

/// What a store keeps of a ``Job`` as JSON; its ids and whether it runs have columns of their own.
public enum JobRecord {
    /// Writes the record.
    public static func encode(_ job: Job) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("asked_by", job.askedBy.rawValue)
            encode(job.work, to: &writer)
            writer.field("since", job.since.milliseconds)
            writer.field("until", job.until.milliseconds)
            writer.field("rate", job.rate)
            writer.field("total", job.total)
            writer.field("created_at", job.createdAt.milliseconds)
            writer.field("updated_at", job.updatedAt.milliseconds)
            encode(job.state, to: &writer)
            encode(job.cursor, to: &writer)
            writer.field("examined", job.examined)
            writer.field("created", job.created)
            writer.field("skipped", job.skipped)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: JobID, environment: EnvironmentID, application: ApplicationID?
    ) throws(StoreError) -> Job {
        var reader = try RecordReader(record, of: "job \(id)")
        let job = Job(
            id: id, environment: environment, application: application,
            askedBy: try reader.take("asked_by") { $0.string.flatMap(Job.Asker.init) },
            work: try work(&reader),
            since: try instant("since", &reader),
            until: try instant("until", &reader),
            rate: try reader.take("rate", \.integer),
            total: try reader.takeOptional("total", \.integer),
            createdAt: try instant("created_at", &reader),
            state: try state(&reader),
            cursor: try cursor(&reader),
            examined: try reader.take("examined", \.integer),
            created: try reader.take("created", \.integer),
            skipped: try reader.take("skipped", \.integer),
            updatedAt: try instant("updated_at", &reader))
        try reader.end()
        return job
    }

    private static func instant(_ name: String, _ reader: inout RecordReader) throws(StoreError) -> Timestamp {
        try reader.take(name) { $0.integer.map { Timestamp(milliseconds: Int64($0)) } }
    }

    // MARK: Work

    private static func encode(_ work: JobWork, to writer: inout JSONWriter) {
        switch work {
        case .recover(let endpoint, let only):
            writer.object("recover") { writer in
                writer.field("endpoint", endpoint.description)
                writer.field("only", only.rawValue)
            }
        case .replay(let selection):
            writer.object("replay") { writer in
                writer.field("type", selection.type)
                writer.field("application", selection.application?.description)
                writer.field("status", selection.status?.rawValue)
                writer.field("endpoint", selection.endpoint?.description)
            }
        }
    }

    private static func work(_ reader: inout RecordReader) throws(StoreError) -> JobWork {
        if reader.has("recover") {
            var recovery = try reader.object("recover")
            let work = JobWork.recover(
                try recovery.take("endpoint") { $0.string.flatMap(EndpointID.init) },
                only: try recovery.take("only") { $0.string.flatMap(JobWork.Recovery.init) })
            try recovery.end()
            return work
        }
        var selection = try reader.object("replay")
        let work = JobWork.replay(
            ReplaySelection(
                type: try selection.takeOptional("type", \.string),
                application: try selection.takeOptional("application") { $0.string.flatMap(ApplicationID.init) },
                status: try selection.takeOptional("status") { $0.string.flatMap(DeliveryStatus.init) },
                endpoint: try selection.takeOptional("endpoint") { $0.string.flatMap(EndpointID.init) }))
        try selection.end()
        return work
    }

    // MARK: State and cursor

    private static func encode(_ state: JobState, to writer: inout JSONWriter) {
        writer.field("state", state.status.rawValue)
        writer.field("ended_at", state.endedAt?.milliseconds)
        switch state {
        case .running, .completed: writer.fieldNull("reason")
        case .cancelled(_, let reason): writer.field("reason", reason.rawValue)
        case .failed(_, let reason): writer.field("reason", reason.rawValue)
        }
    }

    private static func state(_ reader: inout RecordReader) throws(StoreError) -> JobState {
        let status = try reader.take("state") { $0.string.flatMap(JobState.Status.init) }
        let endedAt = try reader.takeOptional("ended_at", \.integer).map { Timestamp(milliseconds: Int64($0)) }
        let reason = try reader.takeOptional("reason", \.string)
        switch (status, endedAt, reason) {
        case (.running, nil, nil): return .running
        case (.completed, let at?, nil): return .completed(at: at)
        case (.cancelled, let at?, let reason?):
            if let reason = JobState.CancelReason(rawValue: reason) { return .cancelled(at: at, reason: reason) }
        case (.failed, let at?, let reason?):
            if let reason = JobState.FailureReason(rawValue: reason) { return .failed(at: at, reason: reason) }
        default: break
        }
        throw reader.corrupt("state")
    }

    private static func encode(_ cursor: JobCursor, to writer: inout JSONWriter) {
        switch cursor {
        case .failures(let delivery):
            writer.object("cursor") { $0.field("failures", delivery?.description) }
        case .events(let event):
            writer.object("cursor") { $0.field("events", event?.description) }
        }
    }

    private static func cursor(_ reader: inout RecordReader) throws(StoreError) -> JobCursor {
        var place = try reader.object("cursor")
        let cursor: JobCursor =
            place.has("failures")
            ? .failures(after: try place.takeOptional("failures") { $0.string.flatMap(DeliveryID.init) })
            : .events(after: try place.takeOptional("events") { $0.string.flatMap(EventID.init) })
        try place.end()
        return cursor
    }
}
