import Crypto
public import MartletCore
import MartletStore

/// API keys: making them, withdrawing them, and telling who holds one.
public struct KeyService: Sendable {
    let context: ServiceContext

    public init(_ context: ServiceContext) { self.context = context }

    /// A key and its text, which is shown this once.
    public struct Issued: Sendable {
        public var key: APIKey
        public var text: String
    }

    /// Who presents `text`; refused where no key has it, or has it no longer.
    public func principal(presenting text: String) throws(ServiceError) -> Principal {
        guard let key = context.directory.key(hash: Self.hash(text)) else {
            throw ServiceError(
                .unauthenticated, "invalid_key", "No API key is like this one. Send it as `Authorization: Bearer KEY`.")
        }
        if let expiresAt = key.expiresAt, expiresAt <= context.time.now() {
            throw ServiceError(
                .unauthenticated, "expired_key", "This API key expired at \(expiresAt.rfc3339). Ask for a new one.")
        }
        return Principal(
            environment: key.environment, role: key.role, application: key.application, key: key.id)
    }

    /// Whether the key that somebody came with still opens what it did.
    public func isGood(_ principal: Principal) -> Bool {
        guard let id = principal.key else { return true }
        guard let key = context.directory.key(id, in: principal.environment) else { return false }
        return key.expiresAt.map { $0 > context.time.now() } ?? true
    }

    /// - Parameters:
    ///   - role: a role's name.
    ///   - application: the id or uid of the one that a key with the role `application` is to speak for.
    ///   - expiresAt: when it ends, or `nil` for never.
    public func create(
        name: String?, role: String?, application: String?, expiresAt: Timestamp?, by principal: Principal
    ) async throws(ServiceError) -> Issued {
        try principal.require(.changeKeys)
        var fields: [ServiceError.Field] = []
        let known = role.flatMap(APIKey.Role.init)
        if known == nil {
            let roles = APIKey.Role.allCases.map(\.rawValue).joined(separator: ", ")
            fields.append(.init("role", "Give one of \(roles)."))
        }
        if let name, name.utf8.count > 200 { fields.append(.init("name", "At most 200 bytes are taken.")) }
        if known == .application, application == nil {
            fields.append(.init("application", "Name the application that the key is to speak for."))
        }
        if known != .application, application != nil {
            fields.append(.init("application", "Only a key with the role application speaks for one."))
        }
        if let expiresAt, expiresAt <= context.time.now() {
            fields.append(.init("expires_at", "This has passed. Give a time to come, or leave it out."))
        }
        let owner = try application.flatMap { name throws(ServiceError) in
            try context.application(named: name, for: principal)
        }
        if owner?.isOperations ?? false {
            fields.append(
                .init("application", "What this application hears is about every other. Use the role reader."))
        }
        guard fields.isEmpty, let known else { throw .invalid(fields) }
        let environment = try context.environment(of: principal)
        let issued = Self.issue(
            id: context.identifiers.next(at: context.time.now()), in: environment, name: name ?? "", role: known,
            application: owner?.id, at: context.time.now(), expiresAt: expiresAt)
        try await context.apply([.putKey(issued.key)])
        return issued
    }

    public func delete(_ id: KeyID, by principal: Principal) async throws(ServiceError) {
        try principal.require(.changeKeys)
        guard context.directory.key(id, in: principal.environment) != nil else { throw .notFound("key") }
        try await context.apply([.deleteKey(environment: principal.environment, id: id)])
    }

    public func key(_ id: KeyID, for principal: Principal) throws(ServiceError) -> APIKey {
        try principal.require(.readKeys)
        guard let key = context.directory.key(id, in: principal.environment) else { throw .notFound("key") }
        return key
    }

    /// Changes a key's name or end; `.some(nil)` for `expiresAt` lets it last.
    public func update(
        _ id: KeyID, name: String?, expiresAt: Timestamp??, by principal: Principal
    ) async throws(ServiceError) -> APIKey {
        try principal.require(.changeKeys)
        guard var key = context.directory.key(id, in: principal.environment) else { throw .notFound("key") }
        if let name {
            guard name.utf8.count <= 200 else { throw .invalid("name", "At most 200 bytes are taken.") }
            key.name = name
        }
        if let expiresAt { key.expiresAt = expiresAt }
        try await context.apply([.putKey(key)])
        return key
    }

    /// Lists keys, newest first; their texts are not kept.
    public func keys(page: PageRequest, for principal: Principal) async throws(ServiceError) -> ListPage<APIKey> {
        try principal.require(.readKeys)
        let before = try page.position(of: KeyID.self)
        let found = try await context.stored { () async throws(StoreError) in
            try await context.store.keys(in: principal.environment, before: before, limit: page.limit + 1)
        }
        return ListPage(found, limit: page.limit) { $0.id.description }
    }

    /// Makes a key: `mk_live_` or `mk_test_` and 32 random bytes in hexadecimal.
    static func issue(
        id: KeyID, in environment: Environment, name: String, role: APIKey.Role, application: ApplicationID?,
        at now: Timestamp, expiresAt: Timestamp?
    ) -> Issued {
        var system = SystemRandomNumberGenerator()
        let random = (0..<4).map { _ in
            let digits = String(system.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        let text = (environment.name == "live" ? "mk_live_" : "mk_test_") + random
        return Issued(
            key: APIKey(
                id: id, environment: environment.id, name: name, role: role, application: application,
                hash: hash(text), hint: String(text.prefix(12)), createdAt: now, expiresAt: expiresAt),
            text: text)
    }

    private static func hash(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { Array(SHA256.hash(data: UnsafeRawBufferPointer($0))) }
    }
}
