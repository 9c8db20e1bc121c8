import MartletCore
import MartletService

/// A state as a small coloured word. Its colour says nothing that the word does not.
enum Badge {
    enum Tone: String { case good, bad, warn, info, quiet }

    static func markup(_ text: String, _ tone: Tone) -> Markup {
        Markup(trusted: #"<span class="badge \#(tone.rawValue)">\#(HTML.escape(text))</span>"#)
    }

    static func markup(_ delivery: Delivery) -> Markup { markup(words(delivery), tone(delivery)) }

    /// A delivery's state; one that waits after a failure is told from one that was never tried.
    static func words(_ delivery: Delivery) -> String {
        switch delivery.state.status {
        case .scheduled: delivery.attemptCount > 0 ? "retrying" : "scheduled"
        case .inFlight: "in flight"
        case .held: "held"
        case .succeeded: "delivered"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    static func tone(_ delivery: Delivery) -> Tone {
        switch delivery.state.status {
        case .scheduled: delivery.attemptCount > 0 ? .warn : .info
        case .inFlight: .info
        case .held, .cancelled: .quiet
        case .succeeded: .good
        case .failed: .bad
        }
    }

    static func markup(_ endpoint: Endpoint, breaker: BreakerCondition? = nil) -> Markup {
        switch endpoint.inactivity {
        case .paused: return markup("paused", .quiet)
        case .gone: return markup("gone", .bad)
        case .failing: return markup("disabled", .bad)
        case nil: break
        }
        switch breaker?.state {
        case .open: return markup("breaker open", .warn)
        case .halfOpen: return markup("probing", .warn)
        case .closed, nil: return markup("active", .good)
        }
    }
}

extension DeliveryStatus {
    /// The status as pages name it.
    var words: String {
        switch self {
        case .scheduled: "scheduled"
        case .inFlight: "in flight"
        case .held: "held"
        case .succeeded: "delivered"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
