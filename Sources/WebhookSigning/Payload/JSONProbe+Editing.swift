extension JSONProbe {
    /// The text without a member: its name, its value, and the comma and the white space that went with it. What stays
    /// keeps its bytes.
    static func removing(_ pointer: JSONPointer, from text: [UInt8]) -> [UInt8]? {
        guard let found = find(pointer, in: text), found.member != found.range else { return nil }
        var start = found.member.lowerBound
        var end = found.member.upperBound
        while start > 0, isSpace(text[start - 1]) { start -= 1 }
        if start > 0, text[start - 1] == UInt8(ascii: ",") {
            start -= 1
        } else {
            start = found.member.lowerBound
            while end < text.count, isSpace(text[end]) { end += 1 }
            if end < text.count, text[end] == UInt8(ascii: ",") {
                end += 1
                while end < text.count, isSpace(text[end]) { end += 1 }
            } else {
                end = found.member.upperBound
            }
        }
        return Array(text[..<start] + text[end...])
    }

    /// The text with a string at a place: in the stead of the value there, or as a new member of the object that would
    /// have it, which is made where there is none; `nil` where that cannot be.
    static func setting(_ pointer: JSONPointer, to value: String, in text: [UInt8]) -> [UInt8]? {
        var written: [UInt8] = []
        write(value, to: &written)
        return setting(pointer, toJSON: written, in: text)
    }

    static func setting(_ pointer: JSONPointer, toJSON value: [UInt8], in text: [UInt8]) -> [UInt8]? {
        if let found = find(pointer, in: text) {
            return Array(text[..<found.range.lowerBound] + value + text[found.range.upperBound...])
        }
        guard let name = pointer.steps.last else { return nil }
        let parent = JSONPointer(steps: Array(pointer.steps.dropLast()))
        var member: [UInt8] = []
        write(name, to: &member)
        member.append(UInt8(ascii: ":"))
        member.append(contentsOf: value)
        guard let found = find(parent, in: text) else {
            guard isJSON(text), !parent.steps.isEmpty else { return nil }
            return setting(parent, toJSON: [UInt8(ascii: "{")] + member + [UInt8(ascii: "}")], in: text)
        }
        guard found.kind == .object else { return nil }
        let inner = found.range.lowerBound + 1..<found.range.upperBound - 1
        let isEmpty = text[inner].allSatisfy(isSpace)
        return Array(
            text[..<inner.lowerBound] + member + (isEmpty ? [] : [UInt8(ascii: ",")]) + text[inner.lowerBound...])
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
