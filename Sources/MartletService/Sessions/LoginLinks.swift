import Crypto
public import MartletCore
public import MartletStore

/// One-time links with which whoever runs the service signs in to its dashboard. The store keeps the hash of each link's
/// token, in one of a few places, so that links neither pile up nor can be read out of it.
public struct LoginLinks: Sendable {
    /// How many links may be open at once; one more takes the place of the one that ends first.
    static let places = 8

    private let store: any Store
    private let time: any TimeSource

    public init(store: any Store, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    /// Makes a link's token, good for one sign-in within `lifetime`.
    public func issue(lifetime: Duration) async throws(StoreError) -> String {
        let now = time.now()
        var place = 0
        var soonest: Timestamp?
        for candidate in 0..<Self.places {
            guard let link = try await link(at: candidate), link.expiresAt > now else {
                place = candidate
                break
            }
            if soonest.map({ link.expiresAt < $0 }) ?? true {
                soonest = link.expiresAt
                place = candidate
            }
        }
        let token = RandomText.hexadecimal(bytes: 32)
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("hash", Digest.hexadecimal(of: token))
            writer.field("expires_at", (now + lifetime).milliseconds)
        }
        try await store.putSetting(Self.name(of: place), writer.bytes)
        return token
    }

    /// Uses a token up. `false` where there is no such link, it has expired, or was used before.
    func redeem(_ token: String) async throws(StoreError) -> Bool {
        let hash = Digest.hexadecimal(of: token)
        for place in 0..<Self.places {
            guard let link = try await link(at: place), link.hash == hash else { continue }
            try await store.putSetting(Self.name(of: place), [])
            return link.expiresAt > time.now()
        }
        return false
    }

    private struct Link {
        var hash: String
        var expiresAt: Timestamp
    }

    private func link(at place: Int) async throws(StoreError) -> Link? {
        guard let bytes = try await store.setting(Self.name(of: place)), let value = try? JSONValue(parsing: bytes),
            let hash = value["hash"]?.string, let expiresAt = value["expires_at"]?.integer
        else { return nil }
        return Link(hash: hash, expiresAt: Timestamp(milliseconds: Int64(expiresAt)))
    }

    private static func name(of place: Int) -> String { "login_link_\(place)" }
}
