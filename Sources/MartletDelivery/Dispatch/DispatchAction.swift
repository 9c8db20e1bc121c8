public import MartletCore
public import MartletService
public import MartletStore

/// What a dispatcher wants done.
public enum DispatchAction: Sendable {
    /// Make the parcel's next attempt, and report `attemptFinished`.
    case send(Parcel)
    /// Make the outcome durable, and report `settled`.
    case settle(Parcel, Settlement)
    /// Read what is due for the endpoint, at most `limit`, and report `loaded` or `loadFailed`.
    case load(EndpointID, limit: Int)
    /// Make the endpoint inactive: it answered 410.
    case deactivate(EndpointID, environment: EnvironmentID)
    /// Cancel what the store still holds for a deleted endpoint.
    case cancelStored(EndpointID)
    /// Deliveries are stored for an endpoint that the dispatcher has not heard of, the first of them due at `stored`:
    /// report `endpointChanged`, or `endpointDeleted` where there is no such endpoint.
    case introduce(EndpointID, stored: Timestamp)
}
