/// What a ``Job`` delivers again.
public enum JobWork: Sendable, Hashable {
    /// What one endpoint should have had and has not.
    case recover(EndpointID, only: Recovery)
    /// A selection of events, to the endpoints that subscribe to them now.
    case replay(ReplaySelection)

    /// Which events a recovery is after.
    public enum Recovery: String, Sendable, CaseIterable {
        /// Those whose deliveries to the endpoint have all come to nothing, other than by request.
        case failed
        /// Those that the endpoint subscribes to and that have no delivery to it at all.
        case missed
        /// Both: what failed first, then what was missed.
        case all
    }

    /// The one endpoint that everything goes to, where there is one.
    public var endpoint: EndpointID? {
        switch self {
        case .recover(let endpoint, _): endpoint
        case .replay(let selection): selection.endpoint
        }
    }

    /// Where the work begins.
    public var start: JobCursor {
        switch self {
        case .recover(_, .failed), .recover(_, .all): .failures(after: nil)
        case .recover(_, .missed), .replay: .events(after: nil)
        }
    }
}

/// Which events a bulk replay is about.
public struct ReplaySelection: Sendable, Hashable {
    /// To the letter.
    public var type: String?
    /// Those meant for this application or that have a delivery to one of its endpoints; they go to its endpoints
    /// alone.
    public var application: ApplicationID?
    /// With a delivery in this state, where ``endpoint`` is given to it, where ``application`` is to one of its
    /// endpoints. `held` and `inFlight` count as `scheduled`: see ``DeliveryState``.
    public var status: DeliveryStatus?
    /// Sent to this endpoint alone, which has to subscribe to them.
    public var endpoint: EndpointID?

    public init(
        type: String? = nil, application: ApplicationID? = nil, status: DeliveryStatus? = nil,
        endpoint: EndpointID? = nil
    ) {
        self.type = type
        self.application = application
        self.status = status
        self.endpoint = endpoint
    }
}
