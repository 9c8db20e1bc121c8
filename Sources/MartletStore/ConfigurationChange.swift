public import MartletCore

/// One change of the configuration: what a store applies, and what it tells of.
public enum ConfigurationChange: Sendable {
    /// Creates it, or replaces the one with its id. Another with its name is a conflict.
    case putEnvironment(Environment)
    /// Creates it, or replaces the one with its name in its environment.
    case putProfile(CustomProfile)
    case deleteProfile(environment: EnvironmentID, name: String)
    /// Creates it, or replaces the one with its id. Another with its `uid` is a conflict, and so is one that was
    /// deleted.
    case putApplication(Application)
    /// Removes the application and, as ``deleteEndpoint`` does, its endpoints, keys and sources.
    case deleteApplication(environment: EnvironmentID, id: ApplicationID, at: Timestamp)
    /// Removes the application as ``deleteApplication(environment:id:at:)`` does, where it is still there, and has all that
    /// is its removed by the steps of ``ErasureStore``.
    case eraseApplication(environment: EnvironmentID, id: ApplicationID, at: Timestamp)
    /// Creates it, or replaces the one with its id. One that was deleted is a conflict.
    case putEndpoint(Endpoint)
    /// Takes the endpoint out of every listing. Its history stays; what it has waiting is cancelled by
    /// ``DeliveryStore/cancelDeliveries(of:at:limit:)``.
    case deleteEndpoint(environment: EnvironmentID, id: EndpointID, at: Timestamp)
    /// Creates it; an entry with its name is a conflict.
    case createEventType(EventType)
    /// Replaces the entry with its name; where there is none, it is a conflict.
    case putEventType(EventType)
    case deleteEventType(environment: EnvironmentID, name: String)
    /// Creates it, or replaces the one with its id.
    case putKey(APIKey)
    case deleteKey(environment: EnvironmentID, id: KeyID)
    /// Creates it, or replaces the one with its id.
    case putSource(Source)
    /// Removes it. The log of its requests stays, for as long as it would have.
    case deleteSource(environment: EnvironmentID, id: SourceID)
}
