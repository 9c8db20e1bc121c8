public import MartletCore

/// An alert as a caller writes it; what is left out stays as it is, or gets its default.
public struct AlertDraft: Sendable {
    public var name: String?
    public var rule: AlertRule?
    /// The id or uid of the application it is about; `.some(nil)` for none.
    public var application: String??
    /// The webhook it is about; `.some(nil)` for none.
    public var endpoint: EndpointID??
    public var isActive: Bool?
    public var emails: [String]?
    public var tellsEndpoints: Bool?
    public var clearsAfter: Duration?

    public init() {}
}

extension AlertRule {
    /// A rule of a kind, what is left out being as it usually is.
    ///
    /// - Parameters:
    ///   - failures: of ``consecutiveFailures(_:)``.
    ///   - below: of ``successRate(below:window:attempts:)``, as `attempts` is; `window` also of ``sourceRefusing(_:)``.
    ///   - age: of ``oldestWaiting(_:)``.
    public init(
        _ kind: Kind, failures: Int? = nil, below: Double? = nil, window: Duration? = nil, attempts: Int? = nil,
        age: Duration? = nil
    ) {
        self =
            switch kind {
            case .consecutiveFailures: .consecutiveFailures(failures ?? 10)
            case .successRate:
                .successRate(below: below ?? 0.95, window: window ?? .seconds(3600), attempts: attempts ?? 20)
            case .oldestWaiting: .oldestWaiting(age ?? .seconds(600))
            case .endpointDisabled: .endpointDisabled
            case .sourceRefusing: .sourceRefusing(window ?? .seconds(900))
            }
    }
}

/// What an alert must be like.
enum AlertLimits {
    /// How many an environment may have.
    static let most = 100
    static let mostEmails = 10
    static let longestName = 100
    static let windows: ClosedRange<Duration> = .seconds(3600) ... .seconds(7 * 86_400)
    static let ages: ClosedRange<Duration> = .seconds(10) ... .seconds(30 * 86_400)
    static let refusalWindows: ClosedRange<Duration> = .seconds(60) ... .seconds(86_400)
    static let clearingTimes: ClosedRange<Duration> = .zero ... .seconds(86_400)
    static let mostCount = 1_000_000

    static func check(_ rule: AlertRule, into fields: inout [ServiceError.Field]) {
        func check(_ duration: Duration, in range: ClosedRange<Duration>, _ field: String) {
            guard !range.contains(duration) else { return }
            fields.append(
                .init(field, "Give a duration from \(range.lowerBound.text) to \(range.upperBound.text)."))
        }
        func check(_ count: Int, _ field: String) {
            if !(1...mostCount).contains(count) { fields.append(.init(field, "Give a number from 1 to \(mostCount).")) }
        }
        switch rule {
        case .consecutiveFailures(let count): check(count, "rule.failures")
        case .successRate(let below, let window, let attempts):
            if !(below > 0 && below <= 1) {
                fields.append(.init("rule.below", "Give a share above 0 and up to 1: 0.95 for 95%."))
            }
            check(window, in: windows, "rule.window")
            check(attempts, "rule.attempts")
        case .oldestWaiting(let age): check(age, in: ages, "rule.age")
        case .endpointDisabled: break
        case .sourceRefusing(let window): check(window, in: refusalWindows, "rule.window")
        }
    }

    static func check(emails: [String], into fields: inout [ServiceError.Field]) {
        if emails.count > mostEmails { fields.append(.init("emails", "At most \(mostEmails) addresses are taken.")) }
        for (index, email) in emails.prefix(mostEmails).enumerated() where !EmailAddress.isValid(email) {
            fields.append(.init("emails[\(index)]", "This is no e-mail address. Give one such as ops@example.com."))
        }
    }

    static func check(name: String, into fields: inout [ServiceError.Field]) {
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        if !(1...longestName).contains(name.utf8.count) || !isPlain {
            fields.append(.init("name", "Give one line of 1 to \(longestName) bytes."))
        }
    }
}
