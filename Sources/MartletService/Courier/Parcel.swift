public import MartletCore

/// A delivery and its event in memory, on the way to an attempt.
public struct Parcel: Sendable {
    public var delivery: Delivery
    public let event: Event
    /// The bytes it keeps in memory, its event's body above all. Kept here, since it is asked for where the event is not at hand.
    public let size: Int
    /// Set for the attempt right after a 401 or 403 in the middle of a secret's rotation: sign with the other secret.
    public package(set) var usesOtherSecret = false
    /// Whether its attempt takes one of its lane's slots.
    package var holdsSlot = false
    /// Which of its lane's attempts this one is, in the order in which they started.
    package var ordinal = 0

    public init(delivery: Delivery, event: Event) {
        self.delivery = delivery
        self.event = event
        size = event.body.bytes.count
    }

    /// The number of the attempt that comes next, 1 for the first.
    public var nextNumber: Int { delivery.attemptCount + 1 }

    /// When it is, or was last, due.
    public var due: Timestamp {
        switch delivery.state {
        case .scheduled(let due), .held(let due): due
        case .inFlight(let at), .succeeded(let at), .failed(let at, _), .cancelled(let at, _): at
        }
    }
}
