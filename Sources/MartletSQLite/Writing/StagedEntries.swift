import MartletCore
import MartletStore

/// What a transaction has taken of events and deliveries and not written yet.
struct StagedEntries {
    struct Entry {
        let entry: Acceptance.Entry
        /// The number of the event's environment.
        let environment: Int64
        /// The event's number.
        let event: Int64

        /// Whether the event is to be written, and is as large as that.
        func isNew(large: Bool) -> Bool { !entry.isReplay && entry.event.isLarge == large }
    }

    private struct ChosenID: Hashable {
        let environment: Int64
        let id: String
    }

    private(set) var entries: [Entry] = []
    private(set) var deliveryCount = 0
    /// How many of the events are new and small, and how many are new and large.
    private(set) var smallCount = 0
    private(set) var largeCount = 0
    /// The number of the last event that is new.
    private(set) var lastEvent: Int64?
    private var chosen: [ChosenID: EventID] = [:]

    /// Whether there are new events among these.
    var hasEvents: Bool { lastEvent != nil }

    mutating func add(_ entry: Acceptance.Entry, in environment: Int64, event: Int64) {
        entries.append(Entry(entry: entry, environment: environment, event: event))
        deliveryCount += entry.deliveries.count
        guard !entry.isReplay else { return }
        lastEvent = event
        if entry.event.isLarge { largeCount += 1 } else { smallCount += 1 }
        guard let id = entry.event.chosenID else { return }
        chosen[ChosenID(environment: environment, id: id)] = entry.event.id
    }

    /// The event with a chosen id, if it is among these.
    func owner(of chosenID: String, in environment: Int64) -> EventID? {
        chosen.isEmpty ? nil : chosen[ChosenID(environment: environment, id: chosenID)]
    }
}

extension Event {
    /// Whether several of its size are not to be copied at once.
    var isLarge: Bool { body.bytes.count > 64 << 10 }
}
