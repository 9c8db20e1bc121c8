/// A place in an event's payload, as filters write it: `data.customer.country`, `data.items[0].price`,
/// `data.items[*].price`, `data["a key"]`.
struct PayloadPath: Sendable, Hashable {
    /// One step down.
    enum Step: Sendable, Hashable {
        /// To a member of an object; the key's bytes in UTF-8, so that no two spellings of a character are the same.
        case key([UInt8])
        /// To an element of an array, from 0.
        case index(Int)
        /// To each element of an array.
        case anyElement
    }

    /// Why a text is no path.
    struct Malformed: Error {
        var message: String
    }

    static let mostSteps = 16
    static let longestText = 256

    let steps: [Step]

    /// Whether several values may stand there.
    var isPlural: Bool { steps.contains(.anyElement) }

    /// Reads a path.
    ///
    /// - Throws: ``Malformed`` with a sentence that says how to mend it.
    init(_ text: String) throws(Malformed) {
        guard text.utf8.count <= Self.longestText else {
            throw Malformed(message: "A path has at most \(Self.longestText) bytes.")
        }
        guard text.hasPrefix("data") else { throw Self.foreign }
        var rest = text.dropFirst(4)
        var steps: [Step] = []
        while let first = rest.first {
            guard steps.count < Self.mostSteps else {
                throw Malformed(message: "A path has at most \(Self.mostSteps) steps.")
            }
            switch first {
            case ".": steps.append(try Self.name(&rest))
            case "[": steps.append(try Self.bracket(&rest))
            default: throw steps.isEmpty ? Self.foreign : Malformed(message: "Put . or [ between a path's steps.")
            }
        }
        self.steps = steps
    }

    private static let foreign = Malformed(
        message: "Give a path into the payload (data.amount), or one of `all`, `any` and `not`.")

    /// A step `.name`.
    private static func name(_ rest: inout Substring) throws(Malformed) -> Step {
        rest.removeFirst()
        let name = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest[name.endIndex...]
        guard !name.isEmpty else { throw Malformed(message: "A dot is followed by a name: data.amount.") }
        guard name != "*" else {
            throw Malformed(message: "A wildcard is written [*], and stands for the elements of an array.")
        }
        guard !name.unicodeScalars.contains(where: { $0 == "]" || $0 == "\"" || $0.value <= 0x20 }) else {
            throw Malformed(message: "Write a key with blanks, quotes or brackets as data[\"a key\"].")
        }
        return .key(Array(name.utf8))
    }

    /// A step `[0]`, `[*]` or `["a key"]`.
    private static func bracket(_ rest: inout Substring) throws(Malformed) -> Step {
        rest.removeFirst()
        if rest.first == "\"" { return try quoted(&rest) }
        let inside = rest.prefix { $0 != "]" }
        guard inside.endIndex < rest.endIndex else { throw unclosed }
        rest = rest[inside.endIndex...].dropFirst()
        if inside == "*" { return .anyElement }
        let isCanonical = inside == "0" || !inside.hasPrefix("0")
        guard isCanonical, inside.utf8.allSatisfy({ (0x30...0x39).contains($0) }), inside.utf8.count <= 9,
            let index = Int(inside)
        else {
            throw Malformed(message: "Brackets hold an index from 0, * or a key in double quotes.")
        }
        return .index(index)
    }

    private static func quoted(_ rest: inout Substring) throws(Malformed) -> Step {
        var isEscaped = false
        let end = rest.dropFirst().unicodeScalars.firstIndex { scalar in
            if isEscaped {
                isEscaped = false
                return false
            }
            isEscaped = scalar == "\\"
            return scalar == "\""
        }
        guard let end else { throw unclosed }
        let literal = String(rest.unicodeScalars[rest.startIndex...end])
        guard let key = (try? JSONValue(parsing: literal))?.string else {
            throw Malformed(message: "A key in brackets is a JSON string: data[\"a key\"].")
        }
        rest = Substring(rest.unicodeScalars[rest.unicodeScalars.index(after: end)...])
        guard rest.first == "]" else { throw unclosed }
        rest.removeFirst()
        return .key(Array(key.utf8))
    }

    private static let unclosed = Malformed(message: "A bracket of the path is not closed.")
}
