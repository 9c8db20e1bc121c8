import Foundation
import Testing

/// A provider's guide, whose template Martlet has and whose readers' code stands in `Receivers/`.
struct Guide: Sendable, CustomTestStringConvertible {
    /// The template's name, and the profile's.
    let name: String
    /// The files of its receivers; a guide that shows two ways has two.
    let receivers: [String]
    let path: String
    /// A secret as the guide's reader would have one.
    let secret: String

    var testDescription: String { name }

    static let all = [
        Guide(
            name: "fractio", receivers: ["receiver-fractio.js"], path: "/webhook", secret: "your_webhook_secret"),
        Guide(
            name: "real-estate", receivers: ["receiver-real-estate.js"], path: "/webhooks/real-estate",
            secret: "a secret of the dashboard's: 0123456789"),
        Guide(
            name: "sharmo", receivers: ["receiver-sharmo.js", "receiver-sharmo-raw.js"], path: "/webhooks/sharmo",
            secret: "whsec_abcdefghijklmnopqrstuvwxyz1234567890"),
        Guide(
            name: "getequity", receivers: ["receiver-getequity.js"], path: "/webhook-url",
            secret: "sk_sandbox-6f1e2d3c4b5a"),
    ]
}

/// A payload that is hard to carry unchanged.
struct HardPayload: Sendable {
    let name: String
    /// The payload as its publisher spells it.
    let text: String

    static func all() throws -> [HardPayload] {
        let file = try Data(contentsOf: Repository.payloads.appending(path: "hard-payloads.json"))
        return try JSON(parsing: file).elements.map { payload in
            guard let name = payload["name"].string, let text = payload["json"].string else {
                throw NeverCame(what: "a name and a JSON text in \(payload.text.prefix(80))", bound: .zero)
            }
            return HardPayload(name: name, text: text)
        }
    }
}

extension API {
    /// Publishes every example of the catalogue.
    ///
    /// - Returns: the answers.
    func publishCatalogue() async throws -> [JSON] {
        var published: [JSON] = []
        for type in try await list("/v1/event-types") {
            let name = try #require(type["name"].string)
            published.append(try await publish(name, type["example"]))
        }
        return published
    }

    /// Publishes every hard payload as it is spelled, under the catalogue's types in turn.
    ///
    /// - Returns: the answers.
    func publishHardPayloads() async throws -> [JSON] {
        let types = try await list("/v1/event-types").compactMap(\.["name"].string)
        var published: [JSON] = []
        for (index, payload) in try HardPayload.all().enumerated() {
            published.append(try await publish(types[index % types.count], .raw(payload.text)))
        }
        return published
    }
}
