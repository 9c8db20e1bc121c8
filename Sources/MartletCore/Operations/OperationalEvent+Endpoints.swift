extension OperationalEvent {
    /// That an endpoint is failing, and when it will be taken out of service if it goes on.
    ///
    /// - Parameter watch: as it is right after it said ``FailureWatch/Verdict/warn``.
    public static func failing(
        _ endpoint: Endpoint, _ watch: FailureWatch, id: OperationalEventID, at now: Timestamp
    ) -> OperationalEvent {
        OperationalEvent(endpoint, .endpointFailing, id: id, at: now) { writer in
            writer.field("failing_since", watch.failingSince?.rfc3339)
            writer.field("failures", watch.failures)
            writer.field("last_success_at", watch.lastSuccessAt?.rfc3339)
            writer.field("disables_at", watch.disablesAt?.rfc3339)
        }
    }

    /// That an endpoint was taken out of service.
    ///
    /// - Parameters:
    ///   - reason: why.
    ///   - watch: as it is right after it said ``FailureWatch/Verdict/disable``; as it is where the reason is another.
    public static func disabled(
        _ endpoint: Endpoint, for reason: Endpoint.Inactivity, _ watch: FailureWatch, id: OperationalEventID,
        at now: Timestamp
    ) -> OperationalEvent {
        OperationalEvent(endpoint, .endpointDisabled, id: id, at: now) { writer in
            writer.field("reason", reason.rawValue)
            writer.field("failing_since", watch.failingSince?.rfc3339)
            writer.field("failures", watch.failures)
            writer.field("last_success_at", watch.lastSuccessAt?.rfc3339)
        }
    }

    /// That an endpoint whose owner was warned is well again.
    ///
    /// - Parameter before: the watch as it was before it said ``FailureWatch/Verdict/recovered``.
    public static func recovered(
        _ endpoint: Endpoint, _ before: FailureWatch, id: OperationalEventID, at now: Timestamp
    ) -> OperationalEvent {
        OperationalEvent(endpoint, .endpointRecovered, id: id, at: now) { writer in
            writer.field("failing_since", before.failingSince?.rfc3339)
            writer.field("failures", before.failures)
        }
    }

    /// That deliveries to an endpoint have failed for good.
    ///
    /// - Parameters:
    ///   - failed: the one that is told of, its event and why no attempt follows; `nil` where they are told of together.
    ///   - count: how many have failed since the last time that this was told, `failed` included.
    public static func deliveryFailed(
        _ endpoint: Endpoint, _ failed: FailedDelivery?, count: Int, id: OperationalEventID, at now: Timestamp
    ) -> OperationalEvent {
        OperationalEvent(endpoint, .deliveryFailed, id: id, at: now) { writer in
            writer.field("delivery", failed?.delivery.description)
            writer.field("event", failed?.event)
            writer.field("event_type", failed?.eventType)
            writer.field("reason", failed?.reason.rawValue)
            writer.field("attempts", failed?.attempts)
            writer.field("failed", count)
        }
    }

    /// A delivery that has failed for good, as ``OperationalEvent/deliveryFailed(_:_:count:id:at:)`` tells of it.
    public struct FailedDelivery: Sendable, Hashable {
        public var delivery: DeliveryID
        /// The event's id as receivers see it.
        public var event: String
        public var eventType: String
        public var reason: DeliveryState.FailureReason
        public var attempts: Int

        public init(
            delivery: DeliveryID, event: String, eventType: String, reason: DeliveryState.FailureReason, attempts: Int
        ) {
            self.delivery = delivery
            self.event = event
            self.eventType = eventType
            self.reason = reason
            self.attempts = attempts
        }
    }

    private init(
        _ endpoint: Endpoint, _ kind: Kind, id: OperationalEventID, at now: Timestamp,
        details: (inout JSONWriter) -> Void
    ) {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.field("webhook", endpoint.id.description)
            details(&writer)
        }
        self.init(
            id: id, environment: endpoint.environment, application: endpoint.application, endpoint: endpoint.id,
            kind: kind, createdAt: now, data: writer.bytes)
    }
}
