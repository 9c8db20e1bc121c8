import MartletCore
import MartletService
import NIOHTTP1

/// Which webhook is listened to: one that is there, or one that is made.
struct ListenPlan: Sendable {
    /// The name after `listen:`.
    var name: String
    /// What it subscribes to; empty where nobody said: everything for a new one, unchanged for one that is there.
    var events: [String] = []
    /// The application by id or uid.
    var application: String?
    /// A webhook that is itself listened to, or whose subscription, settings and secret are taken over.
    var webhook: String?
    /// The source whose requests are listened to.
    var source: String?

    /// A webhook that is listened to.
    struct Place: Sendable, Hashable {
        var id: String
        var url: String
        var events: [String]
        /// The source whose requests it gets as their senders made them; `nil` where it is none's.
        var source: String?

        /// What it is that is listened to, in words.
        var subject: String { events.joined(separator: ", ") + (source.map { " of \($0)" } ?? "") }
    }

    /// What a webhook is to be like.
    private struct Wish {
        /// What is only said when it is made.
        var original: [JSONValue.Member] = []
        /// What one that is there is changed to.
        var lasting: [JSONValue.Member] = []
    }

    /// Settings that a webhook has in common with the one whose events are listened to.
    private static let shared = [
        "events", "filter", "profile", "ordered", "success", "timeout", "retry", "rate_limit", "max_in_flight",
    ]

    /// Finds the webhook, or makes it; one that is inactive is activated.
    func place(_ client: APIClient) async throws -> Place {
        var wish = Wish()
        if let application { wish.original.append(.init("application", .string(application))) }
        let chosen = JSONValue.array(events.map { .string($0) })
        if let source { return try await place(of: source, wish, client) }
        guard let webhook else {
            guard let url = ListenPlace(named: name) else { throw CommandFailure.usage("--name: \(ListenPlace.rule)") }
            wish.original.append(.init("description", "martlet listen"))
            if !events.isEmpty { wish.lasting.append(.init("events", chosen)) }
            return try await place(at: url.description, wish, client)
        }
        let original = try await client.asked(.GET, Webhooks.path(of: webhook))
        if original["kind"]?.string == Endpoint.Kind.listen.rawValue {
            if !events.isEmpty { wish.lasting.append(.init("events", chosen)) }
            return try await changed(original, wish, client)
        }
        let url = try url(for: webhook)
        if let owner = original["application"] { wish.original = [JSONValue.Member("application", owner)] }
        wish.original.append(.init("description", .string("martlet listen, as \(webhook)")))
        let secret = try await client.asked(.GET, Webhooks.path(of: webhook, "/secret"))["secret"]
        if let secret { wish.original.append(.init("secret", secret)) }
        for name in Self.shared {
            if name == "events", !events.isEmpty {
                wish.lasting.append(.init(name, chosen))
            } else if let value = Self.settable(name, original) {
                wish.lasting.append(.init(name, value))
            }
        }
        let place = try await place(at: url.description, wish, client)
        if let secret, try await Self.secret(of: place, client) != secret.string {
            Console.complain(
                "martlet: \(webhook) has another secret than \(place.id), which was made before it was rotated. "
                    + "`martlet webhooks delete \(place.id)` lets the next listener begin anew.")
        }
        return place
    }

    /// The secret that receivers verify with: the sender's where a source is listened to.
    static func secret(of place: Place, _ client: APIClient) async throws -> String? {
        let path = place.source.map { Sources.path(of: $0, "/secret") } ?? Webhooks.path(of: place.id, "/secret")
        return try await client.asked(.GET, path)["secret"]?.string
    }

    /// The webhook that gets what comes in by a source.
    private func place(of source: String, _ wish: Wish, _ client: APIClient) async throws -> Place {
        guard webhook == nil else { throw CommandFailure.usage("--source and --webhook: Give one of the two.") }
        let found = try await client.asked(.GET, Sources.path(of: source))
        guard let name = found["name"]?.string else {
            throw CommandFailure("\(client.url) answers for a source what this version of martlet cannot read.")
        }
        var wish = wish
        if application == nil, let owner = found["application"], !owner.isNull {
            wish.original.append(.init("application", owner))
        }
        wish.original.append(.init("description", .string("martlet listen, to \(name)")))
        wish.lasting.append(.init("source", .string(source)))
        if !events.isEmpty { wish.lasting.append(.init("events", .array(events.map { .string($0) }))) }
        return try await place(at: try url(for: source).description, wish, client)
    }

    /// The id of what is listened to follows the name, so that each has a listener of its own on each machine.
    private func url(for id: String) throws -> ListenPlace {
        let room = ListenPlace.longestName - id.utf8.count - 1
        guard let url = ListenPlace(named: "\(name.prefix(max(0, room))).\(id)") else {
            throw CommandFailure.usage("--name: \(ListenPlace.rule)")
        }
        return url
    }

    private func place(at url: String, _ wish: Wish, _ client: APIClient) async throws -> Place {
        if let found = try await find(url, client) { return try await changed(found, wish, client) }
        var members = [JSONValue.Member("url", .string(url))] + wish.original + wish.lasting
        if !members.contains(where: { $0.key == "events" }) { members.append(.init("events", ["*"])) }
        // What follows the profile is not said at all.
        members.removeAll { $0.value.isNull }
        return try Self.read(
            try await client.asked(.POST, Webhooks.path, body: JSONValue.object(members).bytes), client)
    }

    private func find(_ url: String, _ client: APIClient) async throws -> JSONValue? {
        var cursor: String?
        repeat {
            let query = PathSegment.query([("application", application), ("limit", "250"), ("cursor", cursor)])
            let page = try await client.asked(.GET, Webhooks.path + query)
            if let found = page["data"]?.array?.first(where: { $0["url"]?.string == url }) { return found }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return nil
    }

    /// A webhook that is there, changed where it is not as it is to be.
    private func changed(_ found: JSONValue, _ wish: Wish, _ client: APIClient) async throws -> Place {
        var members = wish.lasting.filter { Self.settable($0.key, found) != $0.value }
        if found["active"]?.boolean == false { members.append(.init("active", true)) }
        let place = try Self.read(found, client)
        guard !members.isEmpty else { return place }
        return try Self.read(
            try await client.asked(.PATCH, Webhooks.path(of: place.id), body: JSONValue.object(members).bytes), client)
    }

    /// A setting as it can be sent: a schedule is shown with all that it could have.
    private static func settable(_ name: String, _ webhook: JSONValue) -> JSONValue? {
        guard name == "retry", let members = webhook[name]?.object else { return webhook[name] }
        return .object(members.filter { !$0.value.isNull })
    }

    private static func read(_ webhook: JSONValue, _ client: APIClient) throws -> Place {
        guard let id = webhook["id"]?.string, let url = webhook["url"]?.string,
            webhook["kind"]?.string == Endpoint.Kind.listen.rawValue
        else {
            throw CommandFailure("\(client.url) knows no webhooks that are listened to: it is older than this martlet.")
        }
        return Place(
            id: id, url: url, events: (webhook["events"]?.array ?? []).compactMap(\.string),
            source: webhook["source"]?.string)
    }
}
