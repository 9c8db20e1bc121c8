import MartletCore

/// An error as the API tells it: `application/problem+json` (RFC 9457).
struct Problem: Sendable {
    let code: String
    let detail: String

    /// `nil` where the answer is something else.
    init?(_ answer: APIClient.Answer) {
        guard let value = try? JSONValue(parsing: answer.body), let code = value["code"]?.string,
            let detail = value["detail"]?.string ?? value["title"]?.string
        else { return nil }
        let fields = (value["errors"]?.array ?? []).compactMap { field -> String? in
            guard let name = field["field"]?.string, let message = field["message"]?.string else { return nil }
            return "\(name): \(message)"
        }
        self.code = code
        // A single one is in the detail already.
        self.detail = fields.count > 1 ? "\(detail) \(fields.joined(separator: " "))" : detail
    }

    /// Why a command that got this answer fails.
    static func failure(_ answer: APIClient.Answer, of client: APIClient) -> CommandFailure {
        guard let problem = Problem(answer) else {
            return CommandFailure("\(client.url) answered \(answer.status), and not as Martlet does. Look at --url.")
        }
        return CommandFailure("\(problem.detail) (\(answer.status) \(problem.code))")
    }
}
