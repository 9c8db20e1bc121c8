/// The fields of an `application/x-www-form-urlencoded` text (WHATWG URL, section 5.1), of a body or of a query.
struct FormFields {
    /// Names and values in order.
    let fields: [(name: String, value: String)]

    /// More than any sender has. A request with more has none, so that sorting them stays cheap.
    static let most = 1000

    init(_ text: some Collection<UInt8>) {
        var fields: [(name: String, value: String)] = []
        let pieces = text.split(separator: UInt8(ascii: "&"), maxSplits: Self.most)
        for field in pieces where pieces.count <= Self.most {
            let name = field.prefix { $0 != UInt8(ascii: "=") }
            fields.append((Self.decoded(name), Self.decoded(field.dropFirst(name.count + 1))))
        }
        self.fields = fields
    }

    /// The first value of a name.
    func first(_ name: String) -> String? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// Every name with its values, both sorted by their bytes and without repetitions, all run together: what Twilio
    /// signs.
    var sortedText: [UInt8] {
        let pairs = fields.map { (name: Array($0.name.utf8), value: Array($0.value.utf8)) }
            .sorted {
                $0.name == $1.name
                    ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
            }
        var text: [UInt8] = []
        for (index, pair) in pairs.enumerated() where index == 0 || pairs[index - 1] != pair {
            text.append(contentsOf: pair.name)
            text.append(contentsOf: pair.value)
        }
        return text
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        String(decoding: percentDecoded(text.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }), as: UTF8.self)
    }

    /// The bytes with `%41` undone; a `%` that two digits do not follow stays.
    ///
    /// - Parameter only: Which bytes to undo; all when left out.
    static func percentDecoded(_ text: [UInt8], only: (UInt8) -> Bool = { _ in true }) -> [UInt8] {
        guard text.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = text[index + 1].hexDigitValue,
                let low = text[index + 2].hexDigitValue, only(high << 4 | low)
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }
}
