/// Where a delivery stands. `docs/delivery-states.md` draws the moves; ``DeliveryStateMachine`` alone makes them.
///
/// A store keeps `scheduled`, `succeeded`, `failed` and `cancelled`. The other two are what a running service knows on
/// top: a delivery is `inFlight` while this process has an attempt of it under way, and `held` while its endpoint is
/// inactive. Neither is written, so a crash or a change of the endpoint needs no repair.
public enum DeliveryState: Sendable, Hashable {
    /// Waits for its next attempt.
    case scheduled(due: Timestamp)
    /// An attempt is under way.
    case inFlight(since: Timestamp)
    /// Waits for its endpoint to become active.
    case held(due: Timestamp)
    /// The receiver acknowledged it.
    case succeeded(at: Timestamp)
    /// The last attempt there was to make has failed.
    case failed(at: Timestamp, reason: FailureReason)
    /// Nobody wants it any more.
    case cancelled(at: Timestamp, reason: CancelReason)

    /// Why no attempt follows a failed one.
    public enum FailureReason: String, Sendable, CaseIterable {
        /// The retry schedule has run out.
        case exhausted
        /// The receiver answered 410 Gone.
        case gone
        /// It was made to be tried once: a test event.
        case single
    }

    /// Why a delivery was given up before its schedule ran out.
    public enum CancelReason: String, Sendable, CaseIterable {
        /// Somebody asked for it.
        case requested
        /// Its endpoint was deleted.
        case endpointDeleted = "endpoint_deleted"
    }

    /// The state's name as the API gives it.
    public var status: DeliveryStatus {
        switch self {
        case .scheduled: .scheduled
        case .inFlight: .inFlight
        case .held: .held
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    /// Whether no attempt will follow unless somebody asks for one.
    public var isFinal: Bool {
        switch self {
        case .scheduled, .inFlight, .held: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}

/// A ``DeliveryState``'s name alone: what users filter by.
public enum DeliveryStatus: String, Sendable, CaseIterable {
    case scheduled
    case inFlight = "in_flight"
    case held
    case succeeded
    case failed
    case cancelled
}
