import MartletCore

/// What a listener's live table shows, and what the keys do to it.
struct ListenBoard: Sendable {
    /// One attempt.
    struct Row: Sendable {
        var attempt: ListenedAttempt
        var begun: Timestamp
        var result: ForwardResult?
        var isRecorded = false
    }

    /// What a key asks for that is not the board's own.
    enum Wish: Sendable, Hashable {
        case quit
        /// Deliver an event again, to this listener.
        case replay(event: String)
    }

    private enum Connection: Sendable {
        case connecting
        case listening
        case lost(String)
    }

    /// How many attempts are remembered, and how much of each body.
    private static let mostRows = 200
    private static let mostBody = 16 << 10

    let introduction: ListenIntroduction
    /// The latest first.
    private(set) var rows: [Row] = []
    private(set) var tally = ListenTally()
    private var connection = Connection.connecting
    /// The one that is chosen; `nil` for whichever is the latest.
    private var chosen: ListenedAttempt.Key?
    private var isDetailed = false
    /// How many lines of the details are above the screen.
    private var scroll = 0
    private var notice: String?

    init(_ introduction: ListenIntroduction) { self.introduction = introduction }

    // MARK: What happens

    mutating func note(_ news: ListenNews, at time: Timestamp) {
        tally.count(news)
        switch news {
        case .listening: connection = .listening
        case .lost(let reason, let wait): connection = .lost("\(reason) Trying again in \(wait.shortText).")
        case .forwarding(var attempt):
            attempt.body = Array(attempt.body.prefix(Self.mostBody))
            rows.insert(Row(attempt: attempt, begun: time), at: 0)
            while rows.count > Self.mostRows {
                if rows.removeLast().attempt.key == chosen { chosen = nil }
            }
        case .forwarded(let result): change(result.key) { $0.result = result }
        case .recorded(let result): change(result.key) { $0.isRecorded = true }
        case .owed(let result, let reason):
            notice = "The answer to \(result.key.delivery) is kept: \(reason)"
        case .repeated(let result):
            notice = "\(result.key.delivery) was handed out again and not forwarded twice."
        case .resumed(let count):
            notice = "\(count) answer\(count == 1 ? "" : "s") of the run before still to be given."
        }
    }

    /// Tells whoever pressed a key what came of it.
    mutating func note(_ sentence: String) { notice = sentence }

    private mutating func change(_ key: ListenedAttempt.Key, _ body: (inout Row) -> Void) {
        if let index = rows.firstIndex(where: { $0.attempt.key == key }) { body(&rows[index]) }
    }

    // MARK: Keys

    /// - Parameter height: how many lines the screen has.
    mutating func press(_ key: Key, height: Int) -> Wish? {
        notice = nil
        switch key {
        case .character("q"): return .quit
        case .character("r"): return rows.isEmpty ? nil : .replay(event: rows[index].attempt.event)
        case .character("d"), .enter:
            isDetailed = !isDetailed && !rows.isEmpty
            scroll = 0
            // What is looked at stays where it is.
            if isDetailed { chosen = rows[index].attempt.key }
        case .escape, .character("\u{7F}"): isDetailed = false
        case .up, .character("k"): move(by: -1)
        case .down, .character("j"): move(by: 1)
        case .pageUp: move(by: -max(1, height - 8))
        case .pageDown: move(by: max(1, height - 8))
        case .home: move(by: -(rows.count + scroll))
        case .end: move(by: isDetailed ? 1 << 20 : rows.count)
        default: break
        }
        return nil
    }

    private mutating func move(by count: Int) {
        guard !isDetailed else {
            scroll = max(0, scroll + count)
            return
        }
        guard !rows.isEmpty else { return }
        let next = max(0, min(rows.count - 1, index + count))
        // At the top one follows what comes.
        chosen = next == 0 ? nil : rows[next].attempt.key
    }

    private var index: Int { chosen.flatMap { key in rows.firstIndex { $0.attempt.key == key } } ?? 0 }

    // MARK: The screen

    /// The lines of a screen of that size, at most.
    mutating func lines(width: Int, height: Int, style: Style) -> [String] {
        var lines = head(width, style)
        let room = max(1, height - lines.count - 3)
        if isDetailed, !rows.isEmpty {
            let details = details(of: rows[index]).flatMap { Self.wrapped($0, width) }
            scroll = max(0, min(scroll, details.count - room))
            lines += details.dropFirst(scroll).prefix(room)
        } else {
            lines += table(width, room, style)
        }
        while lines.count < height - 2 { lines.append("") }
        lines = Array(lines.prefix(max(0, height - 2)))
        lines.append(style(Self.cut(notice ?? "", width), .yellow))
        let keys = isDetailed ? "↑↓ scroll  r replay  d back  q quit" : "↑↓ choose  r replay  d details  q quit"
        lines.append(style(Self.cut(keys, width), .dim))
        return lines
    }

