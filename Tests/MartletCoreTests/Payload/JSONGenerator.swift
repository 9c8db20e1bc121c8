/// Makes documents that are accepted, from a seed: distinct keys, numbers that keep their digits, every kind of escape.
struct JSONGenerator {
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed)
    }

    mutating func document() -> [UInt8] {
        Array(text(of: container(depth: 4), spaced: Bool.random(using: &random)).utf8)
    }

    /// The same document without whitespace and with.
    mutating func documentTwice() -> (compact: [UInt8], spaced: [UInt8]) {
        let tokens = container(depth: 4)
        return (Array(text(of: tokens, spaced: false).utf8), Array(text(of: tokens, spaced: true).utf8))
    }

    /// A document with a few bytes changed, removed, doubled or put in.
    mutating func mutated(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where at < bytes.count: bytes[at] = .random(in: 0...255, using: &random)
            case 1 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...5, using: &random)))
            case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 6)], at: at)
            default:
                bytes.insert(
                    contentsOf: Array(pick(["{", "}", "[", "]", ",", ":", "\"", "\\", "1", "\0"]).utf8), at: at)
            }
        }
        return bytes
    }

    private mutating func container(depth: Int) -> [String] {
        let count = Int.random(in: 0..<5, using: &random)
        var tokens: [String] = []
        let isObject = Bool.random(using: &random)
        for number in 0..<(Int.random(in: 0..<30, using: &random) == 0 ? 20 : count) {
            if number > 0 { tokens.append(",") }
            if isObject { tokens += [key(number), ":"] }
            tokens += value(depth: depth - 1)
        }
        return isObject ? ["{"] + tokens + ["}"] : ["["] + tokens + ["]"]
    }

    private mutating func value(depth: Int) -> [String] {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return [pick(["true", "false", "null"])]
        case 1, 2: return ["\"" + string() + "\""]
        case 3...5: return [number()]
        default: return container(depth: depth)
        }
    }

    /// Keys of one object differ by their number, some of them only in the spelling of an escape before it.
    private mutating func key(_ number: Int) -> String {
        pick([
            "\"\(97 &* number % 32)\"", "\"key\(number)\"", "\"\\u00e9/\(number)\"", "\"-\(number)\"",
            "\"long key number \(number)\"",
        ])
    }

    private mutating func string() -> String {
        (0..<Int.random(in: 0..<5, using: &random)).map { _ in
            pick([
                "a", "plain text", "é", "日本", "😀", "\\n", "\\u000a", "\\/", "/", "\\\"", "\\\\", "\\u0041",
                "\\ud83d\\ude00",
                "\\u001F", "\\b", "\u{7F}", "\u{2028}", "0123456789abcdef",
            ])
        }.joined()
    }

    private mutating func number() -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: String(Int.random(in: -1000...1000, using: &random))
        case 1: String(Int.random(in: -9_007_199_254_740_992...9_007_199_254_740_992, using: &random))
        case 2: "\(Int.random(in: 0...999, using: &random)).\(Int.random(in: 0...99, using: &random))0"
        case 3: "\(Int.random(in: 1...99, using: &random))e\(Int.random(in: -20...20, using: &random))"
        default: Double.random(in: -1e9...1e9, using: &random).description
        }
    }

    private mutating func text(of tokens: [String], spaced: Bool) -> String {
        guard spaced else { return tokens.joined() }
        var text = ""
        for token in tokens { text += pick(["", "", " ", "\n", "\t", "\r\n", "  "]) + token }
        return text + pick(["", " ", "\n"])
    }

    private mutating func pick(_ choices: [String]) -> String {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
}
