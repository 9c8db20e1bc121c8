import MartletCore
import MartletService
import NIOCore

/// Endpoints of kind `listen`: their attempts are handed to whoever listens instead of being dialled.
extension DeliveryEngine {
    /// Hands an attempt over. Nothing of it differs from one that is sent but the way.
    func hand(
        _ parcel: Parcel, _ target: DeliveryTarget, at startedAt: Timestamp, on loop: any EventLoop
    ) throws(DeliveryTarget.Misconfiguration) {
        let (headers, body, recorded) = try message(parcel, target, at: startedAt)
        let endpoint = parcel.delivery.endpoint
        let attempt = HandedAttempt(
            key: HandedAttempt.Key(delivery: parcel.delivery.id, number: parcel.nextNumber),
            event: parcel.event.publicID, type: parcel.event.type, headers: headers, body: body,
            timeout: target.profile.timeout)
        let handed = listeners.hand(attempt, to: endpoint, now: startedAt) { outcome in
            loop.execute { self.finished(parcel, target, startedAt, recorded, outcome, on: loop) }
        }
        if let handed { expire(handed.ticket, of: endpoint, at: handed.deadline) }
    }

    private func expire(_ ticket: ListenHub.Ticket, of endpoint: EndpointID, at deadline: Timestamp) {
        clock.alarm(at: deadline) { [weak self] in
            guard let self, let later = listeners.expire(ticket, of: endpoint, now: clock.now()) else { return }
            expire(ticket, of: endpoint, at: later)
        }
    }

    /// Puts back what nobody took.
    func notTaken(_ parcel: Parcel) { putBack(parcel) { $0.attemptNotTaken(parcel, now: $1) } }

    /// Asks, under the dispatcher's lock, whether an endpoint is listened to: whoever asks last has the last word.
    func attendanceMayHaveChanged(of endpoint: EndpointID) {
        let now = clock.now()
        perform { state in
            state.dispatcher.attendanceChanged(
                endpoint, isAttended: listeners.isAttended(endpoint), now: now)
        }
    }
}
