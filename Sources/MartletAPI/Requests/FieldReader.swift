import HTTPTypes
import MartletCore
import MartletService
import NIOCore

/// Reads a request's JSON object field by field, noting everything that is wrong with it, so that a caller hears of all
/// errors at once. A field that nobody asked for is an error too.
struct FieldReader {
    private let members: [JSONValue.Member]
    private let path: String
    private var asked: [String] = []
    private(set) var errors: [ServiceError.Field] = []

    /// - Throws: ``Problem`` where the bytes are not a JSON object.
    init(_ buffer: ByteBuffer) throws {
        if buffer.readableBytes == 0 {
            members = []
        } else {
            let value = try buffer.withUnsafeReadableBytes { try JSONValue(parsing: $0) }
            guard let object = value.object else {
                throw Problem(.unprocessableContent, "not_an_object", "The body must be a JSON object: {…}.")
            }
            members = object
        }
        path = ""
    }

    init(_ members: [JSONValue.Member], path: String) {
        self.members = members
        self.path = path
    }

    func has(_ name: String) -> Bool { peek(name) != nil }

    /// The value of a field, without asking for it.
    func peek(_ name: String) -> JSONValue? { members.first { $0.key == name }?.value }

    /// Notes an error with a field.
    mutating func note(_ name: String, _ message: String) { errors.append(.init(path + name, message)) }

    /// The value of a field, or `nil` where it is left out.
    mutating func value(_ name: String) -> JSONValue? {
        asked.append(name)
        return peek(name)
    }

    mutating func string(_ name: String) -> String? {
        read(name, "a string") { $0.string }
    }

    /// A string that may be taken back with `null`.
    mutating func nullableString(_ name: String) -> String?? { readNullable(name, "a string or null") { $0.string } }

    mutating func boolean(_ name: String) -> Bool? { read(name, "true or false") { $0.boolean } }

    mutating func integer(_ name: String) -> Int? { read(name, "a whole number") { $0.integer } }

    mutating func nullableInteger(_ name: String) -> Int?? {
        readNullable(name, "a whole number or null") { $0.integer }
    }

    mutating func number(_ name: String) -> Double? { read(name, "a number") { $0.double } }

    mutating func duration(_ name: String) -> Duration? {
        read(name, "a duration such as \"500ms\", \"5s\", \"5m\", \"2h\" or \"1d\"") {
            $0.string.flatMap(Duration.init(text:))
        }
    }

    mutating func nullableDuration(_ name: String) -> Duration?? {
        readNullable(name, "a duration such as \"500ms\", \"5s\", \"5m\", \"2h\" or \"1d\", or null") {
            $0.string.flatMap(Duration.init(text:))
        }
    }

    mutating func instant(_ name: String) -> Timestamp? {
        read(name, "an RFC 3339 time such as \"2023-06-15T10:30:00Z\"") { $0.string.flatMap(Timestamp.init(rfc3339:)) }
    }

    mutating func nullableInstant(_ name: String) -> Timestamp?? {
        readNullable(name, "an RFC 3339 time such as \"2023-06-15T10:30:00Z\", or null") {
            $0.string.flatMap(Timestamp.init(rfc3339:))
        }
    }

    mutating func strings(_ name: String) -> [String]? {
        read(name, "an array of strings") { value in
            guard let array = value.array else { return nil }
            let strings = array.compactMap(\.string)
            return strings.count == array.count ? strings : nil
        }
    }

    /// A flat object of strings, in its order.
    mutating func dictionary(_ name: String) -> [(String, String)]? {
        read(name, "an object whose values are strings") { value in
            guard let object = value.object else { return nil }
            let pairs = object.compactMap { member in member.value.string.map { (member.key, $0) } }
            return pairs.count == object.count ? pairs : nil
        }
    }

    /// An object, read by `body` under this reader's eyes; `.some(nil)` for `null` where that is allowed.
    mutating func object<Value>(
        _ name: String, _ body: (inout FieldReader) -> Value?
    ) -> Value? {
        guard let value = value(name) else { return nil }
        guard let members = value.object else {
            note(name, "Give an object.")
            return nil
        }
        var reader = FieldReader(members, path: "\(path)\(name).")
        let result = body(&reader)
        reader.noteUnknown()
        errors += reader.errors
        return result
    }

    /// A value of any kind as JSON text, or `.some(nil)` for `null`.
    mutating func nullableJSON(_ name: String) -> String?? {
        guard let value = value(name) else { return nil }
        return .some(value.isNull ? nil : String(decoding: value.bytes, as: UTF8.self))
    }

    private mutating func read<Value>(_ name: String, _ kind: String, _ convert: (JSONValue) -> Value?) -> Value? {
        guard let value = value(name) else { return nil }
        guard let converted = convert(value) else {
            note(name, "Give \(kind).")
            return nil
        }
        return converted
    }

    private mutating func readNullable<Value>(
        _ name: String, _ kind: String, _ convert: (JSONValue) -> Value?
    ) -> Value?? {
        guard let value = value(name) else { return nil }
        if value.isNull { return .some(nil) }
        guard let converted = convert(value) else {
            note(name, "Give \(kind).")
            return nil
        }
        return .some(converted)
    }

    /// Notes the fields that nobody asked for.
    mutating func noteUnknown() {
        for member in members where !asked.contains(member.key) {
            let near = asked.filter {
                $0.first == member.key.first || $0.contains(member.key) || member.key.contains($0)
            }
            let hint = (near.isEmpty ? asked : near).map { "`\($0)`" }.joined(separator: ", ")
            note(
                String(member.key.prefix(100)),
                asked.isEmpty
                    ? "There is no such field; nothing is taken here." : "There is no such field. Known: \(hint).")
        }
    }

    /// Refuses the request where anything is wrong with it.
    mutating func finish() throws(ServiceError) {
        noteUnknown()
        guard errors.isEmpty else {
            var error = ServiceError.invalid(errors)
            if errors.allSatisfy({ $0.message.hasPrefix("There is no such field") }) { error.code = "unknown_field" }
            throw error
        }
    }
}
