package import MartletCore
package import MartletService
package import MartletStore

/// What a store does with deliveries, in the fewest lines that can be right.
package struct ModelStore {
    package private(set) var deliveries: [DeliveryID: Parcel] = [:]
    /// Every delivery there is, in the order in which they came.
    private(set) var ids: [DeliveryID] = []
    private var waiting: [EndpointID: Set<DeliveryID>] = [:]
    private(set) var health: [EndpointID: EndpointHealth] = [:]
    /// Which attempt was recorded under a delivery's number.
    private var recorded: [AttemptPlace: AttemptID] = [:]
    /// How often each delivery came to an end by an attempt.
    private(set) var endings: [DeliveryID: Int] = [:]
    /// Each such one of the deliveries, or outcomes, that are committed is forgotten: a defect on purpose.
    var forgetsDelivery: Int?
    var forgetsOutcome: Int?
    private var inserted = 0
    private var settled = 0

    private struct AttemptPlace: Hashable {
        var delivery: DeliveryID
        var number: Int
    }

    package init() {}

    package var scheduled: [Parcel] { waiting.values.joined().compactMap { deliveries[$0] } }

    var failed: [DeliveryID] {
        ids.filter { id in
            if case .failed = deliveries[id]?.delivery.state { true } else { false }
        }
    }

    package mutating func insert(_ parcel: Parcel) {
        inserted += 1
        if let forgetsDelivery, inserted.isMultiple(of: forgetsDelivery) { return }
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

    /// Whether the delivery was moved; `nil` where another attempt was recorded under the same number before.
    package mutating func settle(_ settlement: Settlement) -> Bool? {
        settled += 1
        if let forgetsOutcome, settled.isMultiple(of: forgetsOutcome) { return true }
        guard var parcel = deliveries[settlement.attempt.delivery] else { return false }
        let number = settlement.attempt.number
        let place = AttemptPlace(delivery: parcel.delivery.id, number: number)
        if let other = recorded[place], other != settlement.attempt.id { return nil }
        recorded[place] = settlement.attempt.id
        guard case .scheduled = parcel.delivery.state, parcel.delivery.attemptCount == number - 1 else {
            parcel.delivery.attemptCount = max(parcel.delivery.attemptCount, number)
            put(parcel)
            return false
        }
        parcel.delivery.state = settlement.state
        if settlement.state.isFinal { endings[parcel.delivery.id, default: 0] += 1 }
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

    mutating func keep(_ news: [EndpointHealth]) {
        for health in news { self.health[health.endpoint] = health }
    }

    /// When the first of what waits is due, by endpoint.
    func earliestDue() -> [EndpointID: Timestamp] {
        waiting.compactMapValues { ids in ids.compactMap { deliveries[$0]?.due }.min() }
    }

    /// What waits for an endpoint, by when it is due.
    func waiting(for endpoint: EndpointID) -> [Parcel] {
        (waiting[endpoint] ?? []).compactMap { deliveries[$0] }.sorted { $0.due < $1.due }
    }

    /// Whether something of an endpoint is due whose turn it is.
    func hasDue(_ endpoint: EndpointID, by now: Timestamp) -> Bool {
        guard let ids = waiting[endpoint], !ids.isEmpty else { return false }
        var heads: [String: Parcel] = [:]
        for parcel in ids.compactMap({ deliveries[$0] }) {
            guard let key = parcel.delivery.turn?.key else {
                if parcel.due <= now { return true }
                continue
            }
            if let head = heads[key], Self.turn(of: head) < Self.turn(of: parcel) { continue }
            heads[key] = parcel
        }
        return heads.values.contains { $0.due <= now }
    }

    /// What an ordered endpoint has due: what has no turn, and the beginnings of the keys' lines.
    package func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, besides known: Set<DeliveryID>, limit: Int, after key: String?
    ) -> (parcels: [Parcel], nextDue: Timestamp?, resumeAfter: String?) {
        var (found, nextDue) = due(endpoint, by: now, limit: max(1, limit / 2)) { parcel in
            parcel.delivery.turn == nil && !known.contains(parcel.delivery.id)
        }
        let limit = limit + known.count
        let waiting = (waiting[endpoint] ?? []).compactMap { deliveries[$0] }
        let lines = Dictionary(grouping: waiting.filter { $0.delivery.turn != nil }) { $0.delivery.turn?.key ?? "" }
        let keys = lines.keys.sorted().filter { name in key.map { name > $0 } ?? true }
        for (visited, name) in keys.enumerated() {
            // Few, so that histories come to go on from there.
            if visited > 0, visited == Self.keysAtOnce || found.count >= limit {
                return (found, nextDue, keys[visited - 1])
            }
            let line = (lines[name] ?? []).sorted { Self.turn(of: $0) < Self.turn(of: $1) }
            guard let head = line.first else { continue }
            guard head.due <= now else {
                nextDue = min(nextDue ?? head.due, head.due)
                continue
            }
            let due = line.prefix { ($0.delivery.turn?.at ?? now) <= now || $0.delivery.id == head.delivery.id }
            found += due.prefix(min(Self.mostOfAKey, max(1, limit - found.count)))
        }
        return (found, nextDue, nil)
    }

    private static let keysAtOnce = 2
    private static let mostOfAKey = 3

    private static func turn(of parcel: Parcel) -> (Timestamp, DeliveryID) {
        (parcel.delivery.turn?.at ?? parcel.due, parcel.delivery.id)
    }

    /// The deliveries of a key that wait, the one whose turn it is first.
    func line(of key: String, at endpoint: EndpointID) -> [Parcel] {
        (waiting[endpoint] ?? []).compactMap { deliveries[$0] }.filter { $0.delivery.turn?.key == key }
            .sorted { Self.turn(of: $0) < Self.turn(of: $1) }
    }

    func due(
        _ endpoint: EndpointID, by now: Timestamp, limit: Int, where isWanted: (Parcel) -> Bool = { _ in true }
    ) -> (parcels: [Parcel], nextDue: Timestamp?) {
        let waiting = (waiting[endpoint] ?? []).compactMap { deliveries[$0] }
            .filter(isWanted)
            .sorted { ($0.due, $0.delivery.id) < ($1.due, $1.delivery.id) }
        let due = waiting.prefix { $0.due <= now }.prefix(limit)
        return (Array(due), waiting.dropFirst(due.count).first?.due)
    }
}
