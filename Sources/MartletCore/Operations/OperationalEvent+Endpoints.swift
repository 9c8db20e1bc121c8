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
