import MartletCore
import MartletStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A page of events while it is made, and what it took so far.
struct EventPage {
    let query: EventQuery
    /// The text that is looked for.
    let text: [UInt8]?
    var items: [Event] = []
    var looked = 0
    var lookedAtDeliveries = 0
    var textBytes = 0

    init(_ query: EventQuery) {
        self.query = query
        text = query.text.map { Array($0.utf8) }
    }

    var isFull: Bool { items.count == query.limit }

    /// Whether it has cost as much as a page may.
    var isSpent: Bool {
        looked >= EventQuery.scanLimit || lookedAtDeliveries >= EventQuery.deliveryLimit
            || textBytes >= EventQuery.textLimit
    }

    /// The page, where there are more.
    var beforeMore: Found<Event, EventID> { Found(items: items, next: items.last?.id) }
    /// The page, where there is nothing more.
    var last: Found<Event, EventID> { Found(items: items, next: nil) }

    /// The page, where nobody has looked beyond an event.
    func ending(at id: EventID) -> Found<Event, EventID> { Found(items: items, next: id) }
}

extension UnsafeRawBufferPointer {
    /// Whether `bytes` stand in it, side by side.
    func contains(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        return bytes.withUnsafeBytes { wanted in
            guard var place = baseAddress, let wanted = wanted.baseAddress else { return false }
            let end = place + count
            while end - place >= bytes.count, let found = memchr(place, Int32(first), end - place - bytes.count + 1) {
                if memcmp(found, wanted, bytes.count) == 0 { return true }
                place = UnsafeRawPointer(found) + 1
            }
            return false
        }
    }
}
