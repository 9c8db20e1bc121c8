public import MartletCore
public import MartletStore

/// Whoever delivers: the engine of MartletDelivery, as the use cases see it.
public protocol Courier: Sendable {
    /// An endpoint was created or changed.
    func endpointChanged(_ endpoint: Endpoint)
    /// An endpoint was deleted: nothing more goes to it.
    func endpointDeleted(_ endpoint: EndpointID)
    /// A delivery was rescheduled in the store, to be due at `due`. Returns once it is known here.
    func rescheduled(_ delivery: DeliveryID, of endpoint: EndpointID, due: Timestamp) async
    /// A delivery was cancelled in the store. Returns once it is known here: no attempt of it starts from then on.
    func cancelled(_ delivery: DeliveryID, of endpoint: EndpointID) async
    /// Whether an attempt of the delivery is under way here, or being recorded.
    func isInFlight(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool
    /// How an endpoint fares at this moment; `nil` where nothing is known of it here.
    func condition(of endpoint: EndpointID) -> EndpointCondition?
    /// How many endpoints' circuit breakers are not closed here.
    var openBreakers: Int { get }
    /// Returns once no attempt of the delivery is under way here: at once where none is.
    func settled(_ delivery: DeliveryID, of endpoint: EndpointID) async
}

/// Who is told what became durable. Called by the committer between two batches, in their order.
public protocol CommitReceiver: Sendable {
    /// These deliveries became durable.
    func accepted(_ parcels: [Parcel])
    /// A batch with these deliveries failed, and they may be durable all the same: the store may have lost its voice
    /// after it had done its work. Their publishers are told that they are not.
    func mayHaveBeenAccepted(_ parcels: [Parcel])
    /// These outcomes became durable; `moved` is false where the delivery had been moved by somebody else.
    func settled(_ outcomes: [SettledParcel])
}

/// An outcome on its way to the store, with the parcel it is of.
public struct PendingSettlement: Sendable {
    public var parcel: Parcel
    public var settlement: Settlement

    public init(parcel: Parcel, settlement: Settlement) {
        self.parcel = parcel
        self.settlement = settlement
    }
}

/// An outcome that is durable.
public struct SettledParcel: Sendable {
    public var pending: PendingSettlement
    public var moved: Bool

    public init(pending: PendingSettlement, moved: Bool) {
        self.pending = pending
        self.moved = moved
    }
}
