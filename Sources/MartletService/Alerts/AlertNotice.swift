import MartletCore

/// What somebody is told of an alert, in the words of an e-mail.
struct AlertNotice {
    enum Occasion {
        case fires
        case cleared
        case test
    }

    let context: ServiceContext
    let alert: Alert
    let occasion: Occasion
    let reading: AlertReading
    let since: Timestamp
    let now: Timestamp

    private var environment: String { context.directory.environment(alert.environment)?.name ?? "" }

    var subject: String {
        let verb =
            switch occasion {
            case .fires: "Firing"
            case .cleared: "Cleared"
            case .test: "Test"
            }
        return "[Martlet \(environment)] \(verb): \(alert.name)"
    }

    var text: String {
        var lines: [String] = []
        switch occasion {
        case .fires: lines.append("The alert “\(alert.name)” fires in the environment \(environment).")
        case .cleared:
            lines.append("What the alert “\(alert.name)” in the environment \(environment) fired for is over.")
        case .test:
            lines.append(
                "This is a test of the alert “\(alert.name)” in the environment \(environment). Nothing is wrong.")
        }
        lines += ["", "It fires when \(alert.rule.condition)."]
        if let value = alert.rule.words(for: reading.value) { lines.append("Now: \(value).") }
        switch occasion {
        case .fires: lines.append("Since: \(since.rfc3339)")
        case .cleared: lines += ["From: \(since.rfc3339)", "Until: \(now.rfc3339)"]
        case .test: break
        }
        if occasion == .fires, !reading.culprits.isEmpty {
            lines += [""] + reading.culprits.map(culprit)
            let more = reading.culpritCount - reading.culprits.count
            if more > 0 { lines.append("and \(more) more") }
        }
        if occasion == .fires {
            lines += ["", "You hear of this again when it is over, and not before."]
        }
        if let site = context.publicURL { lines += ["", "\(site)/dashboard/alerts"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private func culprit(_ id: String) -> String {
        guard let endpoint = EndpointID(id).flatMap({ context.directory.endpoint($0, in: alert.environment) }) else {
            return id
        }
        return "\(id)  \(endpoint.url)"
    }

    /// A message to everybody who is told by e-mail.
    var mails: [AlertMail] {
        alert.emails.map { email in
            AlertMail(
                id: context.identifiers.next(at: now), environment: alert.environment, recipient: email,
                subject: subject, text: text, createdAt: now, dueAt: now)
        }
    }
}
