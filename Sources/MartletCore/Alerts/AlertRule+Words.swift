extension AlertRule {
    /// What it takes to break the rule, as the end of "fires when …".
    public var condition: String {
        switch self {
        case .consecutiveFailures(let count): "\(count) attempts to a webhook have failed in a row"
        case .successRate(let below, let window, let attempts):
            "fewer than \(Self.percent(below)) of the attempts of the last \(window.text) succeeded (of at least \(attempts))"
        case .oldestWaiting(let age): "a delivery has been overdue for longer than \(age.text)"
        case .endpointDisabled: "a webhook was taken out of service"
        case .sourceRefusing(let window): "a source was refusing requests within the last \(window.text)"
        }
    }

    /// A reading's value in words; `nil` where there is none.
    public func words(for value: Double?) -> String? {
        guard let value else { return nil }
        switch self {
        case .consecutiveFailures: return "\(Int(value)) in a row"
        case .successRate: return Self.percent(value)
        case .oldestWaiting: return value < 1 ? "nothing overdue" : Self.age(Int64(value))
        case .endpointDisabled: return value == 1 ? "1 webhook" : "\(Int(value)) webhooks"
        case .sourceRefusing: return value == 1 ? "1 source" : "\(Int(value)) sources"
        }
    }

    /// A share as a percentage with at most one digit after the point, never rounded up to one that it has not reached.
    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }

    private static func age(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
