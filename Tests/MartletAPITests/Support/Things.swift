import MartletCore
import MartletService
import Testing

/// Things that tests need to be there, made over the API as its users make them.
extension APIClient {
    /// The id of a webhook whose retries no test is slow enough to see.
    func makeWebhook(
        url: String = "https://example.com/webhook", events: [String] = ["*"], application: String? = nil
    ) async throws -> String {
        var body: [JSONValue.Member] = [
            .init("url", .string(url)), .init("events", .array(events.map { .string($0) })),
            .init("retry", ["delays": ["1d"]]),
        ]
        if let application { body.append(.init("application", .string(application))) }
        let answer = try await post("/v1/webhooks", .object(body))
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.string("id")
    }

    /// An application's id.
    func makeApplication(uid: String? = nil) async throws -> String {
        let answer = try await post("/v1/applications", ["name": "Acme", "uid": uid.map { .string($0) } ?? .null])
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.string("id")
    }

    /// A published event, as its publisher is told of it.
    func publish(type: String = "property.created", application: String? = nil) async throws -> APIAnswer {
        var body: [JSONValue.Member] = [.init("type", .string(type)), .init("data", ["number": 1])]
        if let application { body.append(.init("application", .string(application))) }
        let answer = try await post("/v1/events", .object(body))
        #expect(answer.status == 202, "\(answer.text)")
        return answer
    }

    /// The id of the one delivery that a new event has; its attempt has been recorded.
    func makeDelivery() async throws -> String {
        let before = service.sender.requests.count
        let published = try await publish()
        let id = try #require(published["deliveries"]?[0]?["id"]?.string)
        await service.sender.hasSent(before + 1)
        try await hasSettled(id)
        return id
    }

    /// Returns once a delivery stands where no attempt of it is under way.
    func hasSettled(_ delivery: String) async throws {
        let id = try #require(DeliveryID(delivery))
        let answer = try await get("/v1/deliveries/\(delivery)")
        let webhook = try #require(EndpointID(try answer.string("webhook")))
        await service.context.courier.settled(id, of: webhook)
    }

    /// Walks through a list to its end: every item, in order.
    func walk(_ path: String, limit: Int) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let mark = path.contains("?") ? "&" : "?"
            let page = try await get("\(path)\(mark)limit=\(limit)\(cursor.map { "&cursor=\($0)" } ?? "")")
            #expect(page.status == 200, "\(page.text)")
            #expect(page.items.count <= limit)
            items += page.items
            cursor = page["next_cursor"]?.string
            #expect(cursor == nil || page.items.count == limit)
        } while cursor != nil
        return items
    }
}
