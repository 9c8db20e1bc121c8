extension JSONValue {
    /// Parses a document strictly: RFC 8259 in UTF-8, no duplicate keys, no lone surrogates, no deeper than 512.
    public init(parsing document: UnsafeRawBufferPointer, path: String = "$") throws(PayloadRejection) {
        var reader = JSONReader(document, path: path)
        self = try reader.readValue()
        try reader.endDocument()
    }

    /// Parses a document strictly: RFC 8259 in UTF-8, no duplicate keys, no lone surrogates, no deeper than 512.
    public init(parsing document: [UInt8], path: String = "$") throws(PayloadRejection) {
        self = try document.span.bytes.withUnsafeBytes { bytes throws(PayloadRejection) in
            try JSONValue(parsing: bytes, path: path)
        }
    }

    /// Parses a text strictly: no duplicate keys, no lone surrogates, no deeper than 512.
    public init(parsing text: String, path: String = "$") throws(PayloadRejection) {
        self = try JSONValue(parsing: Array(text.utf8), path: path)
    }
}

extension JSONReader {
    /// Reads one value of any kind into a tree.
    public mutating func readValue() throws(PayloadRejection) -> JSONValue {
        // Stacks of its own, so that depth costs no call frames: the open containers, the values that they have so far,
        // and for objects the keys of those values and of the one to come.
        var open: [(isObject: Bool, firstValue: Int, firstKey: Int)] = []
        var values: [JSONValue] = []
        var keys: [String] = []
        while true {
            switch try peek() {
            case .object:
                try beginObject()
                open.append((true, values.count, keys.count))
            case .array:
                try beginArray()
                open.append((false, values.count, keys.count))
            case .string: values.append(.string(try readString()))
            case .number: values.append(.number(try readNumber()))
            case .boolean: values.append(.boolean(try readBoolean()))
            case .null:
                _ = try readNull()
                values.append(.null)
            }
            while true {
                guard let container = open.last else { return values.removeLast() }
                let ended: JSONValue
                if container.isObject {
                    if let key = try nextKey() {
                        keys.append(key)
                        break
                    }
                    let members = zip(keys[container.firstKey...], values[container.firstValue...])
                    ended = .object(members.map { JSONValue.Member($0, $1) })
                } else {
                    if try nextElement() { break }
                    ended = .array(Array(values[container.firstValue...]))
                }
                open.removeLast()
                keys.removeLast(keys.count - container.firstKey)
                values.removeLast(values.count - container.firstValue)
                values.append(ended)
            }
        }
    }
}
