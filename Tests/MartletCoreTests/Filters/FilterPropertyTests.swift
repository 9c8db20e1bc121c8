import MartletCore
import Testing

/// Filters against an evaluator that knows trees alone, over documents from seeds. A failure prints its seed.
@Suite struct FilterPropertyTests {
    @Test(arguments: UInt64(1)...40)
    func aScanOfTheBytesAgreesWithAWalkOfTheTree(seed: UInt64) throws {
        var generator = FilterGenerator(seed: seed)
        for _ in 0..<25 {
            let document = generator.document()
            let rules = (0..<8).map { _ in generator.rule(depth: 3) }
            let set = FilterSet(try rules.map { try PayloadFilter($0.json) })
            let expected = rules.map { $0.holds(of: document) }

            let plain = set.verdicts(on: document.bytes[...])
            let spelled = set.verdicts(on: generator.spelled(document)[...])
            let shortfalls = set.shortfalls(of: document.bytes[...])

            let comment: Comment = "seed \(seed): \(String(decoding: document.bytes, as: UTF8.self))"
            #expect(plain == expected, comment)
            #expect(spelled == expected, comment)
            #expect(shortfalls.map { $0 == nil } == expected, comment)
        }
    }

    @Test(arguments: UInt64(1)...10)
    func brokenBytesNeverTrap(seed: UInt64) throws {
        var generator = FilterGenerator(seed: seed)
        var breaker = JSONGenerator(seed: seed)
        let set = FilterSet(try (0..<20).map { _ in try PayloadFilter(generator.rule(depth: 3).json) })
        for _ in 0..<200 {
            let broken = breaker.mutated(generator.spelled(generator.document()))

            #expect(set.verdicts(on: broken[...]) == set.shortfalls(of: broken[...]).map { $0 == nil }, "seed \(seed)")
        }
    }

    @Test func bothVerdictsOccurOften() {
        var generator = FilterGenerator(seed: 1)
        var count = 0

        for _ in 0..<1000 where generator.rule(depth: 3).holds(of: generator.document()) { count += 1 }

        #expect((200...800).contains(count))
    }
}

/// A filter as the naive evaluator has it.
private indirect enum Rule {
    enum Step {
        case key(String)
        case index(Int)
        case anyElement
    }

    enum Test {
        case eq(JSONValue)
        case oneOf([JSONValue])
        case range(String, JSONValue)
        case prefix(String)
        case present
    }

    case all([Rule])
    case any([Rule])
    case not(Rule)
    case field([Step], [Test])
    case absent([Step])

    var json: JSONValue {
        switch self {
        case .all(let rules): ["all": .array(rules.map(\.json))]
        case .any(let rules): ["any": .array(rules.map(\.json))]
        case .not(let rule): ["not": rule.json]
        case .field(let steps, let tests):
            .object([.init(Self.text(steps), .object(tests.map(\.member)))])
        case .absent(let steps): .object([.init(Self.text(steps), ["exists": false])])
        }
    }

    private static func text(_ steps: [Step]) -> String {
        "data"
            + steps.map { step in
                switch step {
                case .key(let key):
                    key.allSatisfy(\.isLetter) && !key.isEmpty
                        ? ".\(key)" : "[\(String(decoding: JSONValue.string(key).bytes, as: UTF8.self))]"
                case .index(let index): "[\(index)]"
                case .anyElement: "[*]"
                }
            }.joined()
    }

    func holds(of document: JSONValue) -> Bool {
        switch self {
        case .all(let rules): rules.allSatisfy { $0.holds(of: document) }
        case .any(let rules): rules.contains { $0.holds(of: document) }
        case .not(let rule): !rule.holds(of: document)
        case .field(let steps, let tests):
            Self.values(document, steps[...]).contains { value in tests.allSatisfy { $0.holds(of: value) } }
        case .absent(let steps): Self.values(document, steps[...]).isEmpty
        }
    }

    private static func values(_ value: JSONValue, _ steps: ArraySlice<Step>) -> [JSONValue] {
        guard let step = steps.first else { return [value] }
        let rest = steps.dropFirst()
        switch step {
        case .key(let key):
            let members = (value.object ?? []).filter { Array($0.key.utf8) == Array(key.utf8) }
            return members.flatMap { values($0.value, rest) }
        case .index(let index): return value[index].map { values($0, rest) } ?? []
        case .anyElement: return (value.array ?? []).flatMap { values($0, rest) }
        }
    }
}

extension Rule.Test {
    var member: JSONValue.Member {
        switch self {
        case .eq(let value): .init("eq", value)
        case .oneOf(let values): .init("in", .array(values))
        case .range(let name, let value): .init(name, value)
        case .prefix(let text): .init("prefix", .string(text))
        case .present: .init("exists", true)
        }
    }

