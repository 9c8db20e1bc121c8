import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// Something that has a form on the wire.
protocol Wire {
    func write(to writer: inout JSONWriter)
}

extension Response {
    /// An answer that `body` writes.
    static func json(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 1024, _ body: (inout JSONWriter) -> Void
    ) -> Response {
        JSONAnswer.json(status, capacity: capacity, body).response
    }

    /// An answer of one thing.
    static func json(_ status: HTTPResponse.Status = .ok, of value: some Wire) -> Response {
        JSONAnswer.json(status, of: value).response
    }

    /// A page of a list: `{"data":[…],"next_cursor":…}`.
    static func page<Item: Sendable>(
        _ page: ListPage<Item>, _ write: (Item, inout JSONWriter) -> Void
    ) -> Response {
        json(capacity: 4096) { writer in
            writer.object { writer in
                writer.array("data") { writer in
                    for item in page.items { write(item, &writer) }
                }
                writer.field("next_cursor", page.next)
            }
        }
    }

    static var noContent: Response { Response(status: .noContent) }

    /// This answer, marked as one that was given before.
    var replayed: Response {
        guard let name = HTTPField.Name("Idempotent-Replayed") else { return self }
        var response = self
        response.headers[name] = "true"
        return response
    }
}

extension JSONWriter {
    /// A member with an instant, or null.
    mutating func field(_ name: StaticString, _ value: Timestamp?) { field(name, value?.rfc3339) }

    /// A flat object of strings.
    mutating func strings(_ name: StaticString, _ pairs: [(name: String, value: String)]) {
        object(name) { writer in
            for (name, value) in pairs {
                writer.key(escaping: name)
                writer.string(value)
            }
        }
    }
}
