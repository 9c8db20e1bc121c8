/// Where a ``Job`` stands.
public enum JobState: Sendable, Hashable {
    case running
    /// It has looked at everything.
    case completed(at: Timestamp)
    case cancelled(at: Timestamp, reason: CancelReason)
    case failed(at: Timestamp, reason: FailureReason)

    /// Why a job was given up.
    public enum CancelReason: String, Sendable, CaseIterable {
        /// Somebody asked for it.
        case requested
        /// The endpoint that everything goes to was deleted.
        case endpointDeleted = "endpoint_deleted"
        /// The application that it is about was deleted.
        case applicationDeleted = "application_deleted"
    }

    /// Why a job could not go on.
    public enum FailureReason: String, Sendable, CaseIterable {
        /// The store gave an answer that cannot be right.
        case storeCorrupt = "store_corrupt"
        /// The store refused a step again and again, for another reason than being unavailable.
        case storeRefused = "store_refused"
    }

    /// The state's name as the API gives it.
    public var status: Status {
        switch self {
        case .running: .running
        case .completed: .completed
        case .cancelled: .cancelled
        case .failed: .failed
        }
    }

    /// When it ended; `nil` while it runs.
    public var endedAt: Timestamp? {
        switch self {
        case .running: nil
        case .completed(let at), .cancelled(let at, _), .failed(let at, _): at
        }
    }

    /// A ``JobState``'s name alone.
    public enum Status: String, Sendable, CaseIterable {
        case running
        case completed
        case cancelled
        case failed
    }
}
