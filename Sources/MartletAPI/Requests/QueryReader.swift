import Hummingbird
import MartletCore
import MartletService

/// Reads a request's query parameters, noting everything that is wrong with them, unknown ones included.
struct QueryReader {
    private var rest: [(name: String, value: String)]
    private var asked: [String] = []
    private var errors: [ServiceError.Field] = []

    /// - Throws: where the query is not percent-encoded UTF-8.
    init(_ request: Request) throws(ServiceError) {
        rest = []
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            guard let decodedName = PercentEncoding.decode(name, plusIsBlank: true),
                let value = PercentEncoding.decode(pair.dropFirst(name.count + 1), plusIsBlank: true)
            else {
                throw .invalid(
                    String(name.prefix(100)), "This is not percent-encoded UTF-8 (RFC 3986, section 2.1).",
                    code: "invalid_query")
            }
            rest.append((decodedName, value))
        }
    }

    mutating func string(_ name: String) -> String? {
        asked.append(name)
        let found = rest.filter { $0.name == name }
        rest.removeAll { $0.name == name }
        if found.count > 1 { errors.append(.init(name, "Give it once.")) }
        return found.first?.value
    }

    mutating func flag(_ name: String) -> Bool {
        switch string(name) {
        case nil, "false": return false
        case "true", "": return true
        default:
            errors.append(.init(name, "Give true or false."))
            return false
        }
    }

    mutating func instant(_ name: String) -> Timestamp? {
        guard let text = string(name) else { return nil }
        // An unescaped + in a query reads as a blank.
        guard let instant = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: String(text.map { $0 == " " ? "+" : $0 }))
        else {
            errors.append(.init(name, "Give an RFC 3339 time such as 2023-06-15T10:30:00Z."))
            return nil
        }
        return instant
    }

    mutating func duration(_ name: String) -> Duration? {
        guard let text = string(name) else { return nil }
        guard let duration = Duration(text: text) else {
            errors.append(.init(name, "Give a duration such as 1h or 7d."))
            return nil
        }
        return duration
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            errors.append(.init(name, "Give one of \(known)."))
            return nil
        }
        return value
    }

    mutating func identifier<Kind: IdentifierKind>(_ name: String, _ type: Identifier<Kind>.Type) -> Identifier<Kind>? {
        guard let text = string(name) else { return nil }
        guard let id = Identifier<Kind>(text) else {
            errors.append(.init(name, "Give an id: \(Kind.prefix) and 26 characters."))
            return nil
        }
        return id
    }

    mutating func page(_ limits: ServiceLimits) -> PageRequest {
        var limit = limits.pageDefault
        if let text = string("limit") {
            if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
                (1...limits.pageMost).contains(number)
            {
                limit = number
            } else {
                errors.append(.init("limit", "Give a number from 1 to \(limits.pageMost)."))
            }
        }
        return PageRequest(limit: limit, cursor: string("cursor"))
    }

    /// Refuses the request where anything is wrong with its query.
    mutating func finish() throws(ServiceError) {
        let isUnknown = errors.isEmpty
        let known = asked.map { "`\($0)`" }.joined(separator: ", ")
        for parameter in rest {
            errors.append(
                .init(
                    String(parameter.name.prefix(100)),
                    asked.isEmpty ? "No query is taken here." : "There is no such parameter. Known: \(known)."))
        }
        guard errors.isEmpty else {
            var error = ServiceError.invalid(errors)
            if isUnknown { error.code = "unknown_parameter" }
            throw error
        }
    }
}

extension QueryParameter {
    static let application = QueryParameter(
        "application", "Only what belongs to this application: its id or uid. An unknown one is refused.")
    static let status = QueryParameter(
        "status", "Only what has this status; of events, those with a delivery that has it.",
        schema: ##"{"$ref":"#/components/schemas/DeliveryStatus"}"##)
    static let since = QueryParameter("since", "Only from this instant on.", schema: instant)
    static let until = QueryParameter("until", "Only before this instant.", schema: instant)
    static let explain = QueryParameter(
        "explain", "Whether to tell why webhooks do not get the event.", schema: #"{"type":"boolean","default":false}"#)

    private static let instant = #"{"type":"string","format":"date-time"}"#

    /// What every list takes.
    static func page(_ limits: ServiceLimits) -> [QueryParameter] {
        [
            QueryParameter(
                "limit", "How many to give at most.",
                schema:
                    #"{"type":"integer","minimum":1,"maximum":\#(limits.pageMost),"default":\#(limits.pageDefault)}"#),
            QueryParameter("cursor", "Where to go on: `next_cursor` of the page before."),
        ]
    }
}