    private func head(_ width: Int, _ style: Style) -> [String] {
        let state =
            switch connection {
            case .connecting: style(Self.cut("connecting", width), .yellow)
            case .listening: style(Self.cut("listening", width), .green)
            case .lost(let reason): style(Self.cut("connection lost: \(reason)", width), .red)
            }
        let events = Table.printable(introduction.place.subject)
        var lines = [
            style(Self.cut("\(introduction.place.url) → \(introduction.receiver)", width), .bold),
            Self.cut("\(introduction.place.id) for \(events)", width),
        ]
        if let secret = introduction.secret { lines.append(Self.cut("signed with \(secret)", width)) }
        return lines + [state, Self.cut(tally.summary(owed: 0), width), ""]
    }

    private func table(_ width: Int, _ room: Int, _ style: Style) -> [String] {
        guard !rows.isEmpty else { return [Self.cut("Nothing has come yet.", width)] }
        // The chosen one stays in sight.
        let count = room - 1
        let first = max(0, min(index - count / 2, rows.count - count))
        let shown = rows.enumerated().dropFirst(first).prefix(count)
        let types = max(4, min(40, shown.map { $0.element.attempt.type.count }.max() ?? 4))
        let title = "  time          outcome            ms  \(Self.padded("type", types))  event"
        return [style(Self.cut(title, width), .bold)]
            + shown.map { number, row in
                let mark = number == index ? "▸" : " "
                let lead = "\(mark) \(row.begun.clockText)  "
                let outcome = Self.padded(row.outcome, 14)
                let time = row.result.map { "\($0.total / 1000)" } ?? ""
                let number = row.attempt.key.number > 1 ? "  attempt \(row.attempt.key.number)" : ""
                let rest =
                    "\(String(repeating: " ", count: max(0, 6 - time.count)))\(time)  "
                    + "\(Self.padded(Table.printable(row.attempt.type), types))  "
                    + Table.printable(row.attempt.event) + number
                let room = width - lead.count - outcome.count
                guard room > 0 else { return Self.cut(lead + outcome, width) }
                return lead + style(outcome, row.colour) + Self.cut(rest, room)
            }
    }

    private func details(of row: Row) -> [String] {
        let attempt = row.attempt
        var lines = [
            "\(Table.printable(attempt.type)) \(Table.printable(attempt.event))",
            "delivery \(attempt.key.delivery), attempt \(attempt.key.number), begun \(row.begun.rfc3339)", "",
            "POST \(introduction.receiver)",
        ]
        lines += attempt.headers.map { Table.printable("\($0.name): \($0.value)") }
        lines += [""] + Self.lines(of: attempt.body) + [""]
        guard let result = row.result else { return lines + ["No answer yet."] }
        let answer = try? JSONValue(parsing: result.answer)
        if let status = result.status {
            lines.append("\(status) in \(result.total / 1000) ms")
            for header in answer?["response"]?["headers"]?.array ?? [] {
                lines.append(Table.printable("\(header["name"]?.string ?? ""): \(header["value"]?.string ?? "")"))
            }
            lines += [""] + Self.lines(of: result.body.prefix(Self.mostBody))
        } else {
            lines.append(Table.printable("\(result.failure?.code.rawValue ?? ""): \(result.failure?.message ?? "")"))
        }
        lines.append("")
        lines.append(row.isRecorded ? "The server has recorded it." : "The server has not recorded it yet.")
        return lines
    }

    private static func lines(of body: some Sequence<UInt8>) -> [String] {
        String(decoding: Array(body), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { Table.printable(String($0)) }
    }

    /// A line as so many as the width asks for: a payload is often one.
    private static func wrapped(_ line: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var rest = line[...]
        repeat {
            lines.append(String(rest.prefix(max(1, width))))
            rest = rest.dropFirst(max(1, width))
        } while !rest.isEmpty
        return lines
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        let text = cut(text, width)
        return text + String(repeating: " ", count: width - text.count)
    }
}

extension ListenBoard.Row {
    /// What came of it, in a word or two.
    fileprivate var outcome: String {
        guard let result else { return "…" }
        let text = result.status.map(String.init) ?? result.failure?.code.rawValue ?? "?"
        return isRecorded ? text : "\(text) (kept)"
    }

    fileprivate var colour: Style.Colour {
        guard let result else { return .dim }
        guard let status = result.status else { return .red }
        return (200..<300).contains(status) ? .green : .yellow
    }
}
