import MartletCore
import MartletStore

/// The columns that make an environment.
enum EnvironmentRow {
    static let columns = "id, name, record"

    static func read(_ row: Row) throws(StoreError) -> Environment {
        try EnvironmentRecord.decode(row.bytes(2), id: try row.identifier(0), name: row.text(1))
    }
}

/// The columns that make a profile.
enum ProfileRow {
    static let columns = "environment, name, record, created_at, updated_at"

    static func read(_ row: Row) throws(StoreError) -> CustomProfile {
        let environment: EnvironmentID = try row.identifier(0)
        return CustomProfile(
            environment: environment,
            profile: try ProfileRecord.decode(row.bytes(2), environment: environment, name: row.text(1)),
            createdAt: row.timestamp(3), updatedAt: row.timestamp(4))
    }
}

/// The columns that make an application.
enum ApplicationRow {
    static let columns = "environment, id, uid, record, created_at, updated_at"

    static func read(_ row: Row) throws(StoreError) -> Application {
        try ApplicationRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try row.identifier(0), uid: row.optionalText(2),
            createdAt: row.timestamp(4), updatedAt: row.timestamp(5))
    }
}

/// The columns that make an endpoint.
enum EndpointRow {
    static let columns = """
        environment, id, application, inactivity, record, secret, previous_secret, overlap_ends, cut_over_at, \
        created_at, updated_at
        """

    static func read(_ row: Row) throws(StoreError) -> Endpoint {
        try EndpointRecord.decode(
            row.bytes(4), id: try row.identifier(1), environment: try row.identifier(0),
            application: try row.identifier(2), inactivity: row.optionalText(3),
            secrets: SealedSecrets(
                current: row.bytes(5), previous: row.optionalBytes(6), overlapEnds: row.optionalTimestamp(7),
                cutOverAt: row.optionalTimestamp(8)),
            createdAt: row.timestamp(9), updatedAt: row.timestamp(10))
    }
}

/// The columns that make a source.
enum SourceRow {
    static let columns = """
        environment, id, application, record, secret, previous_secret, overlap_ends, cut_over_at, created_at, updated_at
        """

    static func read(_ row: Row) throws(StoreError) -> Source {
        let secrets = row.optionalBytes(4).map { current in
            SealedSecrets(
                current: current, previous: row.optionalBytes(5), overlapEnds: row.optionalTimestamp(6),
                cutOverAt: row.optionalTimestamp(7))
        }
        return try SourceRecord.decode(
            row.bytes(3), id: try row.identifier(1), environment: try row.identifier(0),
            application: try row.optionalIdentifier(2), secrets: secrets, createdAt: row.timestamp(8),
            updatedAt: row.timestamp(9))
    }
}

/// The columns that make an API key.
enum KeyRow {
    static let columns = "environment, id, application, hash, record, created_at"

    static func read(_ row: Row) throws(StoreError) -> APIKey {
        try KeyRecord.decode(
            row.bytes(4), id: try row.identifier(1), environment: try row.identifier(0),
            application: try row.optionalIdentifier(2), hash: row.bytes(3), createdAt: row.timestamp(5))
    }
}

/// The columns that make an entry of the catalogue.
enum EventTypeRow {
    static let columns = "environment, name, record, created_at, updated_at"

    static func read(_ row: Row) throws(StoreError) -> EventType {
        try EventTypeRecord.decode(
            row.bytes(2), environment: try row.identifier(0), name: row.text(1), createdAt: row.timestamp(3),
            updatedAt: row.timestamp(4))
    }
}
