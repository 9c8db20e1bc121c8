import MartletCore
import NIOCore

/// One request on its way to its outcome, with the deadline over all of it.
///
/// Confined to its event loop. ``SenderLoop`` and ``Connection`` move it on; ``SenderLoop/finish(_:with:)`` ends it.
final class Exchange: Timed {
    /// How far it has come, which decides what a passed deadline is called.
    enum Phase {
        case resolving
        case connecting
        case securing
        case exchanging
        case over
    }

    let request: OutgoingRequest
    let origin: Origin
    let started: NIODeadline
    private let loop: SenderLoop
    private var completion: (@Sendable (AttemptOutcome) -> Void)?

    var phase = Phase.resolving
    /// The vetted addresses that have not been tried.
    var untried: ArraySlice<IPAddress> = []
    /// The connection that it opens or uses.
    var connection: Connection?
    /// When the phase before ended.
    var milestone: NIODeadline
    var isOnReusedConnection = false
    var wasSentBefore = false

    var address: IPAddress?
    var timing = AttemptTiming(total: 0)

    init(
        request: OutgoingRequest, origin: Origin, loop: SenderLoop, started: NIODeadline,
        completion: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        self.request = request
        self.origin = origin
        self.loop = loop
        self.started = started
        self.milestone = started
        self.completion = completion
        super.init()
        // The clamp keeps the sum in range, whatever a setting says.
        deadline = started + TimeAmount(min(max(request.timeout, .zero), .seconds(86_400)))
    }

    override func deadlinePassed() {
        loop.deadlinePassed(for: self)
    }

    /// Microseconds since the last milestone, which is now.
    func lap(_ now: NIODeadline) -> Int64 {
        defer { milestone = now }
        return (now - milestone).nanoseconds / 1000
    }

    /// Ends it: the caller's function, once, with what it is to be called with.
    func conclude(
        _ result: AttemptOutcome.Result, at now: NIODeadline
    ) -> (@Sendable (AttemptOutcome) -> Void, AttemptOutcome)? {
        guard let completion else { return nil }
        self.completion = nil
        phase = .over
        connection = nil
        timing.total = (now - started).nanoseconds / 1000
        return (completion, AttemptOutcome(result: result, timing: timing, address: address))
    }
}
