import MartletCore

/// Whom events of one type may go to, and what decides by an event's payload whom it goes to. Made once for a type, as
/// long as no endpoint changes.
struct Audience: Sendable {
    /// Every active endpoint that subscribed, whatever its filter.
    let subscribers: [Subscriber]
    /// Their filters, each once; `nil` where none of them has one.
    private let filters: FilterSet?
    /// For each subscriber its filter's index, -1 where it has none; empty where nobody has one.
    private let indexes: [Int]

    init(_ subscribers: [Subscriber]) {
        self.subscribers = subscribers
        guard subscribers.contains(where: { $0.filter != nil }) else {
            filters = nil
            indexes = []
            return
        }
        var distinct: [PayloadFilter] = []
        var numbers: [PayloadFilter: Int] = [:]
        indexes = subscribers.map { subscriber in
            guard let filter = subscriber.filter else { return -1 }
            if let number = numbers[filter] { return number }
            numbers[filter] = distinct.count
            distinct.append(filter)
            return distinct.count - 1
        }
        filters = FilterSet(distinct)
    }

    /// Whom an event with this payload goes to.
    func members(for payload: ArraySlice<UInt8>) -> [Subscriber] {
        guard let filters else { return subscribers }
        let verdicts = filters.verdicts(on: payload)
        return zip(subscribers, indexes).compactMap { $1 < 0 || verdicts[$1] ? $0 : nil }
    }
}

/// Audiences that were made already, up to a bound.
struct AudienceCache {
    struct Key: Hashable {
        var type: String
        var application: ApplicationID?
        /// `nil` too where nobody wants the events of this source alone.
        var source: SourceID?
    }

    private static let mostAudiences = 1000
    private static let mostSubscribers = 100_000

    private var audiences: [Key: Audience] = [:]
    private var subscriberCount = 0

    subscript(key: Key) -> Audience? { audiences[key] }

    mutating func keep(_ audience: Audience, for key: Key) {
        if audiences.count >= Self.mostAudiences || subscriberCount > Self.mostSubscribers { forget() }
        if let before = audiences.updateValue(audience, forKey: key) { subscriberCount -= before.subscribers.count }
        subscriberCount += audience.subscribers.count
    }

    mutating func forget() {
        audiences = [:]
        subscriberCount = 0
    }
}
