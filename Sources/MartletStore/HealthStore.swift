public import MartletCore

/// Keeps how endpoints have been doing, so that a restart does not begin to count anew.
public protocol HealthStore: Sendable {
    /// Keeps each, in the place of what was there of its endpoint: all or none. An endpoint that was never in the store,
    /// or is another environment's, is a conflict; one that was deleted is not.
    func putHealth(_ health: [EndpointHealth]) async throws(StoreError)

    /// What is kept of every endpoint that is not deleted, in the order of their ids.
    func health() async throws(StoreError) -> [EndpointHealth]

    /// What is kept of one endpoint; `nil` where nothing is, or where it was deleted.
    func health(of endpoint: EndpointID) async throws(StoreError) -> EndpointHealth?
}
