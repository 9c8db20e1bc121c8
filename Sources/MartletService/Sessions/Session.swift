public import MartletCore

/// Somebody who has signed in to the pages, for as long as it lasts.
public struct Session: Sendable, Hashable {
    /// What a session was opened with.
    public enum Grant: Sendable, Hashable {
        /// A one-time link: whoever runs the service, in every environment.
        case operating
        /// An API key: what it may, in its environment, for as long as it is good.
        case key(KeyID, in: EnvironmentID)
    }

    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    public let grants: [Grant]
    /// Where the store keeps it.
    let place: Int

    init(createdAt: Timestamp, expiresAt: Timestamp, grants: [Grant], place: Int) {
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.grants = grants
        self.place = place
    }
}

extension Session {
    /// As the store keeps it, beside the hash of the text that proves it.
    func record(hash: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("hash", hash)
            writer.field("created_at", createdAt.milliseconds)
            writer.field("expires_at", expiresAt.milliseconds)
            writer.field("operating", grants.contains(.operating))
            writer.array("keys") { writer in
                for case .key(let key, let environment) in grants {
                    writer.array { writer in
                        writer.string(key.description)
                        writer.string(environment.description)
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Reads what was kept at a place; `nil` where nothing is, or nothing that this version understands.
    static func read(_ bytes: [UInt8], at place: Int) -> (session: Session, hash: String)? {
        guard let value = try? JSONValue(parsing: bytes), let hash = value["hash"]?.string,
            let createdAt = value["created_at"]?.integer, let expiresAt = value["expires_at"]?.integer
        else { return nil }
        var grants: [Grant] = value["operating"]?.boolean == true ? [.operating] : []
        for pair in value["keys"]?.array ?? [] {
            guard let key = pair[0]?.string.flatMap({ KeyID($0) }),
                let environment = pair[1]?.string.flatMap({ EnvironmentID($0) })
            else { return nil }
            grants.append(.key(key, in: environment))
        }
        let session = Session(
            createdAt: Timestamp(milliseconds: Int64(createdAt)), expiresAt: Timestamp(milliseconds: Int64(expiresAt)),
            grants: grants, place: place)
        return (session, hash)
    }
}
