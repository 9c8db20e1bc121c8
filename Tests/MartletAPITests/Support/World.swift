import MartletCore
import Testing

/// One of everything, in the sandbox and of the application `acme`, for others to reach for.
struct World {
    /// The paths of all that there is, by the group of operations that they belong to.
    let paths: [String: String]

    init(_ admin: APIClient) async throws {
        _ = try await admin.makeApplication(uid: "acme")
        let webhook = try await admin.makeWebhook(application: "acme")
        let published = try await admin.publish(application: "acme")
        let delivery = try #require(published["deliveries"]?[0]?["id"]?.string)
        let key = try await admin.post("/v1/keys", ["role": "reader"]).string("id")
        let job = try await admin.post(
            "/v1/events/replay", ["application": "acme", "since": "2023-06-15T10:30:00Z"]
        ).string("id")
        let alert = try await admin.post(
            "/v1/alerts", ["name": "Only here", "rule": ["type": "endpoint_disabled"]]
        ).string("id")
        let source = try await admin.post("/v1/sources", ["name": "a", "preset": "token", "secret": "s3cret"])
            .string("id")
        let tested = try await admin.post("/v1/sources/\(source)/test", [:])
        let request = try #require(tested["request"]?["id"]?.string, "\(tested.text)")
        _ = try await admin.post("/v1/event-types", ["name": "only.here"])
        _ = try await admin.post("/v1/profiles", ["name": "only-here"])
        paths = [
            "events": "/v1/events/\(try published.string("id"))", "webhooks": "/v1/webhooks/\(webhook)",
            "deliveries": "/v1/deliveries/\(delivery)", "jobs": "/v1/jobs/\(job)",
            "event-types": "/v1/event-types/only.here",
            "applications": "/v1/applications/acme", "keys": "/v1/keys/\(key)", "profiles": "/v1/profiles/only-here",
            "alerts": "/v1/alerts/\(alert)",
            "sources": "/v1/sources/\(source)", "requests": "/v1/requests/\(request)",
        ]
    }

    /// The path of an operation with the id of what there is.
    func path(of operation: DocumentedOperation) throws -> String {
        guard operation.path.contains("{id}") else { return operation.path }
        // What is open to everybody is found by nobody who has not been told where.
        guard operation.path != "/in/{id}" else { return "/in/00000000000000000000000000" }
        let group = try #require(operation.path.split(separator: "/").dropFirst().first)
        let base = try #require(paths[String(group)])
        return base + operation.path.split(separator: "}", maxSplits: 1).dropFirst().joined()
    }
}

/// An operation as `/openapi.json` has it.
struct DocumentedOperation: Sendable, CustomStringConvertible {
    let method: String
    let path: String
    let value: JSONValue

    var description: String { "\(method) \(path)" }
    var isKeyed: Bool { value["security"] == nil }

    /// The roles that may, as its description lists them.
    var roles: Set<String> {
        guard let line = value["description"]?.string?.split(separator: "\n").last, line.hasPrefix("Roles: ") else {
            return []
        }
        return Set(line.dropFirst("Roles: ".count).dropLast().split(separator: ", ").map(String.init))
    }

    /// The names of its query's parameters.
    var query: [String] {
        value["parameters"]?.array?.filter { $0["in"] == "query" }.compactMap { $0["name"]?.string } ?? []
    }

    /// The body that its example gives, or an empty object.
    var exampleBody: [UInt8]? {
        guard let content = value["requestBody"]?["content"]?["application/json"] else { return nil }
        return content["example"]?.bytes ?? Array("{}".utf8)
    }
}

extension Contract {
    /// Every operation of the document.
    var operations: [DocumentedOperation] {
        (document["paths"]?.object ?? []).flatMap { path in
            (path.value.object ?? []).map {
                DocumentedOperation(method: $0.key.uppercased(), path: path.key, value: $0.value)
            }
        }
    }
}
