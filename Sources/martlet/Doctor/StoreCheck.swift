import Glibc
import MartletCore
import MartletPostgres
import MartletSQLite
import MartletService
import MartletStore

/// The store: opens, sound, durable, up to date, the master key's, and of this time and these rules.
struct StoreCheck: Sendable {
    let configuration: ServeConfiguration

    private static let store = "store"
    private static let schema = "schema"
    private static let key = "master key"
    private static let clock = "clock"
    private static let egress = "egress"

    private var path: String { configuration.place.storePath }

    func findings() async -> [Finding] {
        if let database = configuration.place.database { return await findings(of: database) }
        guard configuration.place.hasStore else {
            return [
                .ok(Self.store, "\(path) is not there yet; the first start makes it"), clock(newest: nil), egress([]),
            ]
        }
        do throws(StoreError) {
            let pending = try SQLiteMigrations.pending(at: path)
            let store = try await SQLiteStore.openForReading(path: path)
            let findings = await look(into: store, pending: pending)
            await store.close()
            return findings
        } catch {
            return [.fail(Self.store, error.description, Self.remedy(error)), clock(newest: nil), egress([])]
        }
    }

    /// A shared store: nodes may be at work with it.
    private func findings(of database: PostgresAddress) async -> [Finding] {
        do throws(StoreError) {
            let pending = try await PostgresMigrations.pending(at: database)
            let schema = schema(pending.map(\.description))
            guard pending.isEmpty else {
                return [.ok(Self.store, "\(path) answers"), schema, clock(newest: nil), egress([])]
            }
            var limits = PostgresStore.Limits()
            limits.readers = 1
            limits.daysAhead = 0
            // It refuses a server that would not keep what it commits.
            let store = try await PostgresStore.open(database, migrate: false, limits: limits, time: WallClock())
            let findings = await look(into: store)
            await store.close()
            return [.ok(Self.store, "\(path) answers, and keeps what it commits (fsync=on)"), schema] + findings
        } catch {
            return [.fail(Self.store, error.description, Self.remedy(error)), clock(newest: nil), egress([])]
        }
    }

    private func look(into store: SQLiteStore, pending: [Migration]) async -> [Finding] {
        var findings: [Finding] = []
        do throws(StoreError) {
            findings.append(try await soundness(store))
            findings.append(schema(pending.map(\.description)))
            // What the steps have yet to add cannot be read.
            guard pending.isEmpty else { return findings + [clock(newest: nil), egress([])] }
        } catch {
            findings.append(.fail(Self.store, error.description, Self.remedy(error)))
        }
        return findings + (await look(into: store))
    }

    private func look(into store: any Store) async -> [Finding] {
        var findings: [Finding] = []
        do throws(StoreError) {
            findings.append(await keyFits(store))
            let stored = try await store.configuration()
            var newest: Timestamp?
            for environment in stored.environments {
                let found = try await store.events(EventQuery(environment: environment.id, limit: 1)).items.first
                if let found { newest = max(newest ?? found.acceptedAt, found.acceptedAt) }
            }
            findings.append(clock(newest: newest))
            findings.append(egress(stored.endpoints))
        } catch {
            findings.append(.fail(Self.store, error.description, Self.remedy(error)))
        }
        return findings
    }

    private func soundness(_ store: SQLiteStore) async throws(StoreError) -> Finding {
        if let problem = try await store.structuralProblems().first {
            return .fail(Self.store, "\(path) is damaged: \(problem)", "Stop the server and restore a backup.")
        }
        guard try await store.isWrittenAhead() else {
            return .fail(Self.store, "\(path) is not in write-ahead mode", "Start the server once; it sets that.")
        }
        // Each connection has its own `synchronous`; the server's refuses to start with another than FULL.
        return .ok(Self.store, "\(path), sound, written ahead; the server syncs each commit (synchronous=FULL)")
    }

    private func schema(_ pending: [String]) -> Finding {
        guard let last = pending.last else { return .ok(Self.schema, "up to date") }
        let detail = "\(pending.count) step\(pending.count == 1 ? "" : "s") pending, up to \(last)"
        return .warn(
            Self.schema, detail,
            configuration.migrates ? "The next start takes them; back the store up first." : "Run `martlet migrate`.")
    }

    private func keyFits(_ store: any Store) async -> Finding {
        do {
            guard let key = try configuration.place.masterKey ?? configuration.place.directory.masterKey() else {
                return .fail(
                    Self.key, "there is none, and the store has secrets that were encrypted with one",
                    "Put \(configuration.place.directory.masterKeyPath) back, or give the key by "
                        + "\(SettingTable.masterKey.variable).")
            }
            let fits = try await Bootstrap(
                store: store, vault: key.vault, identifiers: IdentifierSource(), time: WallClock()
            ).masterKeyFits()
            switch fits {
            case true?: return .ok(Self.key, "it is the one that the store was made with")
            case nil: return .ok(Self.key, "the store has not seen one yet; the next start binds it to this one")
            case false?:
                return .fail(
                    Self.key, "it is not the one that the store was made with",
                    "Give the key that it was made with; without it the signing secrets cannot be read.")
            }
        } catch {
            return .fail(Self.key, "\(error)", "Let this user read it.")
        }
    }

    /// No network is asked: what the disk and the store remember must not lie in the future.
    private func clock(newest: Timestamp?) -> Finding {
        let now = WallClock().now()
        var status = stat()
        var remembered = newest
        if configuration.place.database == nil, stat(path, &status) == 0 {
            let written = Timestamp(milliseconds: Int64(status.st_mtim.tv_sec) * 1000)
            remembered = max(remembered ?? written, written)
        }
        let remedy = "Set the clock, by NTP at best: receivers refuse signatures whose time is off by minutes."
        if let remembered, remembered > now + .seconds(5) {
            return .fail(
                Self.clock,
                "it says \(now.rfc3339), and the store was written at \(remembered.rfc3339), which is to come", remedy)
        }
        guard now > Self.birth else { return .fail(Self.clock, "it says \(now.rfc3339), which is long past", remedy) }
        return .ok(Self.clock, now.rfc3339)
    }

    /// This program is younger than 2025: 2025-01-01T00:00:00Z.
    private static let birth = Timestamp(milliseconds: 1_735_689_600_000)

    /// What deliveries may reach, and which webhooks they may not.
    private func egress(_ endpoints: [Endpoint]) -> Finding {
        let policy = configuration.egress
        var detail =
            policy.allowsPrivateNetworks
            ? "private networks are allowed" : "private networks and localhost are refused"
        if !policy.allowedBlocks.isEmpty {
            detail += "; allowed besides: \(policy.allowedBlocks.map(\.description).joined(separator: ", "))"
        }
        var refused: [(EndpointID, EgressRefusal)] = []
        for endpoint in endpoints {
            do throws(EgressRefusal) {
                _ = try policy.vet(endpoint.url)
            } catch {
                refused.append((endpoint.id, error))
            }
        }
        guard let (id, refusal) = refused.first else { return .ok(Self.egress, detail) }
        return .warn(
            Self.egress, "\(detail); \(refused.count) of \(endpoints.count) webhooks cannot be delivered to",
            "\(id): \(refusal.message)")
    }

    private static func remedy(_ error: StoreError) -> String {
        if error.isCorrupt { return "Stop the server and restore a backup." }
        return error.isConflict ? "Give the right --store, or run the right version." : "Then run doctor again."
    }
}
