public import MartletCore
public import MartletStore

extension PostgresStore: ConfigurationStore {
    public func configuration() async throws(StoreError) -> Configuration {
        try await read { (reader) throws(StoreError) in try reader.configuration() }
    }

    public func apply(_ changes: [ConfigurationChange]) async throws(StoreError) {
        try await control { (writer) throws(StoreError) in try writer.apply(changes) }
    }

    public func applications(
        in environment: EnvironmentID, before cursor: ApplicationID?, limit: Int
    ) async throws(StoreError) -> [Application] {
        try await read { (reader) throws(StoreError) in
            try reader.applications(in: environment, before: cursor, limit: limit)
        }
    }

    public func endpoints(
        in environment: EnvironmentID, application: ApplicationID?, before cursor: EndpointID?, limit: Int
    ) async throws(StoreError) -> [Endpoint] {
        try await read { (reader) throws(StoreError) in
            try reader.endpoints(in: environment, application: application, before: cursor, limit: limit)
        }
    }

    public func keys(
        in environment: EnvironmentID, before cursor: KeyID?, limit: Int
    ) async throws(StoreError) -> [APIKey] {
        try await read { (reader) throws(StoreError) in
            try reader.keys(in: environment, before: cursor, limit: limit)
        }
    }

    public func eventTypes(
        in environment: EnvironmentID, before cursor: EventTypePosition?, limit: Int
    ) async throws(StoreError) -> [EventType] {
        try await read { (reader) throws(StoreError) in
            try reader.eventTypes(in: environment, before: cursor, limit: limit)
        }
    }

    public func eventType(_ name: String, in environment: EnvironmentID) async throws(StoreError) -> EventType? {
        try await read { (reader) throws(StoreError) in try reader.eventType(name, in: environment) }
    }
}
