import MartletCore

/// A JSON object put together from flags, and from `--data` for whatever has no flag.
struct RequestBody {
    private var members: [(name: String, json: [UInt8])] = []

    mutating func set(_ name: String, _ text: String?) {
        guard let text else { return }
        set(name) { $0.string(text) }
    }

    mutating func set(_ name: String, _ flag: Bool?) {
        guard let flag else { return }
        set(name) { $0.boolean(flag) }
    }

    mutating func set(_ name: String, _ number: Int?) {
        guard let number else { return }
        set(name) { $0.integer(number) }
    }

    /// An empty list is as good as none.
    mutating func set(_ name: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        set(name) { writer in writer.array { writer in for text in texts { writer.string(text) } } }
    }

    /// Says that there is to be none.
    mutating func clear(_ name: String) { set(name) { $0.null() } }

    mutating func set(_ name: String, json: [UInt8]) { members.append((name, json)) }

    private mutating func set(_ name: String, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        members.append((name, writer.bytes))
    }

    /// Takes the members of an object; flags win over it.
    ///
    /// - Parameter argument: `@file`, `-`, or JSON.
    mutating func merge(_ argument: String?) throws {
        guard let argument else { return }
        let bytes = try BodyArgument.read(argument)
        let value: JSONValue
        do throws(PayloadRejection) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw CommandFailure.usage("--data: \(error)")
        }
        guard let object = value.object else { throw CommandFailure.usage("--data: Give a JSON object: {…}.") }
        for member in object where !members.contains(where: { $0.name == member.key }) {
            members.append((member.key, member.value.bytes))
        }
    }

    var isEmpty: Bool { members.isEmpty }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            for member in members {
                writer.key(escaping: member.name)
                writer.raw(member.json)
            }
        }
        return writer.bytes
    }
}
