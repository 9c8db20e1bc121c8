/// The way to a value in a JSON text: RFC 6901, such as `/data/id` or `/0/type`.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The names of members and indices of elements on the way, unescaped. None is the whole text.
    let steps: [String]

    /// The longest pointer that is read, in bytes.
    public static let longestText = 256

    /// Reads a pointer; `nil` when the text is none: it begins with `/` or is empty, and `~` is followed by 0 or 1.
    public init?(_ text: String) {
        guard text.isEmpty || text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= Self.longestText else {
            return nil
        }
        var steps: [String] = []
        for step in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            var plain = String.UnicodeScalarView()
            var scalars = step.unicodeScalars.makeIterator()
            while let scalar = scalars.next() {
                guard scalar == "~" else {
                    plain.append(scalar)
                    continue
                }
                switch scalars.next() {
                case "0": plain.append("~")
                case "1": plain.append("/")
                default: return nil
                }
            }
            steps.append(String(plain))
        }
        self.steps = steps
    }

    init(steps: [String]) {
        self.steps = steps
    }

    /// This way, begun at another value.
    func following(_ start: JSONPointer?) -> JSONPointer {
        guard let start else { return self }
        return JSONPointer(steps: start.steps + steps)
    }

    /// The pointer as RFC 6901 writes it.
    public var description: String {
        var text = ""
        for step in steps {
            text.append("/")
            for scalar in step.unicodeScalars {
                switch scalar {
                case "~": text.append("~0")
                case "/": text.append("~1")
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }
}

extension JSONPointer: ExpressibleByStringLiteral {
    /// A pointer in code. One that is none is a slip of the programmer's and stops the program.
    public init(stringLiteral text: String) {
        guard let pointer = JSONPointer(text) else { preconditionFailure("\(text) is no JSON pointer (RFC 6901).") }
        self = pointer
    }
}
