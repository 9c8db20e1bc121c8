import MartletCore
import MartletStore

/// What an ``InMemoryStore`` holds, and the rules by which it changes.
struct MemoryContents: Sendable {
    /// What is remembered of an `Idempotency-Key`.
    struct Answer {
        enum Kind {
            case reserved
            case answered([UInt8])
            case published([EventID])
        }

        var stamp: IdempotencyStamp
        var kind: Kind
    }

    var settings: [String: [UInt8]] = [:]
    var answers: [Named: Answer] = [:]

    var environments: [EnvironmentID: Environment] = [:]
    var profiles: [Named: CustomProfile] = [:]
    var applications: [ApplicationID: Application] = [:]
    /// By the environment that they were in.
    var deletedApplications: [ApplicationID: EnvironmentID] = [:]
    var erasures: [ApplicationID: Erasure] = [:]
    /// With the deleted ones, to which deliveries refer.
    var endpoints: [EndpointID: Endpoint] = [:]
    var deletedEndpoints: Set<EndpointID> = []
    var eventTypes: [Named: EventType] = [:]
    var keys: [KeyID: APIKey] = [:]

    var events: [EventID: Event] = [:]
    var chosenIDs: [Named: EventID] = [:]
    var deliveries: [DeliveryID: Delivery] = [:]
    var deliveriesOfEvent: [EventID: [DeliveryID]] = [:]
    /// The deliveries that are scheduled, by endpoint; an endpoint without any is left out.
    var scheduled: [EndpointID: Set<DeliveryID>] = [:]
    var attempts: [DeliveryID: [Attempt]] = [:]
    var jobs: [JobID: Job] = [:]
    var sources: [SourceID: Source] = [:]
    var requests: [RequestID: StoredRequest] = [:]
    /// Up to which event payloads were dropped, by environment, and which were left for a delivery that was scheduled.
    var payloadMarks: [EnvironmentID: EventID] = [:]
    var latePayloads: Set<EventID> = []
    var hours: [EndpointID: [Timestamp: EndpointHour]] = [:]
    /// With those of deleted endpoints.
    var health: [EndpointID: EndpointHealth] = [:]
    var operationalEvents: [OperationalEventID: OperationalEvent] = [:]
    var untoldEvents: Set<OperationalEventID> = []
    var environmentHours: [EnvironmentID: [Timestamp: EnvironmentHour]] = [:]
    var alerts: [AlertID: StandingAlert] = [:]
    var incidents: [IncidentID: Incident] = [:]
    var mails: [MailID: AlertMail] = [:]

    var nodes: [NodeNumber: MemoryNode] = [:]
    var lastNode = NodeNumber.nobody
    /// Whose a delivery is; what is not here is nobody's, and waits for whoever holds its endpoint's lease.
    var owners: [DeliveryID: NodeNumber] = [:]
    var leases: [EndpointID: NodeNumber] = [:]
    var duties: [Duty: NodeNumber] = [:]
    /// Every change of the configuration, the first one numbered 1.
    var changeLog: [ConfigurationChange] = []
    /// What the other nodes are to hear.
    var news: [StoreNews] = []

    /// Writes a delivery in the form that stores keep, and keeps the index of scheduled ones true.
    mutating func put(_ delivery: Delivery) {
        var stored = delivery
        switch delivery.state {
        case .scheduled, .succeeded, .failed, .cancelled: break
        case .held(let due): stored.state = .scheduled(due: due)
        case .inFlight(let since): stored.state = .scheduled(due: since)
        }
        deliveries[stored.id] = stored
        if case .scheduled = stored.state {
            scheduled[stored.endpoint, default: []].insert(stored.id)
        } else {
            scheduled[stored.endpoint]?.remove(stored.id)
            if scheduled[stored.endpoint]?.isEmpty == true { scheduled[stored.endpoint] = nil }
        }
    }

    mutating func reserve(_ stamp: IdempotencyStamp, at now: Timestamp) -> Reservation {
        guard let answer = answers[Named(stamp)], answer.stamp.expiresAt > now else {
            answers[Named(stamp)] = Answer(stamp: stamp, kind: .reserved)
            return .reserved
        }
        guard answer.stamp.fingerprint == stamp.fingerprint else { return .reused }
        switch answer.kind {
        case .reserved: return .unanswered
        case .answered(let bytes): return .answered(bytes)
        case .published: return .reused
        }
    }
}

/// A name within an environment.
struct Named: Hashable {
    var environment: EnvironmentID
    var name: String

    init(environment: EnvironmentID, name: String) {
        self.environment = environment
        self.name = name
    }

    init(_ stamp: IdempotencyStamp) {
        self.init(environment: stamp.environment, name: stamp.key)
    }
}
