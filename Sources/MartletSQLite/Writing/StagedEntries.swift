import MartletCore
import MartletStore

/// What a transaction has taken of events and deliveries and not written yet.
struct StagedEntries {
    struct NewEvent {
        /// The number of the event's environment.
        let environment: Int64
        /// The number that the event gets.
        let number: Int64
        let event: Event
    }

    struct NewDeliveries {
        /// The number of their event.
        let event: Int64
        let deliveries: [Delivery]
    }

    private struct ChosenID: Hashable {
        let environment: Int64
        let id: String
    }

    private(set) var events: [NewEvent] = []
    /// Events of which several are not to be copied at once.
    private(set) var largeEvents: [NewEvent] = []
    private(set) var deliveries: [NewDeliveries] = []
    private(set) var deliveryCount = 0
    /// The number of the last new event.
    private(set) var lastEvent: Int64?
    private var chosen: [ChosenID: EventID] = [:]

    /// With more bytes than this an event is large.
    private static let largeSize = 64 << 10

    mutating func add(_ event: Event, in environment: Int64, number: Int64) {
        let new = NewEvent(environment: environment, number: number, event: event)
        if event.body.bytes.count > Self.largeSize { largeEvents.append(new) } else { events.append(new) }
        lastEvent = number
        if let id = event.chosenID { chosen[ChosenID(environment: environment, id: id)] = event.id }
    }

    mutating func add(_ deliveries: [Delivery], of event: Int64) {
        self.deliveries.append(NewDeliveries(event: event, deliveries: deliveries))
        deliveryCount += deliveries.count
    }

    /// The event with a chosen id, if it is among these.
    func owner(of chosenID: String, in environment: Int64) -> EventID? {
        chosen.isEmpty ? nil : chosen[ChosenID(environment: environment, id: chosenID)]
    }
}
