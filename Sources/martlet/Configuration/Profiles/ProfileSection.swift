import MartletCore
import WebhookSigning

/// A profile of one's own as `martlet.yaml` has it under `profiles`, with the names and shapes of `/v1/profiles`:
///
/// ```yaml
/// profiles:
///   acme:
///     base: sharmo
///     timeout: 10s
///     signature:
///       signature_header: Acme-Signature
///     retry:
///       delays: [5s, 5m]
/// ```
struct ProfileSection: Sendable {
    /// What stands behind a key.
    enum Value: Sendable, Hashable {
        case text(String)
        case list([String])
    }

    let name: String
    private let values: [String: Value]
    /// What complaints begin with: `profiles.acme in martlet.yaml`.
    private let file: String

    private static let fields = [
        "base", "envelope", "timeout", "success", "retry.delays", "retry.exponential.first",
        "retry.exponential.factor", "retry.exponential.longest", "retry.jitter", "retry.window", "signature.scheme",
        "signature.signature_header", "signature.timestamp_header", "signature.id_header", "signature.prefix",
        "signature.hash", "signature.encoding", "signature.key", "signature.tolerance",
    ]

    /// - Parameter values: by key within the profile's section: `signature.scheme`.
    /// - Throws: ``CommandFailure`` for a key that profiles do not have.
    init(name: String, values: [String: Value], file: String) throws(CommandFailure) {
        self.name = name
        self.values = values
        self.file = file
        for key in values.keys.sorted() where !Self.fields.contains(key) {
            let suggestion = Suggestion.nearest(to: key, among: Self.fields).map { " Did you mean \($0)?" } ?? ""
            throw .usage("\(file) has an unknown key profiles.\(name).\(key).\(suggestion)")
        }
    }

    /// The profile: what the section leaves out is as in its base, `standard` unless it names another.
    ///
    /// - Throws: ``CommandFailure`` for a value that is none. That the values go together is the service's to see to.
    func profile() throws(CommandFailure) -> Profile {
        let baseName = try text("base") ?? Profile.standard.name
        guard var profile = Profile.builtIn.first(where: { $0.name == baseName }) else {
            throw complaint("base", "Give a built-in profile: \(Profile.builtIn.map(\.name).joined(separator: ", ")).")
        }
        profile.name = name
        if let envelope = try choice("envelope", Profile.Envelope.self) { profile.envelope = envelope }
        if let timeout = try duration("timeout") { profile.timeout = timeout }
        if let success = try success() { profile.success = success }
        if let retry = try retry() { profile.retry = retry }
        try read(into: &profile.signature)
        return profile
    }

    private func read(into signature: inout SignatureProfile) throws(CommandFailure) {
        if let scheme = try choice("signature.scheme", SignatureScheme.self) { signature.scheme = scheme }
        if let header = try text("signature.signature_header") { signature.signatureHeader = header }
        if let header = try nullableText("signature.timestamp_header") { signature.timestampHeader = header }
        if let header = try nullableText("signature.id_header") { signature.idHeader = header }
        if let prefix = try text("signature.prefix") { signature.prefix = prefix }
        if let hash = try choice("signature.hash", SignatureHash.self) { signature.hash = hash }
        if let encoding = try choice("signature.encoding", SignatureEncoding.self) { signature.encoding = encoding }
        if let tolerance = try duration("signature.tolerance") { signature.tolerance = tolerance }
        guard let text = try text("signature.key") else { return }
        guard let key = KeyDerivation(rawValue: text) else {
            throw complaint("signature.key", "Give utf8, hex, base64, or base64-after: and a prefix, such as whsec_.")
        }
        signature.keyDerivation = key
    }

    private func success() throws(CommandFailure) -> SuccessRule? {
        switch values["success"] {
        case nil: return nil
        case .text("2xx")?: return .any2xx
        case .list(let texts)?:
            let statuses = texts.compactMap { Int($0) }
            if statuses.count == texts.count { return .statuses(Set(statuses)) }
        case .text?: break
        }
        throw complaint("success", "Give 2xx, or a list of statuses: [200].")
    }

    private func retry() throws(CommandFailure) -> RetryPolicy? {
        guard values.keys.contains(where: { $0.hasPrefix("retry.") }) else { return nil }
        let isExponential = values.keys.contains { $0.hasPrefix("retry.exponential.") }
        let schedule: RetryPolicy.Schedule
        switch values["retry.delays"] {
        case .list(let texts)? where !isExponential:
            schedule = .delays(
                try texts.map { text throws(CommandFailure) in
                    guard let delay = Duration(text: text) else {
                        throw complaint("retry.delays", "'\(text)' is not a duration. Give such as 5s, 5m or 2h.")
                    }
                    return delay
                })
        case nil where isExponential:
            guard let first = try duration("retry.exponential.first"),
                let longest = try duration("retry.exponential.longest")
            else { throw complaint("retry.exponential", "Give first and longest, both durations.") }
            schedule = .exponential(first: first, factor: try number("retry.exponential.factor") ?? 2, longest: longest)
        default:
            throw complaint("retry", "Give delays, a list such as [5s, 5m], or exponential.")
        }
        return RetryPolicy(
            schedule: schedule, window: try duration("retry.window"), jitter: try number("retry.jitter") ?? 0)
    }

    private func text(_ key: String) throws(CommandFailure) -> String? {
        switch values[key] {
        case nil: return nil
        case .text(let text)?: return text
        case .list?: throw complaint(key, "Give one value.")
        }
    }

    /// A text that YAML's `null` takes back.
    private func nullableText(_ key: String) throws(CommandFailure) -> String?? {
        guard let text = try text(key) else { return nil }
        return ["", "~", "null"].contains(text) ? .some(nil) : .some(text)
    }

    private func duration(_ key: String) throws(CommandFailure) -> Duration? {
        guard let text = try text(key) else { return nil }
        guard let duration = Duration(text: text) else {
            throw complaint(key, "Give a duration such as 500ms, 5s, 5m or 2h.")
        }
        return duration
    }

    private func number(_ key: String) throws(CommandFailure) -> Double? {
        guard let text = try text(key) else { return nil }
        guard let number = Double(text), number.isFinite else { throw complaint(key, "Give a number.") }
        return number
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Choice.Type
    ) throws(CommandFailure) -> Choice? where Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw complaint(key, "Give one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }

    private func complaint(_ key: String, _ message: String) -> CommandFailure {
        .usage("profiles.\(name).\(key) in \(file): \(message)")
    }
}
