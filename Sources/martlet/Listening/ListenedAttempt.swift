import MartletCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An attempt as the server hands it to a listener: the request to make.
struct ListenedAttempt: Sendable, Hashable {
    /// Which attempt it is, however often it is handed out.
    struct Key: Sendable, Hashable {
        var delivery: String
        /// 1 for the first.
        var number: Int
    }

    var key: Key
    /// The event's id as receivers see it.
    var event: String
    var type: String
    /// Every header but `Host` and `Content-Length`.
    var headers: [HeaderField]
    /// What belongs behind the query of the receiver's URL; `nil` where nothing does.
    var query: String?
    var body: [UInt8]
    /// How long the receiver may take for all of it.
    var timeout: Duration

    init(
        key: Key, event: String, type: String, headers: [HeaderField] = [], query: String? = nil,
        body: [UInt8] = [], timeout: Duration = .seconds(15)
    ) {
        self.key = key
        self.event = event
        self.type = type
        self.headers = headers
        self.query = query
        self.body = body
        self.timeout = timeout
    }

    /// Reads the data of an `attempt` event; `nil` where it is none.
    init?(_ data: [UInt8]) {
        guard let value = try? JSONValue(parsing: data), let delivery = value["delivery"]?.string,
            let number = value["number"]?.integer, let event = value["event"]?.string,
            let type = value["type"]?.string, let timeout = value["timeout"]?.string.flatMap({ Duration(text: $0) }),
            let body = value["body_base64"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        var headers: [HeaderField] = []
        for header in value["headers"]?.array ?? [] {
            guard let name = header["name"]?.string, let value = header["value"]?.string else { return nil }
            headers.append(HeaderField(name: name, value: value))
        }
        self.init(
            key: Key(delivery: delivery, number: number), event: event, type: type, headers: headers,
            query: value["query"]?.string, body: Array(body), timeout: timeout)
    }
}
