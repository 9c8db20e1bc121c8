public import Logging
public import MartletCore
public import MartletStore
import Synchronization

/// Makes what other nodes changed in the configuration true in this one, in memory and in its courier, as a change of its
/// own would be.
public final class ConfigurationFollower: Sendable {
    private let store: any Store
    private let directory: Directory
    private let courier: any Courier
    private let adjust: @Sendable (Environment) -> Environment
    private let log: Logger
    private let number: Mutex<Int64>

    /// - Parameters:
    ///   - number: the number of the last change, as it was before the directory's contents were read.
    ///   - adjust: puts into an environment what this process's operator asked for.
    public init(
        store: any Store, directory: Directory, courier: any Courier, after number: Int64,
        adjusting adjust: @escaping @Sendable (Environment) -> Environment = { $0 }, log: Logger
    ) {
        self.store = store
        self.directory = directory
        self.courier = courier
        self.adjust = adjust
        self.log = log
        self.number = Mutex(number)
    }

    /// Takes what has changed since the last call. Returns whether endpoints were among it.
    @discardableResult
    public func catchUp() async throws(StoreError) -> Bool {
        try await directory.changes.withLockAsItIs { () async throws(StoreError) in try await take() }
    }

    /// As ``catchUp()``, for whoever holds the lock on changes. Returns whether it could.
    func catchUpInLock() async -> Bool {
        do throws(StoreError) {
            _ = try await take()
            return true
        } catch {
            log.warning("the configuration could not be read", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func take() async throws(StoreError) -> Bool {
        let before = number.withLock { $0 }
        let news = try await store.configurationChanges(after: before)
        var concernsEndpoints = false
        for change in news.changes where take(change) { concernsEndpoints = true }
        number.withLock { $0 = max($0, news.last) }
        return concernsEndpoints
    }

    private func take(_ change: ConfigurationChange) -> Bool {
        switch change {
        case .putEndpoint(let endpoint):
            guard directory.endpoint(endpoint.id, in: endpoint.environment) != endpoint else { return false }
            directory.apply([change])
            courier.endpointChanged(endpoint)
            return true
        case .deleteEndpoint(let environment, let id, _):
            guard directory.endpoint(id, in: environment) != nil else { return false }
            directory.apply([change])
            courier.endpointDeleted(id)
            return true
        case .deleteApplication(let environment, let id, _), .eraseApplication(let environment, let id, _):
            let endpoints = directory.endpoints(in: environment, application: id)
            directory.apply([change])
            for endpoint in endpoints { courier.endpointDeleted(endpoint.id) }
            return !endpoints.isEmpty
        case .putEnvironment(let environment):
            let adjusted = adjust(environment)
            guard directory.environment(environment.id) != adjusted else { return false }
            directory.apply([.putEnvironment(adjusted)])
            for endpoint in directory.endpoints(in: environment.id) { courier.endpointChanged(endpoint) }
        case .putProfile(let custom):
            guard !directory.customProfiles(in: custom.environment).contains(custom) else { return false }
            directory.apply([change])
            directory.tellFollowers(of: custom.profile.name, in: custom.environment, courier)
        case .deleteProfile, .putApplication, .createEventType, .putEventType, .deleteEventType, .putKey, .deleteKey,
            .putSource,
            .deleteSource:
            directory.apply([change])
        }
        return false
    }
}

extension Directory {
    /// Has a courier look anew at the endpoints that follow a profile.
    func tellFollowers(of profile: String, in environment: EnvironmentID, _ courier: any Courier) {
        let usual = self.environment(environment)?.profile
        for endpoint in endpoints(in: environment) where (endpoint.profile ?? usual) == profile {
            courier.endpointChanged(endpoint)
        }
    }
}
