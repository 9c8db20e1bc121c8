import Glibc
import MartletStore

/// How far a move is: a bar on a terminal, a line a part elsewhere.
struct ProgressBar {
    private static let width = 30

    private let isTerminal = Console.isTerminal(STDERR_FILENO)
    private var part: TransferPart?
    private var moved = 0

    mutating func show(_ progress: StoreTransfer.Progress) {
        if let part, progress.part != part { endPart(part) }
        part = progress.part
        moved = progress.moved
        guard let part, isTerminal else { return }
        let share = progress.of.map { $0 == 0 ? 1 : min(1, Double(progress.moved) / Double($0)) } ?? 0
        let full = Int(share * Double(Self.width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
        let count = progress.of.map { "\(progress.moved) of \($0)" } ?? "\(progress.moved)"
        Console.write("\r\u{1B}[K\(bar) \(part.title): \(count)", to: STDERR_FILENO)
    }

    mutating func end() {
        if let part { endPart(part) }
        part = nil
        if isTerminal { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }

    private func endPart(_ part: TransferPart) {
        guard moved > 0 else { return }
        Console.write((isTerminal ? "\r\u{1B}[K" : "") + "\(part.title): \(moved)\n", to: STDERR_FILENO)
    }
}

extension TransferPart {
    /// Its name, for people.
    fileprivate var title: String {
        switch self {
        case .settings: "settings"
        case .environments: "environments"
        case .profiles: "profiles"
        case .applications: "applications"
        case .endpoints: "webhooks"
        case .eventTypes: "event types"
        case .keys: "keys"
        case .answers: "idempotency keys"
        case .operationalEvents: "operational events"
        case .jobs: "jobs"
        case .hours: "hourly statistics"
        case .health: "health of webhooks"
        case .events: "events"
        case .deliveries: "deliveries"
        case .sources: "sources"
        case .requests: "inbound requests"
        case .environmentHours: "hourly statistics of environments"
        case .alerts: "alerts"
        case .incidents: "incidents"
        case .mails: "e-mail that waits"
        }
    }
}
