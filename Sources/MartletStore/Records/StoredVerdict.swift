public import MartletCore

/// A ``RequestVerdict`` as a store keeps it.
public struct StoredVerdict: Sendable, Hashable {
    /// What became of a request. Raw values stand in databases and never change.
    public enum Code: Int64, Sendable, CaseIterable {
        case accepted = 0
        case duplicate = 1
        case answered = 2
        case refused = 3
        case limited = 4
        case tooLarge = 5
        case inactive = 6
    }

    public var code: Code
    /// The event that it became, or that it brought again.
    public var event: EventID?
    /// The status of an answer, the milliseconds until another try, or the largest body in bytes.
    public var number: Int64?
    /// The stable code of a refusal, or whose limit was reached.
    public var name: String?
    /// A refusal's sentence.
    public var reason: String?

    /// The form in which `verdict` is kept.
    public init(_ verdict: RequestVerdict) {
        switch verdict {
        case .accepted(let event): self.init(.accepted, event: event)
        case .duplicate(let event): self.init(.duplicate, event: event)
        case .answered(let status): self.init(.answered, number: Int64(status))
        case .refused(let name, let reason): self.init(.refused, name: name, reason: reason)
        case .limited(let scope, let retryAfter):
            self.init(.limited, number: Int64(retryAfter.wholeMilliseconds), name: scope.rawValue)
        case .tooLarge(let limit): self.init(.tooLarge, number: Int64(limit))
        case .inactive: self.init(Code.inactive)
        }
    }

    private init(
        _ code: Code, event: EventID? = nil, number: Int64? = nil, name: String? = nil, reason: String? = nil
    ) {
        self.code = code
        self.event = event
        self.number = number
        self.name = name
        self.reason = reason
    }

    /// Reads a verdict as it was kept.
    ///
    /// - Parameter request: whose verdict it is, for the complaint.
    /// - Throws: `corrupt` where the parts do not make one that is known.
    public static func verdict(
        code: Int64, event: EventID?, number: Int64?, name: String?, reason: String?, of request: RequestID
    ) throws(StoreError) -> RequestVerdict {
        switch Code(rawValue: code) {
        case .accepted: if let event { return .accepted(event) }
        case .duplicate: if let event { return .duplicate(of: event) }
        case .answered: if let number { return .answered(status: Int(number)) }
        case .refused: if let name, let reason { return .refused(code: name, reason: reason) }
        case .limited:
            if let number, let scope = name.flatMap(InboundLimiter.Scope.init(rawValue:)) {
                return .limited(scope, retryAfter: .milliseconds(number))
            }
        case .tooLarge: if let number { return .tooLarge(limit: Int(number)) }
        case .inactive: return .inactive
        case nil: break
        }
        throw .corrupt(
            "Request \(request) was judged in a way that this version does not know: \(code), \(name ?? "-").")
    }
}
