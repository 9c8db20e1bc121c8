public import MartletCore

/// A ``DeliveryState`` as a store keeps it: what is in flight or held is scheduled there.
public struct StoredState: Sendable, Hashable {
    /// The states that are kept. Raw values stand in database files and never change.
    public enum Code: Int64, Sendable, CaseIterable {
        case scheduled = 0
        case succeeded = 1
        case failed = 2
        case cancelled = 3
    }

    public var code: Code
    /// When it is due, or when it ended.
    public var at: Timestamp
    /// The raw value of the reason, for `failed` and `cancelled`.
    public var reason: String?

    /// The form in which `state` is kept.
    public init(_ state: DeliveryState) {
        switch state {
        case .scheduled(let due), .held(let due): self.init(code: .scheduled, at: due)
        case .inFlight(let since): self.init(code: .scheduled, at: since)
        case .succeeded(let at): self.init(code: .succeeded, at: at)
        case .failed(let at, let reason): self.init(code: .failed, at: at, reason: reason.rawValue)
        case .cancelled(let at, let reason): self.init(code: .cancelled, at: at, reason: reason.rawValue)
        }
    }

    private init(code: Code, at: Timestamp, reason: String? = nil) {
        self.code = code
        self.at = at
        self.reason = reason
    }

    /// Reads a state as it was kept.
    ///
    /// - Parameter delivery: whose state it is, for the complaint.
    /// - Throws: `corrupt` where the code or the reason is none that is known.
    public static func state(
        code: Int64, at: Timestamp, reason: String?, of delivery: DeliveryID
    ) throws(StoreError) -> DeliveryState {
        switch (Code(rawValue: code), reason) {
        case (.scheduled, nil): return .scheduled(due: at)
        case (.succeeded, nil): return .succeeded(at: at)
        case (.failed, let reason?):
            if let reason = DeliveryState.FailureReason(rawValue: reason) { return .failed(at: at, reason: reason) }
        case (.cancelled, let reason?):
            if let reason = DeliveryState.CancelReason(rawValue: reason) { return .cancelled(at: at, reason: reason) }
        default: break
        }
        throw .corrupt("Delivery \(delivery) is in a state that this version does not know: \(code), \(reason ?? "-").")
    }
}

extension DeliveryStatus {
    /// The state under which a store finds deliveries of this status.
    public var storedCode: StoredState.Code {
        switch self {
        case .scheduled, .inFlight, .held: .scheduled
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

extension Delivery.Cause {
    /// The number under which a store keeps it. It stands in database files and never changes.
    public var code: Int64 {
        switch self {
        case .publish: 0
        case .replay: 1
        case .test: 2
        }
    }

    /// The cause with this number, if there is one.
    public init?(code: Int64) {
        guard let cause = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = cause
    }
}
