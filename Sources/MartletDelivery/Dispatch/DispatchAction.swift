public import MartletCore
public import MartletService
public import MartletStore

/// What a dispatcher wants done.
public enum DispatchAction: Sendable {
    /// Make the parcel's next attempt, and report `attemptFinished`.
    case send(Parcel)
    /// Make the outcome durable, and report `settled`.
    case settle(Parcel, Settlement)
    /// Read what is due for the endpoint besides those that are known, at most `limit` of what has a turn and of what has
    /// none, and report `loaded` or `loadFailed`. Known ones may be among what is reported. The look through the ordering
    /// keys goes on after `key`; `nil` to start with the first.
    case load(EndpointID, besides: Set<DeliveryID>, limit: Int, after: String?)
    /// Make the endpoint inactive, and tell its owner.
    case deactivate(EndpointID, environment: EnvironmentID, for: Endpoint.Inactivity, FailureWatch)
    /// Tell the endpoint's owner that it is failing; that it is well again where `isWell`, the watch being as it was before.
    case tell(EndpointID, environment: EnvironmentID, isWell: Bool, FailureWatch)
    /// Cancel what the store still holds for a deleted endpoint.
    case cancelStored(EndpointID)
    /// Deliveries are stored for an endpoint that the dispatcher has not heard of, the first of them due at `stored`:
    /// report `endpointChanged`, or `endpointDeleted` where there is no such endpoint.
    case introduce(EndpointID, stored: Timestamp)
    /// A delivery was stored for an endpoint whose lease another node holds: it is counted there.
    case leave(EndpointID)
    /// Put what waits for the endpoint where it belongs, as `NodeStore` says, and report `rehomed`. Nothing of it is under
    /// way here, or this node goes on delivering to it.
    case rehome(EndpointID)
}
