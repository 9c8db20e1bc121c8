/// Why a filter does not want an event: the very condition that failed, and what was found instead.
public struct FilterShortfall: Sendable, Hashable {
    /// The condition's place within the filter: `["data.amount"].gte`, `.any`.
    public var condition: String
    /// In words: `data.amount is 50, and has to be at least 100`.
    public var sentence: String
    /// The value that was found, as JSON cut to 100 bytes; `nil` where there was none, or more than one.
    public var found: String?
}

// Why a condition fails, and for `not` why one holds. Alternatives are told of up to three, so that a sentence stays one.

extension FilterCondition {
    private static let mostTold = 3

    /// Why it does not hold; `nil` where it does.
    func shortfall(_ fields: ProbedFields, _ slots: [Int]) -> FilterShortfall? {
        switch self {
        case .all(let conditions):
            for condition in conditions {
                if let shortfall = condition.shortfall(fields, slots) { return shortfall }
            }
            return nil
        case .any(let conditions, let place):
            var shortfalls: [FilterShortfall] = []
            for condition in conditions {
                guard let shortfall = condition.shortfall(fields, slots) else { return nil }
                if shortfalls.count < Self.mostTold { shortfalls.append(shortfall) }
            }
            if conditions.count == 1 { return shortfalls.first }
            let more = conditions.count - shortfalls.count
            let sentence =
                "none of the \(conditions.count) alternatives holds: "
                + shortfalls.map(\.sentence).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
            return FilterShortfall(condition: place, sentence: sentence, found: nil)
        case .not(let condition, let place):
            guard let evidence = condition.evidence(fields, slots) else { return nil }
            return FilterShortfall(
                condition: place, sentence: "what it excludes is so: \(evidence.sentence)", found: evidence.found)
        case .field(let field): return field.shortfall(fields, slots[field.path])
        }
    }

    /// Why it holds; `nil` where it does not.
    private func evidence(_ fields: ProbedFields, _ slots: [Int]) -> Evidence? {
        switch self {
        case .all(let conditions):
            var evidence: [Evidence] = []
            for condition in conditions {
                guard let one = condition.evidence(fields, slots) else { return nil }
                evidence.append(one)
            }
            if evidence.count == 1 { return evidence[0] }
            let sentences = evidence.prefix(Self.mostTold).map(\.sentence)
            let more = evidence.count - sentences.count
            return Evidence(
                sentence: sentences.joined(separator: ", and ") + (more > 0 ? ", and \(more) more" : ""), found: nil)
        case .any(let conditions, _):
            for condition in conditions {
                if let evidence = condition.evidence(fields, slots) { return evidence }
            }
            return nil
        case .not(let condition, _):
            return condition.shortfall(fields, slots).map { Evidence(sentence: $0.sentence, found: $0.found) }
        case .field(let field): return field.evidence(fields, slots[field.path])
        }
    }
}

/// What makes a condition true, and the value that does.
private struct Evidence {
    var sentence: String
    var found: String?
}

extension FieldCondition {
    fileprivate func shortfall(_ fields: ProbedFields, _ slot: Int) -> FilterShortfall? {
        guard !holds(fields, slot) else { return nil }
        let count = fields.count(of: slot)
        let only = fields.first(of: slot) { _ in true }
        guard let only else {
            return FilterShortfall(condition: tests[0].place, sentence: "there is no \(name)", found: nil)
        }
        if asksForNothing {
            return FilterShortfall(
                condition: tests[0].place,
                sentence: "\(name) is there, and must not be: \(text(of: only, fields))",
                found: text(of: only, fields))
        }
        // The test that the first value falls short of is the one to tell of, for want of a better one.
        let failed = tests.first { !$0.holds(of: only, in: fields.payload) } ?? tests[0]
        guard count == 1 else {
            return FilterShortfall(
                condition: failed.place,
                sentence: "none of the \(count) values of \(name) \(asked); the first is \(text(of: only, fields))",
                found: nil)
        }
        return FilterShortfall(
            condition: failed.place,
            sentence: "\(name) is \(text(of: only, fields))\(failed.mismatch(only)), and has to be \(failed.phrase)",
            found: text(of: only, fields))
    }

    fileprivate func evidence(_ fields: ProbedFields, _ slot: Int) -> Evidence? {
        if asksForNothing {
            return fields.count(of: slot) == 0 ? Evidence(sentence: "there is no \(name)", found: nil) : nil
        }
        let value = fields.first(of: slot) { value in tests.allSatisfy { $0.holds(of: value, in: fields.payload) } }
        guard let value else { return nil }
        return Evidence(sentence: "\(name) is \(text(of: value, fields))", found: text(of: value, fields))
    }

    /// All that is asked of one value.
    private var asked: String { "is " + tests.map(\.phrase).joined(separator: " and ") }

    private func text(of value: FoundValue, _ fields: ProbedFields) -> String {
        FieldTest.clipped(fields.payload[value.start..<value.end])
    }
}

extension FieldTest {
    private static let longestValue = 100

    /// A piece of JSON, cut where a character ends.
    fileprivate static func clipped(_ json: some Collection<UInt8>) -> String {
        guard json.count > longestValue else { return String(decoding: json, as: UTF8.self) }
        var shown = Array(json.prefix(longestValue))
        while let last = shown.last, last & 0xC0 == 0x80 { shown.removeLast() }
        if let last = shown.last, last >= 0xC0 { shown.removeLast() }
        return String(decoding: shown, as: UTF8.self) + "…"
    }

    /// What is asked, to stand behind "has to be".
    fileprivate var phrase: String {
        switch kind {
        case .equals(let operand): operand.text
        case .isOneOf(let operands):
            operands.count == 1
                ? operands[0].text
                : "one of " + operands.prefix(5).map(\.text).joined(separator: ", ")
                    + (operands.count > 5 ? " and \(operands.count - 5) more" : "")
        case .isGreater(let operand): "more than \(operand.text)"
        case .isAtLeast(let operand): "at least \(operand.text)"
        case .isLess(let operand): "less than \(operand.text)"
        case .isAtMost(let operand): "at most \(operand.text)"
        case .hasPrefix(let operand): "a string that begins with \(operand.text)"
        case .exists(let isWanted): isWanted ? "there" : "missing"
        }
    }

    /// Said of a value that the test does not so much as look at: `, a string`.
    fileprivate func mismatch(_ value: FoundValue) -> String {
        let operands: [FieldOperand] =
            switch kind {
            case .equals(let operand), .isGreater(let operand), .isAtLeast(let operand), .isLess(let operand),
                .isAtMost(let operand), .hasPrefix(let operand):
                [operand]
            case .isOneOf(let operands): operands
            case .exists: []
            }
        guard !operands.isEmpty, !operands.contains(where: { $0.kind == value.kind }) else { return "" }
        switch value.kind {
        case .null: return ""
        case .object, .array: return ", an \(value.kind.rawValue)"
        case .string, .number, .boolean: return ", a \(value.kind.rawValue)"
        }
    }
}

extension FieldOperand {
    fileprivate var kind: JSONReader.Kind {
        switch self {
        case .string: .string
        case .number: .number
        case .boolean: .boolean
        case .null: .null
        }
    }

    /// The operand as JSON, cut like a value.
    fileprivate var text: String {
        var writer = JSONWriter(capacity: 32)
        switch self {
        case .string(let text): writer.string(utf8: text)
        case .number(let number): writer.number(number)
        case .boolean(let boolean): writer.boolean(boolean)
        case .null: writer.null()
        }
        return FieldTest.clipped(writer.bytes)
    }
}
