import MartletCore
import MartletService

extension Operation {
    /// A status that a request may be refused with.
    struct Refusal: Sendable {
        var status: Int
        var detail: String
        var schema = "Problem"
    }

    /// Every refusal that the operation has.
    var refusals: [Refusal] {
        var refusals: [Refusal] = []
        func add(_ status: Int, _ detail: String, schema: String = "Problem") {
            refusals.append(Refusal(status: status, detail: detail, schema: schema))
        }
        let isKeyed: Bool
        let isForAll: Bool
        switch access {
        case .open: (isKeyed, isForAll) = (false, true)
        case .keyed(let permission, _):
            (isKeyed, isForAll) = (true, permission.roles.count == APIKey.Role.allCases.count)
        }
        add(400, body == nil ? "The request is not HTTP." : "The body is not JSON, or the request not HTTP.")
        if isKeyed { add(401, "There is no key, or none that counts.") }
        if isInbound { add(401, "It could not be verified. Why is in the source's log.") }
        if !isForAll { add(403, "The key's role may not.") }
        if namesOne { add(404, "There is no such thing, or none that the key may know of.") }
        if takesIdempotencyKey || !conflicts.isEmpty {
            let codes = conflicts + (takesIdempotencyKey ? ["idempotency_key_reused", "idempotency_key_in_use"] : [])
            add(409, "It does not fit with what is there: \(codes.map { "`\($0)`" }.joined(separator: ", ")).")
        }
        if isInbound {
            add(408, "The body did not come in time.")
            add(413, "The body is larger than the source takes.")
            add(429, "More requests come in than the source takes, or more waits than is taken: `Retry-After`.")
        }
        if body != nil {
            add(408, "The body did not come in time.")
            add(413, "The body, or what it asks for, is larger than is taken.")
            add(415, "The body is of a type, or encoded in a way, that is not understood here.")
        }
        if name == "publishEvents" {
            add(
                422, "Nothing was accepted; `results`, where it is there, says why of each event.",
                schema: "BatchRefused")
        } else if isKeyed {
            add(422, "A field, or the query, is not acceptable; `errors` says where.")
        }
        if publishes { add(429, "So many deliveries wait already that no more are taken: `backlog_full`.") }
        add(431, "The request's headers are larger than is taken.")
        add(
            503,
            "Not now: a bound has been reached, or the store does not answer. `Retry-After` says when to come again."
                + (name == "publishEvents"
                    ? " `results`, where it is there, says what was accepted all the same." : ""),
            schema: name == "publishEvents" ? "BatchRefused" : "Problem")
        return refusals
    }

    /// Whether it has something delivered.
    private var publishes: Bool {
        guard case .keyed(let permission, _) = access else { return false }
        return permission == .publishEvents || permission == .replayEvents || name == "testWebhook"
            || name == "testSource" || name == "replayRequest" || name == "verifyRequest"
    }
}
