import MartletCore

/// Who shows a listener's news.
protocol ListenDisplay: Sendable {
    /// Shows something that happened. Called from any thread.
    func tell(_ news: ListenNews, at time: Timestamp)

    /// Runs until somebody asks for the end, or the task is cancelled.
    func run() async

    /// Leaves the terminal as it was. May be called again.
    func close()

    /// What is said at the end.
    ///
    /// - Parameter owed: how many answers the server does not have yet.
    func summary(owed: Int) -> String
}

/// What a listener says at its beginning.
struct ListenIntroduction: Sendable {
    let place: ListenPlan.Place
    let receiver: EndpointURL
    /// Shown where it was asked for.
    let secret: String?

    func text(_ style: Style) -> String {
        var lines = [
            "\(style(place.url, .bold)) (\(place.id)) for \(Table.printable(place.subject))",
            "forwarded to \(style(receiver.description, .bold))",
        ]
        if let secret { lines.append("signed with \(secret)") }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("kind", "listening")
            writer.field("webhook", place.id)
            writer.field("url", place.url)
            writer.field("events", place.events)
            writer.field("source", place.source)
            writer.field("forward_to", receiver.description)
            if let secret { writer.field("secret", secret) }
        }
        return writer.text
    }
}

/// How much a listener has done.
struct ListenTally: Sendable, Hashable {
    /// Attempts that the receiver answered with a 2xx status, that it answered otherwise, and that it did not answer.
    var taken = 0
    var refused = 0
    var unanswered = 0
    /// Attempts that were handed out again after they had been forwarded.
    var repeated = 0

    mutating func count(_ news: ListenNews) {
        switch news {
        case .forwarded(let result):
            switch result.status {
            case .some(200..<300): taken += 1
            case .some: refused += 1
            case nil: unanswered += 1
            }
        case .repeated: repeated += 1
        default: break
        }
    }

    func summary(owed: Int) -> String {
        var text =
            "\(taken + refused + unanswered) forwarded: \(taken) taken, \(refused) refused, \(unanswered) unanswered"
        if repeated > 0 { text += "; \(repeated) handed out again and not forwarded twice" }
        if owed > 0 { text += "; \(owed) answer\(owed == 1 ? " is" : "s are") kept for the next run" }
        return text
    }
}
