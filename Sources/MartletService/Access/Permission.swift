public import MartletCore

/// Something that a role may do. The raw value ends the sentence "may not …".
public enum Permission: String, Sendable, CaseIterable {
    case publishEvents = "publish events"
    case readEvents = "read events"
    case replayEvents = "replay events"
    case readCatalogue = "read event types"
    case changeCatalogue = "change event types"
    case readWebhooks = "read webhooks"
    case changeWebhooks = "change webhooks"
    case readSecrets = "read signing secrets"
    case readDeliveries = "read deliveries"
    case changeDeliveries = "retry or cancel deliveries"
    case readJobs = "read jobs"
    case changeJobs = "cancel jobs"
    case readApplications = "read applications"
    case changeApplications = "change applications"
    case readKeys = "read API keys"
    case changeKeys = "change API keys"
    case readProfiles = "read profiles"
    case changeProfiles = "change profiles"
    case readEnvironment = "read the environment's settings"
    case changeEnvironment = "change the environment's settings"
    case readOperationalEvents = "read operational events"
    case readSources = "read sources and what they received"
    case changeSources = "change sources"
    case readAlerts = "read alerts"
    case changeAlerts = "change alerts"

    /// The roles that may.
    public var roles: Set<APIKey.Role> {
        switch self {
        case .publishEvents: [.admin, .publisher]
        case .readCatalogue: [.admin, .publisher, .application, .reader]
        case .readEvents, .readWebhooks, .readDeliveries, .readProfiles, .readOperationalEvents, .readJobs:
            [.admin, .application, .reader]
        case .replayEvents, .changeWebhooks, .readSecrets, .changeDeliveries, .changeJobs: [.admin, .application]
        case .readApplications, .readKeys, .readEnvironment, .readSources, .readAlerts: [.admin, .reader]
        case .changeCatalogue, .changeApplications, .changeKeys, .changeProfiles, .changeEnvironment, .changeSources,
            .changeAlerts:
            [.admin]
        }
    }
}
