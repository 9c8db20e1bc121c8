/// A key that somebody pressed on a terminal.
enum Key: Sendable, Hashable {
    case character(Character)
    case up, down, pageUp, pageDown, home, end
    case enter, escape

    /// Reads what a terminal in raw mode sends: characters, and the sequences of the keys that have none (ECMA-48 and what
    /// xterm made of it).
    static func reading(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        var rest = Array(bytes)[...]
        while let first = rest.popFirst() {
            switch first {
            case 0x1B:
                guard let introducer = rest.first, introducer == UInt8(ascii: "[") || introducer == UInt8(ascii: "O")
                else {
                    keys.append(.escape)
                    continue
                }
                rest = rest.dropFirst()
                let parameters = rest.prefix { !(0x40...0x7E).contains($0) }
                let final = rest.dropFirst(parameters.count).first
                rest = rest.dropFirst(parameters.count + 1)
                if let key = sequence(Array(parameters), final) { keys.append(key) }
            case 0x0D, 0x0A: keys.append(.enter)
            case 0x20...0x7E: keys.append(.character(Character(Unicode.Scalar(first))))
            default: break
            }
        }
        return keys
    }

    private static func sequence(_ parameters: [UInt8], _ final: UInt8?) -> Key? {
        switch (final, String(decoding: parameters, as: UTF8.self)) {
        case (UInt8(ascii: "A"), _): .up
        case (UInt8(ascii: "B"), _): .down
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
        case (UInt8(ascii: "~"), "5"): .pageUp
        case (UInt8(ascii: "~"), "6"): .pageDown
        default: nil
        }
    }
}
