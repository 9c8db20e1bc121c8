import MartletCore
import MartletStore

extension MemoryContents {
    func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.environments = environments.values.sorted { $0.id < $1.id }
        configuration.profiles = profiles.values.sorted {
            ($0.environment, $0.profile.name) < ($1.environment, $1.profile.name)
        }
        configuration.applications = applications.values.sorted { $0.id < $1.id }
        configuration.endpoints = endpoints.values.filter { !deletedEndpoints.contains($0.id) }.sorted { $0.id < $1.id }
        configuration.keys = keys.values.sorted { $0.id < $1.id }
        configuration.eventTypes = eventTypes.keys
            .sorted { ($0.environment, $0.name) < ($1.environment, $1.name) }
            .map { EventTypeReference(environment: $0.environment, name: $0.name) }
        configuration.sources = sources.values.sorted { $0.id < $1.id }
        return configuration
    }

    mutating func apply(_ changes: [ConfigurationChange]) throws(StoreError) {
        var changed = self
        for change in changes { try changed.apply(change) }
        changed.changeLog += changes
        changed.news.append(.configuration)
        self = changed
    }

    private mutating func apply(_ change: ConfigurationChange) throws(StoreError) {
        switch change {
        case .putEnvironment(let environment):
            if environments.values.contains(where: { $0.name == environment.name && $0.id != environment.id }) {
                throw .conflict("There is another environment named \"\(environment.name)\".")
            }
            environments[environment.id] = environment
        case .putProfile(let profile):
            try require(profile.environment)
            profiles[Named(environment: profile.environment, name: profile.profile.name)] = profile
        case .deleteProfile(let environment, let name):
            profiles[Named(environment: environment, name: name)] = nil
        case .putApplication(let application): try put(application)
        case .deleteApplication(let environment, let id, _): deleteApplication(id, in: environment)
        case .eraseApplication(let environment, let id, let now):
            deleteApplication(id, in: environment)
            guard deletedApplications[id] == environment, erasures[id] == nil else { return }
            erasures[id] = Erasure(environment: environment, application: id, requestedAt: now)
        case .putEndpoint(let endpoint): try put(endpoint)
        case .deleteEndpoint(let environment, let id, _):
            if endpoints[id]?.environment == environment { delete(id) }
        case .createEventType(let type):
            try require(type.environment)
            let name = Named(environment: type.environment, name: type.name)
            guard eventTypes[name] == nil else { throw .conflict("There is an event type \"\(type.name)\" already.") }
            eventTypes[name] = type
        case .putEventType(let type):
            let name = Named(environment: type.environment, name: type.name)
            guard eventTypes[name] != nil else { throw .conflict("There is no event type \"\(type.name)\" any more.") }
            eventTypes[name] = type
        case .deleteEventType(let environment, let name):
            eventTypes[Named(environment: environment, name: name)] = nil
        case .putKey(let key):
            try require(key.environment)
            if keys.values.contains(where: { $0.hash == key.hash && $0.id != key.id }) {
                throw .conflict("There is another key with this hash.")
            }
            keys[key.id] = key
        case .deleteKey(let environment, let id):
            if keys[id]?.environment == environment { keys[id] = nil }
        case .putSource(let source):
            try require(source.environment)
            sources[source.id] = source
        case .deleteSource(let environment, let id):
            if sources[id]?.environment == environment { sources[id] = nil }
        }
    }

    private func require(_ environment: EnvironmentID) throws(StoreError) {
        guard environments[environment] != nil else {
            throw .conflict("There is no environment \(environment) in the store.")
        }
    }

    private mutating func deleteApplication(_ id: ApplicationID, in environment: EnvironmentID) {
        guard applications[id]?.environment == environment else { return }
        applications[id] = nil
        deletedApplications[id] = environment
        for endpoint in endpoints.values where endpoint.application == id { delete(endpoint.id) }
        keys = keys.filter { $0.value.application != id }
        sources = sources.filter { $0.value.application != id }
    }

    private mutating func put(_ application: Application) throws(StoreError) {
        try require(application.environment)
        if deletedApplications[application.id] != nil {
            throw .conflict("Application \(application.id) was deleted.")
        }
        let other = applications.values.first {
            $0.uid != nil && $0.uid == application.uid && $0.environment == application.environment
                && $0.id != application.id
        }
        if let other {
            throw .conflict("Application \(other.id) has the uid \"\(application.uid ?? "")\" already.")
        }
        applications[application.id] = application
    }

    private mutating func put(_ endpoint: Endpoint) throws(StoreError) {
        try require(endpoint.environment)
        let isOthers =
            endpoints[endpoint.id].map {
                $0.environment != endpoint.environment || $0.application != endpoint.application
            } ?? false
        if isOthers || deletedEndpoints.contains(endpoint.id) {
            throw .conflict("Endpoint \(endpoint.id) was deleted, or belongs to another application.")
        }
        endpoints[endpoint.id] = endpoint
    }

    private mutating func delete(_ endpoint: EndpointID) {
        deletedEndpoints.insert(endpoint)
        endpoints[endpoint]?.secrets = SealedSecrets(current: [])
    }
}