    func holds(of value: JSONValue) -> Bool {
        switch self {
        case .eq(let wanted): Self.areEqual(value, wanted)
        case .oneOf(let wanted): wanted.contains { Self.areEqual(value, $0) }
        case .range(let name, let bound):
            if let number = value.double, let bound = bound.double {
                Self.compare(number, bound, name)
            } else if let text = value.string, let bound = bound.string {
                Self.compare(Scalars(text: text), Scalars(text: bound), name)
            } else {
                false
            }
        case .prefix(let prefix):
            value.string.map { $0.unicodeScalars.starts(with: prefix.unicodeScalars) } ?? false
        case .present: true
        }
    }

    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.number, .number): left.double == right.double
        case (.string(let left), .string(let right)): Array(left.unicodeScalars) == Array(right.unicodeScalars)
        case (.boolean(let left), .boolean(let right)): left == right
        case (.null, .null): true
        default: false
        }
    }

    private static func compare<Value: Comparable>(_ value: Value, _ bound: Value, _ name: String) -> Bool {
        switch name {
        case "gt": value > bound
        case "gte": value >= bound
        case "lt": value < bound
        default: value <= bound
        }
    }

    /// A text by its code points.
    private struct Scalars: Comparable {
        var text: String

        static func < (left: Self, right: Self) -> Bool {
            left.text.unicodeScalars.lexicographicallyPrecedes(right.text.unicodeScalars)
        }
        static func == (left: Self, right: Self) -> Bool {
            left.text.unicodeScalars.elementsEqual(right.text.unicodeScalars)
        }
    }
}

/// Documents of few keys and few values, so that rules often meet something, and rules about them.
private struct FilterGenerator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed) }

    private static let keys = ["a", "b", "c", "é", "a b", "q\"", "", "0"]
    private static let texts = ["", "a", "ab", "b", "é", "e\u{301}", "😀", "\u{FFFF}", "a\nb", "q\"\\/", "\u{1}"]
    private static let numbers = [
        "0", "1", "2", "-1", "1.5", "100", "1e21", "1e-7", "0.1", "9007199254740992", "-0.30000000000000004",
    ]

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private mutating func scalar() -> JSONValue {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .null
        case 1: .boolean(.random(using: &random))
        case 2...4: .string(pick(Self.texts))
        default: .number(pick(Self.numbers))
        }
    }

    mutating func document() -> JSONValue { container(depth: 4) }

    private mutating func container(depth: Int) -> JSONValue {
        if Int.random(in: 0..<3, using: &random) == 0 {
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1) })
        }
        let keys = Self.keys.filter { _ in Bool.random(using: &random) }
        return .object(keys.map { .init($0, value(depth: depth - 1)) })
    }

    private mutating func value(depth: Int) -> JSONValue {
        depth > 0 && Bool.random(using: &random) ? container(depth: depth) : scalar()
    }

    mutating func rule(depth: Int) -> Rule {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .absent(steps())
        case 5: return .all((0..<Int.random(in: 1...3, using: &random)).map { _ in rule(depth: depth - 1) })
        case 6: return .any((0..<Int.random(in: 1...3, using: &random)).map { _ in rule(depth: depth - 1) })
        case 7: return .not(rule(depth: depth - 1))
        default: return .field(steps(), tests())
        }
    }

    private mutating func steps() -> [Rule.Step] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            switch Int.random(in: 0..<6, using: &random) {
            case 0: .index(Int.random(in: 0...2, using: &random))
            case 1: .anyElement
            default: .key(pick(Self.keys))
            }
        }
    }

    private mutating func tests() -> [Rule.Test] {
        var tests: [Rule.Test] = []
        if Int.random(in: 0..<3, using: &random) == 0 { tests.append(.eq(scalar())) }
        if Int.random(in: 0..<4, using: &random) == 0 {
            tests.append(.oneOf((0..<Int.random(in: 1...3, using: &random)).map { _ in scalar() }))
        }
        let isOfNumbers = Bool.random(using: &random)
        for name in ["gt", "gte", "lt", "lte"] where Int.random(in: 0..<4, using: &random) == 0 {
            tests.append(.range(name, isOfNumbers ? .number(pick(Self.numbers)) : .string(pick(Self.texts))))
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            tests.append(.prefix(pick(Self.texts.filter { !$0.isEmpty })))
        }
        if tests.isEmpty || Int.random(in: 0..<4, using: &random) == 0 { tests.append(.present) }
        return tests
    }

    /// The document with blanks between its tokens and escapes in its strings.
    mutating func spelled(_ value: JSONValue) -> [UInt8] {
        var text = ""
        write(value, to: &text)
        return Array(text.utf8)
    }

    private mutating func blank() -> String { pick(["", "", " ", "\n", "\t "]) }

    private mutating func write(_ value: JSONValue, to text: inout String) {
        text += blank()
        switch value {
        case .null: text += "null"
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): text += literal(string)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element, to: &text)
            }
            text += blank() + "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? "," : "") + blank() + literal(member.key) + blank() + ":"
                write(member.value, to: &text)
            }
            text += blank() + "}"
        }
        text += blank()
    }

    private mutating func literal(_ string: String) -> String {
        var literal = "\""
        for unit in string.utf16 {
            let digits = String(unit, radix: 16)
            literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return Bool.random(using: &random)
            ? literal + "\"" : String(decoding: JSONValue.string(string).bytes, as: UTF8.self)
    }
}
