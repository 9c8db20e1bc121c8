/// What a job that runs is waiting for; it goes on by itself.
public enum JobWait: String, Sendable, CaseIterable {
    /// Its webhook is not active.
    case webhookInactive = "webhook_inactive"
    /// Its earlier deliveries have not been attempted yet.
    case earlierDeliveries = "earlier_deliveries"
    /// The store does not take its steps now.
    case storeUnavailable = "store_unavailable"
}
