import MartletCore
import MartletService

/// What can happen next in a history.
enum Happening {
    // To the world; a crash takes none of it back.
    case publish
    case meddle
    case retryByHand
    case clockIsSet
    case crash
    case stop
    case stopTakesTooLong
    case start
    case finale

    // In the process, and lost when it dies. What tells of the store has `seen` as many commits as were applied by then.
    case attemptEnds(Parcel, startedAt: Timestamp)
    case commitApplies
    case commitIsReported
    case commitGoesOn
    case read(EndpointID, besides: Set<DeliveryID>, limit: Int, after: String?)
    case readIsAnswered(EndpointID, Reading, seen: Int)
    case readFails(EndpointID)
    case endpointIsTold(EndpointID)
    case deactivate(EndpointID)
    case cancelStored(EndpointID)
    case cancelIsTold(DeliveryID, EndpointID, seen: Int)
    case rescheduleIsTold(DeliveryID, EndpointID, due: Timestamp, seen: Int)
    case healthIsKept
    case alarmNotices

    var isTheWorlds: Bool {
        switch self {
        case .publish, .meddle, .retryByHand, .clockIsSet, .crash, .stop, .stopTakesTooLong, .start, .finale: true
        default: false
        }
    }

    /// What is told of it in a trace.
    var summary: String {
        switch self {
        case .attemptEnds(let parcel, _): "attempt \(parcel.nextNumber) of \(parcel.delivery.id) ends"
        case .read(let endpoint, _, let limit, let key): "read \(endpoint), \(limit) after \(key ?? "the start")"
        case .readIsAnswered(let endpoint, let found, _):
            "read of \(endpoint) is answered: \(found.parcels.map { "\($0.delivery.id)" })"
        default: "\(self)"
        }
    }
}

/// What a read of what is due found.
struct Reading {
    var parcels: [Parcel]
    var nextDue: Timestamp?
    var resumeAfter: String?
}

/// What became of a call of the store.
enum Answer<Value> {
    case answered(Value)
    /// It failed; it may have been carried out.
    case failed
    /// The process is no more.
    case crashed
}
