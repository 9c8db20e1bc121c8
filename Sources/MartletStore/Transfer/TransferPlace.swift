/// The parts of a store in the order in which they are moved: what is referred to before what refers to it.
public enum TransferPart: UInt8, Sendable, CaseIterable, Comparable {
    case settings, environments, profiles, applications, endpoints, eventTypes, keys, answers, operationalEvents, jobs
    case hours, health, events, deliveries, sources, requests, environmentHours, alerts, incidents, mails

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The part that comes after it; `nil` after the last.
    public var next: Self? { Self(rawValue: rawValue + 1) }
}

/// How far a move from one store to another is.
public struct TransferPlace: Sendable, Hashable {
    /// Where a move begins.
    public static let start = TransferPlace(part: .settings)

    public var part: TransferPart
    /// The last record that was moved of this part, in the source's own terms; empty where there is none yet.
    public var after: [UInt8]

    public init(part: TransferPart, after: [UInt8] = []) {
        self.part = part
        self.after = after
    }

    /// A form to be kept; see ``init(encoded:)``.
    public var encoded: [UInt8] { [part.rawValue] + after }

    /// Reads what ``encoded`` wrote; `nil` where the bytes are anything else.
    public init?(encoded bytes: [UInt8]) {
        guard let first = bytes.first, let part = TransferPart(rawValue: first) else { return nil }
        self.init(part: part, after: Array(bytes.dropFirst()))
    }
}
