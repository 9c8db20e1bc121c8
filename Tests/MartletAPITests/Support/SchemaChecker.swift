import MartletCore

/// As much of JSON Schema 2020-12 as `/openapi.json` uses. An object whose properties are listed has no others, though
/// the document does not say so to clients: what an answer has and the document has not is a mistake in one of them.
struct SchemaChecker: Sendable {
    let document: JSONValue

    /// What is wrong with `value`, each with its path.
    ///
    /// - Parameter isOpen: whether an object may have members beside those that its schema lists.
    func failures(of value: JSONValue, _ schema: JSONValue, isOpen: Bool, at path: String = "$") -> [String] {
        if let reference = schema["$ref"]?.string {
            guard let target = resolve(reference) else { return ["\(path): \(reference) leads nowhere"] }
            return failures(of: value, target, isOpen: isOpen, at: path)
        }
        var failures: [String] = []
        let types = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? []
        if !types.isEmpty, !types.contains(where: { value.is($0) }) {
            return ["\(path): \(String(decoding: value.bytes, as: UTF8.self).prefix(80)) is not \(types)"]
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) { failures.append("\(path): not in the enum") }
        if let constant = schema["const"], constant != value { failures.append("\(path): not the constant") }
        failures += alternatives(value, schema, isOpen, path)
        switch value {
        case .object(let members): failures += check(members, schema, isOpen, path)
        case .array(let elements): failures += check(elements, schema, isOpen, path)
        case .string(let text): failures += check(text, schema, path)
        case .number: failures += check(value.double ?? .nan, schema, path)
        case .boolean, .null: break
        }
        return failures
    }

    func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        var value: JSONValue? = document
        for step in reference.dropFirst(2).split(separator: "/") { value = value?[String(step)] }
        return value
    }

    private func alternatives(_ value: JSONValue, _ schema: JSONValue, _ isOpen: Bool, _ path: String) -> [String] {
        var failures: [String] = []
        for part in schema["allOf"]?.array ?? [] {
            failures += self.failures(of: value, part, isOpen: isOpen, at: path)
        }
        if let choices = schema["oneOf"]?.array {
            let results = choices.map { self.failures(of: value, $0, isOpen: isOpen, at: path) }
            let fitting = results.count { $0.isEmpty }
            if fitting != 1 { failures.append("\(path): fits \(fitting) of oneOf: \(results)") }
        }
        return failures
    }

    private func check(
        _ members: [JSONValue.Member], _ schema: JSONValue, _ isOpen: Bool, _ path: String
    ) -> [String] {
        var failures: [String] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where !members.contains(where: { $0.key == name }) {
            failures.append("\(path): \(name) is missing")
        }
        let properties = schema["properties"]
        let others = schema["additionalProperties"]
        for member in members {
            if let schema = properties?[member.key] {
                failures += self.failures(of: member.value, schema, isOpen: isOpen, at: "\(path).\(member.key)")
            } else if let others, others.object != nil {
                failures += self.failures(of: member.value, others, isOpen: isOpen, at: "\(path).\(member.key)")
            } else if others == false || properties != nil && !isOpen {
                failures.append("\(path).\(member.key): not in the schema")
            }
        }
        if let most = schema["maxProperties"]?.integer, members.count > most { failures.append("\(path): too many") }
        return failures
    }

    private func check(_ elements: [JSONValue], _ schema: JSONValue, _ isOpen: Bool, _ path: String) -> [String] {
        var failures: [String] = []
        if let items = schema["items"] {
            for (index, element) in elements.enumerated() {
                failures += self.failures(of: element, items, isOpen: isOpen, at: "\(path)[\(index)]")
            }
        }
        if let least = schema["minItems"]?.integer, elements.count < least { failures.append("\(path): too few") }
        if let most = schema["maxItems"]?.integer, elements.count > most { failures.append("\(path): too many") }
        return failures
    }

    private func check(_ text: String, _ schema: JSONValue, _ path: String) -> [String] {
        var failures: [String] = []
        if schema["format"]?.string == "date-time" {
            let isUTC = text.hasSuffix("Z") && Timestamp(rfc3339: text) != nil
            if !isUTC { failures.append("\(path): \(text) is not RFC 3339 in UTC") }
        }
        if let pattern = schema["pattern"]?.string {
            let fits = (try? Regex(pattern).firstMatch(in: text)) ?? nil
            if fits == nil { failures.append("\(path): \(text) does not match \(pattern)") }
        }
        if let least = schema["minLength"]?.integer, text.unicodeScalars.count < least {
            failures.append("\(path): too short")
        }
        if let most = schema["maxLength"]?.integer, text.unicodeScalars.count > most {
            failures.append("\(path): too long")
        }
        return failures
    }

    private func check(_ number: Double, _ schema: JSONValue, _ path: String) -> [String] {
        var failures: [String] = []
        if let least = schema["minimum"]?.double, number < least { failures.append("\(path): \(number) < \(least)") }
        if let most = schema["maximum"]?.double, number > most { failures.append("\(path): \(number) > \(most)") }
        return failures
    }
}

extension JSONValue {
    fileprivate func `is`(_ type: String) -> Bool {
        switch type {
        case "null": isNull
        case "boolean": boolean != nil
        case "integer": integer != nil
        case "number": double != nil
        case "string": string != nil
        case "array": array != nil
        case "object": object != nil
        default: false
        }
    }
}
