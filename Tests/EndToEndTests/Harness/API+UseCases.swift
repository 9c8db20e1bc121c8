import Foundation

/// A registered webhook.
struct Webhook: Sendable {
    let id: String
    let secret: String

    var path: String { "/v1/webhooks/\(id)" }
}

extension API {
    /// Registers a webhook for every event, unless `settings` say otherwise.
    func register(_ url: String, _ settings: JSON = [:]) async throws -> Webhook {
        let defaults: JSON = ["url": .string(url), "events": ["*"]]
        let made = try await post("/v1/webhooks", defaults.with(settings), expecting: 201)
        guard let id = made["id"].string, let secret = made["secret"].string else {
            throw NeverCame(what: "an id and a secret in \(made.text)", bound: .zero)
        }
        return Webhook(id: id, secret: secret)
    }

    /// Publishes an event.
    ///
    /// - Returns: the answer, with `id` and `deliveries`.
    func publish(
        _ type: String, _ data: JSON = ["hello": "world"], _ settings: JSON = [:],
        headers: [(name: String, value: String)] = []
    ) async throws -> JSON {
        let event: JSON = ["type": .string(type), "data": data]
        return try await post("/v1/events", event.with(settings), headers: headers, expecting: 202)
    }

    /// All items of a list, newest first.
    func list(_ path: String) async throws -> [JSON] {
        var items: [JSON] = []
        var cursor: String?
        repeat {
            let separator = path.contains("?") ? "&" : "?"
            let page = try await getOnceItCan("\(path)\(separator)limit=250\(cursor.map { "&cursor=\($0)" } ?? "")")
            items += page["data"].elements
            cursor = page["next_cursor"].string
        } while cursor != nil
        return items
    }

    /// A delivery with its attempts.
    func delivery(_ id: String) async throws -> JSON { try await get("/v1/deliveries/\(id)") }

    /// A delivery, once it is what `isSo` says.
    func delivery(_ id: String, _ what: String, _ isSo: (JSON) -> Bool) async throws -> JSON {
        try await waitUntil("the delivery \(id) \(what)") {
            let delivery = try await delivery(id)
            return isSo(delivery) ? delivery : nil
        }
    }

    /// A delivery, once nothing more will come of it.
    func settled(_ id: String) async throws -> JSON {
        try await delivery(id, "is settled") { ["succeeded", "failed", "cancelled"].contains($0["status"].string) }
    }

    /// Every delivery to a webhook, once all are settled.
    func settledDeliveries(to webhook: Webhook) async throws -> [JSON] {
        try await waitUntil("all deliveries to \(webhook.id) are settled") {
            for status in ["scheduled", "in_flight"] {
                let page = try await getOnceItCan("/v1/deliveries?webhook=\(webhook.id)&status=\(status)&limit=1")
                guard page["data"].elements.isEmpty else { return false }
            }
            return true
        }
        return try await list("/v1/deliveries?webhook=\(webhook.id)")
    }
}

extension JSON {
    /// The object with the members of another, which count more.
    func with(_ other: JSON) -> JSON {
        guard case .object(let members) = self, case .object(let others) = other else { return other }
        let names = Set(others.map(\.name))
        return .object(members.filter { !names.contains($0.name) } + others)
    }

    /// The value of a header in a recorded request or response.
    func header(_ name: String) -> String? {
        self["headers"].elements.first { $0["name"].string?.lowercased() == name.lowercased() }?["value"].string
    }
}
