/// Something that happened to the service's own things, and that their owners want to know: an endpoint that fails, that
/// was taken out of service, that is well again. Never changed after it is recorded, and forgotten after a while.
public struct OperationalEvent: Sendable, Hashable {
    /// What happened: a dotted name, as event types have. Readers must expect names that they do not know.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// An endpoint has been failing for half the time after which it is taken out of service.
        public static let endpointFailing = Kind(rawValue: "endpoint.failing")
        /// An endpoint was taken out of service: it answered 410, or failed for too long.
        public static let endpointDisabled = Kind(rawValue: "endpoint.disabled")
        /// An endpoint whose owner had been warned has acknowledged an attempt.
        public static let endpointRecovered = Kind(rawValue: "endpoint.recovered")
        /// Deliveries to an endpoint have failed for good. Told of the first one at once, of those that follow together.
        public static let deliveryFailed = Kind(rawValue: "delivery.failed")
        /// An alert fires.
        public static let alertFiring = Kind(rawValue: "alert.firing")
        /// What an alert fired for is over.
        public static let alertCleared = Kind(rawValue: "alert.cleared")
        /// Somebody tried an alert's ways of telling.
        public static let alertTest = Kind(rawValue: "alert.test")
        /// A source keeps refusing what comes in.
        public static let sourceRefusing = Kind(rawValue: "source.refusing")
    }

    public let id: OperationalEventID
    public let environment: EnvironmentID
    /// Whose business it is.
    public let application: ApplicationID
    /// The endpoint that it is about, where it is about one.
    public let endpoint: EndpointID?
    public let kind: Kind
    public let createdAt: Timestamp
    /// The details: a JSON object, UTF-8.
    public let data: [UInt8]

    public init(
        id: OperationalEventID, environment: EnvironmentID, application: ApplicationID, endpoint: EndpointID?,
        kind: Kind, createdAt: Timestamp, data: [UInt8]
    ) {
        self.id = id
        self.environment = environment
        self.application = application
        self.endpoint = endpoint
        self.kind = kind
        self.createdAt = createdAt
        self.data = data
    }
}
