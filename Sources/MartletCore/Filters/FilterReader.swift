/// Reads a filter, noting everything that is wrong with it.
struct FilterReader {
    private static let mostMistakes = 20

    private(set) var mistakes: [PayloadFilter.Mistake] = []
    private(set) var paths: [PayloadPath] = []
    private var numbers: [PayloadPath: Int] = [:]
    private var conditionCount = 0

    /// Reads a whole filter; `nil` where it cannot be read.
    mutating func filter(_ value: JSONValue) -> FilterCondition? {
        guard value.bytes.count <= PayloadFilter.longestText else {
            note("", "A filter has at most \(PayloadFilter.longestText) bytes.")
            return nil
        }
        let condition = object(value, place: "", depth: 0)
        if conditionCount > PayloadFilter.mostConditions {
            note("", "A filter has at most \(PayloadFilter.mostConditions) conditions; this one has \(conditionCount).")
        }
        return condition
    }

    private mutating func note(_ place: String, _ message: String) {
        if mistakes.count < Self.mostMistakes { mistakes.append(.init(place: place, message: message)) }
    }

    private static func step(_ key: String) -> String {
        var text: [UInt8] = []
        var key = key
        key.withUTF8 { JSONText.append(UnsafeRawBufferPointer($0), to: &text) }
        return JSONPath.step(key: text)
    }

    // MARK: Conditions

    private mutating func object(_ value: JSONValue, place: String, depth: Int) -> FilterCondition? {
        guard depth <= PayloadFilter.deepestNesting else {
            note(place, "`any`, `all` and `not` stand within each other at most \(PayloadFilter.deepestNesting) deep.")
            return nil
        }
        guard let members = value.object else {
            note(place, "Give an object of conditions: {\"data.amount\":{\"gte\":100}}.")
            return nil
        }
        guard !members.isEmpty else {
            note(place, "Give at least one condition: {\"data.amount\":{\"gte\":100}}.")
            return nil
        }
        var conditions: [FilterCondition] = []
        for member in members {
            let place = place + Self.step(member.key)
            conditionCount += 1
            switch member.key {
            case "all": if let all = list(member.value, place, depth) { conditions.append(.all(all)) }
            case "any": if let any = list(member.value, place, depth) { conditions.append(.any(any, place: place)) }
            case "not":
                if let condition = object(member.value, place: place, depth: depth + 1) {
                    conditions.append(.not(condition, place: place))
                }
            default: if let field = field(member, place) { conditions.append(.field(field)) }
            }
        }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private mutating func list(_ value: JSONValue, _ place: String, _ depth: Int) -> [FilterCondition]? {
        guard let elements = value.array, !elements.isEmpty else {
            note(place, "Give a list of at least one object of conditions.")
            return nil
        }
        return elements.prefix(PayloadFilter.mostConditions + 1).enumerated().compactMap { index, element in
            object(element, place: place + JSONPath.step(index: index), depth: depth + 1)
        }
    }

    // MARK: Fields

    private mutating func field(_ member: JSONValue.Member, _ place: String) -> FieldCondition? {
        let path: PayloadPath
        do throws(PayloadPath.Malformed) {
            path = try PayloadPath(member.key)
        } catch {
            note(place, error.message)
            return nil
        }
        let tests = tests(member.value, place)
        guard !tests.isEmpty else { return nil }
        let number = numbers[path] ?? paths.count
        if number == paths.count {
            numbers[path] = number
            paths.append(path)
        }
        return FieldCondition(name: member.key, path: number, isPlural: path.isPlural, tests: tests)
    }

    private mutating func tests(_ value: JSONValue, _ place: String) -> [FieldTest] {
        guard let members = value.object else {
            guard value.array == nil else {
                note(place, "To ask for one of several values, give {\"in\":[…]}.")
                return []
            }
            return operand(value, place).map { [FieldTest(kind: .equals($0), place: place)] } ?? []
        }
        guard !members.isEmpty else {
            note(place, "Say what is asked of the field: \(Self.known).")
            return []
        }
        let tests = members.compactMap { test($0, place + Self.step($0.key)) }
        let asksForNothing = tests.contains { if case .exists(false) = $0.kind { true } else { false } }
        if asksForNothing && members.count > 1 {
            note(place + ".exists", "A field that must not be there cannot be asked for anything else.")
        }
        checkRange(members, place)
        return tests
    }

    private static let known = "`eq`, `in`, `gt`, `gte`, `lt`, `lte`, `prefix` or `exists`"

    private mutating func test(_ member: JSONValue.Member, _ place: String) -> FieldTest? {
        switch member.key {
        case "eq": operand(member.value, place).map { FieldTest(kind: .equals($0), place: place) }
        case "in": choices(member.value, place).map { FieldTest(kind: .isOneOf($0), place: place) }
        case "gt": bound(member.value, place).map { FieldTest(kind: .isGreater($0), place: place) }
        case "gte": bound(member.value, place).map { FieldTest(kind: .isAtLeast($0), place: place) }
        case "lt": bound(member.value, place).map { FieldTest(kind: .isLess($0), place: place) }
        case "lte": bound(member.value, place).map { FieldTest(kind: .isAtMost($0), place: place) }
        case "prefix": prefix(member.value, place).map { FieldTest(kind: .hasPrefix($0), place: place) }
        case "exists": presence(member.value, place).map { FieldTest(kind: .exists($0), place: place) }
        default: unknown(place)
        }
    }

    private mutating func unknown(_ place: String) -> FieldTest? {
        note(place, "There is no such test. Give \(Self.known).")
        return nil
    }

    /// Bounds of two types could never both hold.
    private mutating func checkRange(_ members: [JSONValue.Member], _ place: String) {
        let bounds = members.filter { ["gt", "gte", "lt", "lte"].contains($0.key) }
        guard bounds.contains(where: { $0.value.string != nil }),
            let number = bounds.first(where: { $0.value.double != nil })
        else { return }
        note(place + Self.step(number.key), "A range is one of numbers or one of strings: no value is both.")
    }

    // MARK: Operands

    private mutating func operand(_ value: JSONValue, _ place: String) -> FieldOperand? {
        guard let operand = FieldOperand(value) else {
            note(place, "Give a string, a number, true, false or null.")
            return nil
        }
        guard case .number(let text) = value else { return operand }
        do throws(PayloadRejection) {
            _ = try JSONNormaliser.normalise(Array(text.utf8), allowsScalar: true)
            return operand
        } catch {
            // No payload can hold it either.
            note(place, error.message)
            return nil
        }
    }

    private mutating func choices(_ value: JSONValue, _ place: String) -> [FieldOperand]? {
        guard let elements = value.array, (1...PayloadFilter.mostChoices).contains(elements.count) else {
            note(place, "Give a list of 1 to \(PayloadFilter.mostChoices) values.")
            return nil
        }
        return elements.enumerated().compactMap { operand($1, place + JSONPath.step(index: $0)) }
    }

    private mutating func bound(_ value: JSONValue, _ place: String) -> FieldOperand? {
        guard value.string != nil || value.double != nil else {
            note(place, "Give a number or a string.")
            return nil
        }
        return operand(value, place)
    }

    private mutating func prefix(_ value: JSONValue, _ place: String) -> FieldOperand? {
        guard let text = value.string, !text.isEmpty else {
            note(place, "Give a string of at least one character.")
            return nil
        }
        return .string(Array(text.utf8))
    }

    private mutating func presence(_ value: JSONValue, _ place: String) -> Bool? {
        guard let isWanted = value.boolean else {
            note(place, "Give true or false.")
            return nil
        }
        return isWanted
    }
}
