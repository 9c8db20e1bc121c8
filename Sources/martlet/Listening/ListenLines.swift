import MartletCore
import Synchronization

/// Tells a listener's news by lines: for people, or a JSON object each.
final class ListenLines: ListenDisplay {
    private let json: Bool
    private let style: Style
    private let print: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        /// What is being forwarded, so that the line of its end can name it.
        var attempts: [ListenedAttempt.Key: (event: String, type: String)] = [:]
        var tally = ListenTally()
    }

    init(
        _ introduction: ListenIntroduction, json: Bool, style: Style = Style(),
        print: @escaping @Sendable (String) -> Void = { Console.print($0) }
    ) {
        self.json = json
        self.style = style
        self.print = print
        print(json ? introduction.json : introduction.text(style) + "\nCtrl-C ends it.")
    }

    func tell(_ news: ListenNews, at time: Timestamp) {
        state.withLock { state in
            state.tally.count(news)
            if case .forwarding(let attempt) = news { state.attempts[attempt.key] = (attempt.event, attempt.type) }
            if let line = line(news, state.attempts, time) { print(line) }
            if case .recorded(let result) = news { state.attempts[result.key] = nil }
        }
    }

    /// Nobody asks for an end here; signals do.
    func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    func close() {}

    func summary(owed: Int) -> String { state.withLock(\.tally).summary(owed: owed) }

    private func line(
        _ news: ListenNews, _ attempts: [ListenedAttempt.Key: (event: String, type: String)], _ time: Timestamp
    ) -> String? {
        switch news {
        case .listening: return json ? object("connected", time) { _ in } : text("listening", time)
        case .lost(let reason, let wait):
            return json
                ? object("lost", time) { $0.field("reason", reason) }
                : text(style("connection lost", .yellow) + ": \(reason) Trying again in \(wait.shortText).", time)
        case .forwarded(let result):
            return json
                ? object("forwarded", result, attempts[result.key], time)
                : text(Self.sentence(result, attempts[result.key], style), time)
        case .repeated(let result):
            return json
                ? object("repeated", result, attempts[result.key], time)
                : text("\(result.key.delivery) was forwarded before: its answer is given again", time)
        case .owed(let result, let reason):
            return json
                ? object("owed", result, attempts[result.key], time, reason)
                : text("the answer to \(result.key.delivery) is kept: \(reason)", time)
        case .resumed(let count):
            return json
                ? object("resumed", time) { $0.field("count", count) }
                : text("\(count) answer\(count == 1 ? "" : "s") of the run before still to be given", time)
        case .recorded(let result): return json ? object("recorded", result, attempts[result.key], time) : nil
        case .forwarding: return nil
        }
    }

    private func text(_ sentence: String, _ time: Timestamp) -> String {
        "\(style(time.clockText, .dim)) \(sentence)"
    }

    /// `order.created evt_… 200 in 12 ms`
    private static func sentence(
        _ result: ForwardResult, _ attempt: (event: String, type: String)?, _ style: Style
    ) -> String {
        let name = attempt.map { Table.printable("\($0.type) \($0.event)") } ?? result.key.delivery
        let number = result.key.number > 1 ? " (attempt \(result.key.number))" : ""
        return "\(name)\(number) \(result.text(style)) in \(result.total / 1000) ms"
    }

    private func object(
        _ kind: String, _ time: Timestamp, _ members: (inout JSONWriter) -> Void
    ) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("time", time.rfc3339)
            writer.field("kind", kind)
            members(&writer)
        }
        return writer.text
    }

    private func object(
        _ kind: String, _ result: ForwardResult, _ attempt: (event: String, type: String)?, _ time: Timestamp,
        _ reason: String? = nil
    ) -> String {
        object(kind, time) { writer in
            writer.field("delivery", result.key.delivery)
            writer.field("number", result.key.number)
            writer.field("event", attempt?.event)
            writer.field("type", attempt?.type)
            writer.field("status", result.status)
            writer.field("error", result.failure?.code.rawValue)
            writer.field("message", reason ?? result.failure?.message)
            writer.field("ms", Double(result.total) / 1000)
        }
    }
}

extension ForwardResult {
    /// `200`, or why there is no status.
    func text(_ style: Style) -> String {
        if let status { return style("\(status)", (200..<300).contains(status) ? .green : .red) }
        return style(failure?.code.rawValue ?? "?", .red) + " (\(Table.printable(failure?.message ?? "")))"
    }
}

extension Timestamp {
    /// `10:30:00.123`, in UTC.
    var clockText: String { String(rfc3339.dropFirst(11).dropLast()) }
}

extension Duration {
    /// To a tenth of a second: `2.5 s`.
    var shortText: String {
        let tenths = (wholeMilliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
