import MartletCore
import MartletService
import MartletStore

/// What a store does with deliveries, in the fewest lines that can be right.
struct ModelStore {
    private(set) var deliveries: [DeliveryID: Parcel] = [:]
    /// Every delivery there is, in the order in which they came.
    private(set) var ids: [DeliveryID] = []
    private var waiting: [EndpointID: Set<DeliveryID>] = [:]

    var scheduled: [Parcel] { waiting.values.joined().compactMap { deliveries[$0] } }

    mutating func insert(_ parcel: Parcel) {
        ids.append(parcel.delivery.id)
        put(parcel)
    }

    private mutating func put(_ parcel: Parcel) {
        let id = parcel.delivery.id
        deliveries[id] = parcel
        if case .scheduled = parcel.delivery.state {
            waiting[parcel.delivery.endpoint, default: []].insert(id)
        } else {
            waiting[parcel.delivery.endpoint]?.remove(id)
        }
    }

    /// Whether the delivery was moved.
    mutating func settle(_ settlement: Settlement) -> Bool {
        guard var parcel = deliveries[settlement.attempt.delivery] else { return false }
        let number = settlement.attempt.number
        guard case .scheduled = parcel.delivery.state, parcel.delivery.attemptCount == number - 1 else {
            parcel.delivery.attemptCount = max(parcel.delivery.attemptCount, number)
            put(parcel)
            return false
        }
        parcel.delivery.state = settlement.state
        parcel.delivery.attemptCount = number
        parcel.delivery.firstAttemptAt = settlement.firstAttemptAt
        put(parcel)
        return true
    }

    /// Whether the delivery stood where `from` says, and was moved.
    mutating func move(_ from: Delivery, to state: DeliveryState) -> Bool {
        guard var parcel = deliveries[from.id], parcel.delivery.state.status == from.state.status,
            parcel.delivery.attemptCount == from.attemptCount
        else { return false }
        parcel.delivery.state = state
        put(parcel)
        return true
    }

    mutating func cancelAll(of endpoint: EndpointID, at now: Timestamp) {
        for id in waiting[endpoint] ?? [] {
            guard var parcel = deliveries[id] else { continue }
            parcel.delivery.state = .cancelled(at: now, reason: .endpointDeleted)
            put(parcel)
        }
    }

    func due(_ endpoint: EndpointID, by now: Timestamp, limit: Int) -> (parcels: [Parcel], nextDue: Timestamp?) {
        let waiting = (waiting[endpoint] ?? []).compactMap { deliveries[$0] }
            .sorted { ($0.due, $0.delivery.id) < ($1.due, $1.delivery.id) }
        let due = waiting.prefix { $0.due <= now }.prefix(limit)
        return (Array(due), waiting.dropFirst(due.count).first?.due)
    }
}
