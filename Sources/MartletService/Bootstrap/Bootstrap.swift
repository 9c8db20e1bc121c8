public import MartletCore
public import MartletStore

/// What happens before a service can answer: the master key is checked, and a new store gets its environments, its
/// catalogue and its first keys.
public struct Bootstrap: Sendable {
    private let store: any Store
    private let vault: SecretVault
    private let identifiers: IdentifierSource
    private let time: any TimeSource

    public init(store: any Store, vault: SecretVault, identifiers: IdentifierSource, time: any TimeSource) {
        self.store = store
        self.vault = vault
        self.identifiers = identifiers
        self.time = time
    }

    /// The texts of a new store's first admin keys, by environment name. They are shown now or never.
    public struct FirstKeys: Sendable {
        public var live: String
        public var sandbox: String
    }

    private static let checkName = "master_key_check"
    private static let checkText = Array("martlet".utf8)

    /// Whether the master key is the one that the store was made with; `nil` where the store has not seen one yet.
    public func masterKeyFits() async throws(StoreError) -> Bool? {
        guard let sealed = try await store.setting(Self.checkName) else { return nil }
        return (try? vault.open(sealed, owner: Self.checkName)) == Self.checkText
    }

    /// Refuses a master key other than the one that the store was made with; remembers the first.
    ///
    /// - Throws: `SecretVault.WrongKey`, or what the store throws.
    public func checkMasterKey() async throws {
        switch try await masterKeyFits() {
        case true?: return
        case false?: throw SecretVault.WrongKey()
        case nil: try await store.putSetting(Self.checkName, vault.seal(Self.checkText, owner: Self.checkName))
        }
    }

    /// Makes the environments `live` and `sandbox` in a store that has none, with the template's profile and catalogue
    /// and an admin key for each.
    ///
    /// - Returns: the keys' texts, or `nil` where the store had environments already; it is left alone then.
    public func makeEnvironments(template: Template) async throws(StoreError) -> FirstKeys? {
        guard try await store.configuration().environments.isEmpty else { return nil }
        var changes: [ConfigurationChange] = []
        let live = make("live", template, &changes)
        let sandbox = make("sandbox", template, &changes)
        do throws(StoreError) {
            try await store.apply(changes)
        } catch {
            // Another node may have started on the same empty store at the same moment.
            guard error.isConflict, try await !store.configuration().environments.isEmpty else { throw error }
            return nil
        }
        return FirstKeys(live: live, sandbox: sandbox)
    }

    private func make(_ name: String, _ template: Template, _ changes: inout [ConfigurationChange]) -> String {
        let now = time.now()
        let application = Application(
            id: identifiers.next(at: now),
            environment: identifiers.next(at: now), uid: nil, name: "Default", createdAt: now, updatedAt: now)
        let environment = Environment(
            id: application.environment, name: name, profile: template.profile, requiresHTTPS: name == "live",
            defaultApplication: application.id, pages: CustomerPages(template: template.name, support: template.support)
        )
        changes += [.putEnvironment(environment), .putApplication(application)]
        for (index, type) in template.eventTypes.enumerated() {
            // A millisecond apart, the first last: listed newest first, they stand as the template has them.
            let createdAt = now - .milliseconds(index)
            changes.append(
                .createEventType(
                    EventType(
                        environment: environment.id, name: type.name, description: type.description,
                        group: type.group, schema: type.schema, example: type.example, createdAt: createdAt,
                        updatedAt: createdAt)))
        }
        let issued = KeyService.issue(
            id: identifiers.next(at: now), in: environment, name: "First admin key", role: .admin, application: nil,
            at: now, expiresAt: nil)
        changes.append(.putKey(issued.key))
        return issued.text
    }
}
