import Logging
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// Endpoints of kind `listen`: their attempts are handed to whoever listens instead of being dialled.
extension DeliveryEngine {
    /// Hands an attempt over. Nothing of it differs from one that is sent but the way; save that whoever listens to a source
    /// gets its requests as their senders made them.
    func hand(
        _ parcel: Parcel, _ target: DeliveryTarget, at startedAt: Timestamp, on loop: any EventLoop
    ) throws(DeliveryTarget.Misconfiguration) {
        guard let source = target.relayedSource, parcel.event.body.source == source else {
            return hand(parcel, target, try message(parcel, target, at: startedAt), at: startedAt, on: loop)
        }
        jobSource.yield(.relay(parcel, target, loop))
    }

    /// Hands an attempt over with the headers that the event came in with, as far as the log still has them.
    func relay(_ parcel: Parcel, _ target: DeliveryTarget, on loop: any EventLoop) async {
        var stored: StoredRequest?
        do throws(StoreError) {
            if let request = parcel.event.body.carriage?.request {
                stored = try await store.request(request, in: parcel.event.environment)
            }
        } catch {
            log.error(
                "the request of an event could not be read",
                metadata: ["event": "\(parcel.event.id)", "error": "\(error)"])
            metrics.attemptNotMade()
            return clock.alarm(at: clock.now() + .seconds(1)) { self.notTaken(parcel) }
        }
        let startedAt = clock.now()
        do throws(DeliveryTarget.Misconfiguration) {
            let original = try stored.map { stored throws(DeliveryTarget.Misconfiguration) in
                try directory.original(of: stored)
            }
            let message = try message(parcel, target, at: startedAt, relaying: original)
            hand(parcel, target, message, query: original?.query, at: startedAt, on: loop)
        } catch {
            misconfigured(parcel, target, error, at: startedAt, on: loop)
        }
    }

    private func hand(
        _ parcel: Parcel, _ target: DeliveryTarget,
        _ message: (headers: [HeaderField], body: ArraySlice<UInt8>, recorded: AttemptRequest), query: String? = nil,
        at startedAt: Timestamp, on loop: any EventLoop
    ) {
        let endpoint = parcel.delivery.endpoint
        let attempt = HandedAttempt(
            key: HandedAttempt.Key(delivery: parcel.delivery.id, number: parcel.nextNumber),
            event: parcel.event.publicID, type: parcel.event.type, headers: message.headers, query: query,
            body: message.body, timeout: target.profile.timeout)
        let handed = listeners.hand(attempt, to: endpoint, now: startedAt) { outcome in
            loop.execute { self.finished(parcel, target, startedAt, message.recorded, outcome, on: loop) }
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
